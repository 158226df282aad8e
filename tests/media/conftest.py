from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.media.film import Film

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A steady film: H.264 with reordered pictures, 25 a second, two seconds."""
    return Film(frames=50).write(tmp_path_factory.mktemp("clip"))

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.resolve.scene import VERSIONS, Scene

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=VERSIONS, ids=lambda version: ".".join(map(str, version)))
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Scene:
    """A Resolve of each version."""
    return Scene(request.param, tmp_path)


@pytest.fixture
def newest(tmp_path: Path) -> Scene:
    """The newest Resolve."""
    return Scene(VERSIONS[-1], tmp_path)

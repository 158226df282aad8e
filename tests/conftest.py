from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tiny_pack import write_tiny_pack

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def tiny_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packs with the pack "tiny". All tests share it: copy it before changing it."""
    packs = tmp_path_factory.mktemp("packs")
    write_tiny_pack(packs)
    return packs

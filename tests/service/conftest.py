from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.flashes import flash_film

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a red wall that lights up twice."""
    return flash_film(tmp_path_factory.mktemp("films"))


@pytest.fixture(scope="module")
def packs(tiny_pack: Path, default_pack: Path) -> Iterator[Path]:
    """The folder of packs that this process's engines find."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LUMIPHONE_PACKS", os.pathsep.join(map(str, (tiny_pack, default_pack))))
        yield tiny_pack

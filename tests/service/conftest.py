from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from engine.protocol import ClipRange
from tests.service_client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def packs(tiny_pack: Path, default_pack: Path) -> Iterator[Path]:
    """The folder of packs that this process's engines find."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LUMIPHONE_PACKS", os.pathsep.join(map(str, (tiny_pack, default_pack))))
        yield tiny_pack


@pytest.fixture
def clip(film: Path) -> ClipRange:
    return ClipRange(str(film))


@pytest.fixture
def client(default_pack: Path) -> Iterator[Client]:
    with Client(default_pack) as client:
        yield client

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.inference.session import Sessions
from engine.packs.registry import Pack, get_pack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def tiny(tiny_pack: Path) -> Pack:
    return get_pack("tiny", tiny_pack)


@pytest.fixture(scope="module")
def sessions(tiny: Pack) -> Iterator[Sessions]:
    with Sessions(tiny, "cpu", threads=1) as opened:
        yield opened

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from engine.cli import main

if TYPE_CHECKING:
    from pathlib import Path

Sound: TypeAlias = Callable[..., dict[str, Any]]


@pytest.fixture
def sound(
    capsys: pytest.CaptureFixture[str], tiny_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> Sound:
    """Run `lumiphone timeline ... --json` and return its object."""
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tiny_pack))

    def run(*words: str | Path) -> dict[str, Any]:
        code = main(["timeline", *map(str, words), "--pack", "tiny", "--json"])
        output = capsys.readouterr()
        assert (code, output.err) == (0, "")
        data: dict[str, Any] = json.loads(output.out.splitlines()[-1])
        return data

    return run

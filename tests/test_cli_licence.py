"""Where a pack's weights may not be used commercially, whoever makes sound with it is told."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from engine.cli import main
from engine.packs.manifest import Licence, read_manifest, write_manifest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _packs(tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny pack under another licence."""
    folder = shutil.copytree(tiny_pack / "tiny", tmp_path / "packs" / "tiny")
    licence = Licence("CC-BY-NC-4.0", commercial_use=False, file="LICENSE", attribution="A Person")
    write_manifest(folder, replace(read_manifest(folder), licence=licence))
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tmp_path / "packs"))


@pytest.mark.parametrize(
    "command", [("generate",), ("batch", "--plan"), ("timeline", "--plan"), ("farm",)]
)
def test_every_command_that_makes_sound_says_what_the_licence_asks(
    capsys: pytest.CaptureFixture[str],
    film: Path,
    reel: Path,
    tmp_path: Path,
    command: tuple[str, ...],
) -> None:
    edit = command[0] in {"timeline", "farm"}
    words = (*command, reel if edit else film, "-o", tmp_path / "out", "--pack", "tiny")
    assert main([*map(str, words)]) == 0
    said = capsys.readouterr().err
    assert "CC-BY-NC-4.0; its takes may not be used commercially" in said
    assert "to be named with published takes: A Person" in said

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from engine.packs.registry import Pack, get_pack
from engine.packs.sums import KnownSums
from engine.packs.verify import file_faults

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def copy(tiny_pack: Path, tmp_path: Path) -> Pack:
    shutil.copytree(tiny_pack / "tiny", tmp_path / "tiny")
    return get_pack("tiny", tmp_path)


def flip(path: Path, *, unseen: bool) -> None:
    """Change a byte; ``unseen``: the file's time stays as it was."""
    state, data = path.stat(), bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    moved = state.st_mtime_ns + (0 if unseen else 1_000_000)
    os.utime(path, ns=(state.st_atime_ns, moved))


def test_files_that_look_untouched_are_not_read_again(copy: Pack, tmp_path: Path) -> None:
    kept = tmp_path / "cache" / "sums.json"
    assert file_faults(copy, known=KnownSums(kept)) == {}
    flip(copy.file("decoder.onnx"), unseen=True)
    assert file_faults(copy, known=KnownSums(kept)) == {}
    assert file_faults(copy).keys() == {"decoder.onnx"}  # without the shortcut


def test_a_file_with_another_time_is_read(copy: Pack, tmp_path: Path) -> None:
    kept = tmp_path / "sums.json"
    file_faults(copy, known=KnownSums(kept))
    flip(copy.file("decoder.onnx"), unseen=False)
    assert file_faults(copy, known=KnownSums(kept)).keys() == {"decoder.onnx"}


@pytest.mark.parametrize("content", ["", "[1]", "no JSON", '{"a": 1}'])
def test_a_damaged_memory_is_an_empty_one(copy: Pack, tmp_path: Path, content: str) -> None:
    kept = tmp_path / "sums.json"
    kept.write_text(content)
    flip(copy.file("decoder.onnx"), unseen=False)
    assert file_faults(copy, known=KnownSums(kept)).keys() == {"decoder.onnx"}

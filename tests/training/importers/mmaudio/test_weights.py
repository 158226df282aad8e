from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.errors import InputError  # noqa: E402 - after the skip
from engine.training.importers.mmaudio.variants import VARIANTS  # noqa: E402
from engine.training.importers.mmaudio.weights import (  # noqa: E402
    find_files,
    mismatch,
    read_tensors,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.training

SMALL = VARIANTS["small_16k"]
TENSORS = {"layer.weight": torch.ones(3, 4), "layer.bias": torch.zeros(3)}
SOURCE = "https://example.org/weights"


def write_all(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for wanted in SMALL.files:
        (folder / wanted.names[0]).write_bytes(b"PK")


def test_files_are_found_by_name_in_the_folder_and_in_those_below(tmp_path: Path) -> None:
    write_all(tmp_path)
    deeper = tmp_path / "ext_weights"
    deeper.mkdir()
    for name in ("v1-16.pth", "best_netG.pt"):
        (tmp_path / name).rename(deeper / name)
    found = find_files(tmp_path, SMALL)
    assert found.keys() == {"flow", "clip", "synchformer", "vae", "vocoder"}
    assert found["vae"] == deeper / "v1-16.pth"
    assert found["flow"] == tmp_path / "mmaudio_small_16k.pth"


def test_the_nearest_of_two_files_of_one_name_counts(tmp_path: Path) -> None:
    write_all(tmp_path)
    write_all(tmp_path / "a-copy")
    assert all(path.parent == tmp_path for path in find_files(tmp_path, SMALL).values())


def test_all_missing_files_are_named_with_where_to_get_them(tmp_path: Path) -> None:
    write_all(tmp_path)
    for name in ("mmaudio_small_16k.pth", "v1-16.pth"):
        (tmp_path / name).unlink()
    with pytest.raises(InputError) as error:
        find_files(tmp_path, SMALL)
    for part in ("mmaudio_small_16k.pth (the flow network)", "v1-16.pth", str(tmp_path)):
        assert part in error.value.what
    assert "synchformer" not in error.value.what
    assert error.value.remedy.count("https://") == 2


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder"):
        find_files(tmp_path / "nowhere", SMALL)


@pytest.mark.parametrize("key", [None, "generator", "state_dict"])
@pytest.mark.parametrize("zipped", [True, False])
def test_tensors_are_read_from_either_form_of_torchs_files(
    tmp_path: Path,
    key: str | None,
    zipped: bool,  # noqa: FBT001 - a parameter
) -> None:
    path = tmp_path / "weights.pth"
    data = {key: TENSORS, "steps": 7} if key else TENSORS
    torch.save(data, path, _use_new_zipfile_serialization=zipped)
    read = read_tensors(path, SOURCE)
    assert read.keys() == TENSORS.keys()
    assert torch.equal(read["layer.weight"], TENSORS["layer.weight"])


def test_safetensors_are_read(tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.torch")
    path = tmp_path / "weights.safetensors"
    safetensors.save_file(TENSORS, path)
    assert read_tensors(path, SOURCE).keys() == TENSORS.keys()
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(InputError, match="cut short"):
        read_tensors(path, SOURCE)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_cut_short_is_said_to_be_so_within_seconds(
    tmp_path: Path,
    share: float,
    zipped: bool,  # noqa: FBT001 - a parameter
) -> None:
    path = tmp_path / "weights.pth"
    torch.save({"weight": torch.ones(1000, 1000)}, path, _use_new_zipfile_serialization=zipped)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    begun = time.monotonic()
    with pytest.raises(InputError) as error:
        read_tensors(path, SOURCE)
    assert time.monotonic() - begun < 10
    assert str(path) in error.value.what
    assert SOURCE in error.value.remedy


def test_a_web_page_in_the_files_place_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_text("<!DOCTYPE html>\n<html>")
    with pytest.raises(InputError, match="<!DOCTYPE html>"):
        read_tensors(path, SOURCE)


def test_code_in_a_file_is_not_run(tmp_path: Path) -> None:
    path, proof = tmp_path / "weights.pth", tmp_path / "ran"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (open, (str(proof),))

    torch.save({"weight": torch.ones(1), "trap": Trap()}, path)
    with pytest.raises(InputError, match="more than weights"):
        read_tensors(path, SOURCE)
    assert not proof.exists()


@pytest.mark.parametrize("data", [[1, 2], {"epoch": 3}, torch.ones(3)])
def test_a_file_without_named_tensors_is_refused(tmp_path: Path, data: object) -> None:
    path = tmp_path / "weights.pth"
    torch.save(data, path)
    with pytest.raises(InputError, match="no named weights"):
        read_tensors(path, SOURCE)


def test_what_differs_from_a_network_is_said_by_name() -> None:
    shapes = {"layer.weight": (3, 4), "layer.bias": (3,)}
    assert mismatch(TENSORS, shapes) is None
    wider = {**shapes, "layer.weight": (3, 5), "head": ()}
    said = mismatch({**TENSORS, "strange": torch.ones(1)}, wider)
    assert said is not None
    for part in ("lacks head", "also has strange", "layer.weight is 3x4 instead of 3x5"):
        assert part in said

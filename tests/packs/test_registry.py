from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from engine.errors import PackError, PackNotFoundError
from engine.packs import registry
from engine.packs.registry import PACKS_VARIABLE, get_pack, list_packs, pack_folders


@pytest.fixture(autouse=True)
def nothing_bundled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(PACKS_VARIABLE, raising=False)
    monkeypatch.setattr(registry, "BUNDLED", tmp_path / "bundled")


def copy_of(tiny_pack: Path, folder: Path, pack_id: str) -> Path:
    target = folder / pack_id
    shutil.copytree(tiny_pack / "tiny", target)
    text = (target / "pack.json").read_text("utf-8").replace('"id": "tiny"', f'"id": "{pack_id}"')
    (target / "pack.json").write_text(text, "utf-8")
    return target


def test_a_pack_is_found_by_its_id(tiny_pack: Path) -> None:
    pack = get_pack("tiny", tiny_pack)
    assert pack.folder == tiny_pack / "tiny"
    assert pack.manifest.title == "Tiny test pack"


def test_a_packs_own_folder_will_do(tiny_pack: Path) -> None:
    assert get_pack(None, tiny_pack / "tiny").manifest.id == "tiny"


def test_bundled_packs_are_found(tiny_pack: Path, tmp_path: Path) -> None:
    copy_of(tiny_pack, tmp_path / "bundled", "shipped")
    assert get_pack("shipped").folder == tmp_path / "bundled" / "shipped"


def test_the_environment_lists_folders_that_come_first(
    tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_of(tiny_pack, tmp_path / "bundled", "tiny")
    mine = copy_of(tiny_pack, tmp_path / "mine", "mine")
    monkeypatch.setenv(PACKS_VARIABLE, os.pathsep.join([str(tiny_pack), "", str(mine)]))
    assert pack_folders() == (tiny_pack, mine, tmp_path / "bundled")
    assert [pack.manifest.id for pack in list_packs().packs] == ["tiny", "mine"]
    assert get_pack("tiny").folder == tiny_pack / "tiny"


def test_the_tree_bundles_its_packs_beside_the_engine() -> None:
    root = Path(registry.__file__).parents[2]
    assert (root / "engine" / "packs").is_dir()


def test_without_an_id_the_default_pack_is_taken(tiny_pack: Path, tmp_path: Path) -> None:
    copy_of(tiny_pack, tmp_path, "another")
    copy_of(tiny_pack, tmp_path, registry.DEFAULT_PACK)
    assert get_pack(None, tmp_path).manifest.id == registry.DEFAULT_PACK


def test_without_an_id_or_a_default_the_only_pack_is_taken(tiny_pack: Path) -> None:
    assert get_pack(None, tiny_pack).manifest.id == "tiny"


def test_a_missing_pack_is_reported_with_those_that_exist(tiny_pack: Path) -> None:
    with pytest.raises(PackNotFoundError, match="found: tiny") as error:
        get_pack("grand", tiny_pack)
    assert PACKS_VARIABLE in error.value.remedy
    assert "'grand'" in error.value.what


def test_no_pack_at_all_is_reported_with_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(PackNotFoundError, match="none found at all") as error:
        get_pack()
    assert str(tmp_path / "bundled") in error.value.remedy


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackNotFoundError, match="nowhere"):
        list_packs(tmp_path / "nowhere")


def test_a_broken_pack_hides_no_other_one(tiny_pack: Path, tmp_path: Path) -> None:
    copy_of(tiny_pack, tmp_path, "good")
    (copy_of(tiny_pack, tmp_path, "bad") / "pack.json").write_text("{}", "utf-8")
    listing = list_packs(tmp_path)
    assert [pack.manifest.id for pack in listing.packs] == ["good"]
    assert len(listing.faults) == 1
    assert "bad" in listing.faults[0].what


def test_asking_for_a_broken_pack_tells_what_is_broken(tiny_pack: Path, tmp_path: Path) -> None:
    copy_of(tiny_pack, tmp_path, "good")
    path = copy_of(tiny_pack, tmp_path, "bad") / "pack.json"
    path.write_text(path.read_text("utf-8").replace('"opset": 18', '"opset": "new"'), "utf-8")
    with pytest.raises(PackError, match="opset"):
        get_pack("bad", tmp_path)


def test_folders_without_a_manifest_are_no_packs(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "readme.txt").write_text("x", "utf-8")
    assert list_packs(tmp_path) == registry.Listing((), ())


def test_a_missing_file_of_a_pack_is_named(tiny_pack: Path, tmp_path: Path) -> None:
    (copy_of(tiny_pack, tmp_path, "holed") / "text.onnx").unlink()
    pack = get_pack("holed", tmp_path)
    assert pack.file("scene.onnx").is_file()
    with pytest.raises(PackError, match=r"text\.onnx"):
        pack.file("text.onnx")

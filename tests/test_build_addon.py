from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from addon.runtime import platform_name
from build_addon import Order, build, parse
from engine import __version__
from engine.errors import InputError, LumiphoneError, OutputError, PackError, PackNotFoundError
from tests.addon.tiny_wheel import write_libraries, write_lock
from tools.extension_check import find_programs
from tools.lock_requirements import PLATFORMS

ROOT = Path(__file__).parents[1]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what a bundle is built from, with some of the dirt that a work tree has."""
    tree = tmp_path / "tree"
    leave = shutil.ignore_patterns("__pycache__", "table")
    for folder in ("addon", "engine"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=leave)
    shutil.copy(ROOT / "LICENSE", tree)
    shutil.copytree(ROOT / "docs", tree / "docs", ignore=shutil.ignore_patterns("images"))
    for dirt in ("__pycache__/x.cpython-311.pyc", ".hidden/file", "stray.pyc", ".swp"):
        path = tree / "addon" / "panel" / dirt
        path.parent.mkdir(exist_ok=True)
        path.write_text("dirt")
    return tree


@pytest.fixture
def packs(tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the pack "tiny" that a test may change."""
    shutil.copytree(tiny_pack, tmp_path / "packs")
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tmp_path / "packs"))
    return tmp_path / "packs"


@pytest.fixture
def order(tree: Path, packs: Path, tmp_path: Path) -> Order:
    assert packs.is_dir()
    return Order("linux-x64", ("tiny",), carry_wheels=False, output=tmp_path / "dist", root=tree)


def names(archive: Path) -> set[str]:
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        return set(opened.namelist())


def change_pack(folder: Path, **changes: object) -> None:
    path = folder / "pack.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_the_bundle_is_the_run_time_part_of_the_tree(order: Order, tree: Path) -> None:
    held = names(build(order))
    assert {"__init__.py", "blender_manifest.toml", "LICENSE", "LICENCES.md"} <= held
    assert {"addon/runtime.py", "addon/boot.py", "engine/pipeline.py", "engine/py.typed"} <= held
    assert {"exported_models/tiny/pack.json", "exported_models/tiny/velocity.onnx"} <= held
    assert "exported_models/tiny/LICENSE" in held
    for name in held:
        assert not name.startswith(("engine/training", "wheels/")), name
        assert not any(dirt in name for dirt in ("__pycache__", ".pyc", ".hidden", ".swp")), name
    with zipfile.ZipFile(order.archive) as archive:
        assert archive.read("addon/link.py") == (tree / "addon" / "link.py").read_bytes()


def test_the_same_tree_gives_the_same_bytes(order: Order, tree: Path, tmp_path: Path) -> None:
    first = build(order)
    again = tmp_path / "again"
    for path in sorted(tree.rglob("*"), reverse=True):  # another order, other times, other rights
        if path.is_file():
            copy = again / path.relative_to(tree)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
            copy.chmod(0o755)
            os.utime(copy, (1, 1))
    second = build(replace(order, root=again, output=tmp_path / "second"))
    assert first.read_bytes() == second.read_bytes()


def test_the_manifest_names_version_and_platform(order: Order) -> None:
    with zipfile.ZipFile(build(order)) as archive:
        manifest = tomllib.loads(archive.read("blender_manifest.toml").decode())
    assert manifest["id"] == "lumiphone"
    assert manifest["version"] == __version__
    assert manifest["platforms"] == ["linux-x64"]
    assert manifest["blender_version_min"] == "4.2.0"
    assert set(manifest["permissions"]) == {"files", "network"}
    assert order.archive.name == f"lumiphone-{__version__}-linux-x64.zip"


@pytest.mark.parametrize("platform", [*PLATFORMS, "all"])
def test_a_platform_gets_its_lock_files_and_no_others(order: Order, platform: str) -> None:
    held = names(build(replace(order, platform=platform, packs=())))
    wanted = set(PLATFORMS) if platform == "all" else {platform}
    locks = {name for name in held if name.startswith("addon/requirements/")}
    assert locks == {
        f"addon/requirements/{name}-{python}.txt"
        for name in wanted
        for python in ("cp311", "cp313")
    }


def test_a_damaged_pack_is_refused_and_the_older_bundle_stays(order: Order, packs: Path) -> None:
    whole = build(order).read_bytes()
    with (packs / "tiny" / "velocity.onnx").open("r+b") as file:
        file.seek(100)
        file.write(b"damage")
    with pytest.raises(PackError, match=r"velocity\.onnx is damaged"):
        build(order)
    assert order.archive.read_bytes() == whole
    assert list(order.output.iterdir()) == [order.archive]


def test_a_pack_without_the_text_of_its_licence_is_refused(order: Order, packs: Path) -> None:
    change_pack(packs / "tiny", licence={"name": "CC0-1.0", "commercial_use": True})
    with pytest.raises(PackError, match="without the text of its licence"):
        build(order)


def test_a_pack_that_is_not_there_is_named(order: Order) -> None:
    with pytest.raises(PackNotFoundError, match="no pack 'absent'"):
        build(replace(order, packs=("absent",)))
    assert not order.output.exists()


def test_an_output_folder_that_cannot_be_made_is_named(order: Order, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        build(replace(order, output=tmp_path / "file"))


def test_carried_wheels_are_those_of_the_lock_file(
    order: Order, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(tree / "addon" / "requirements")
    wheels = write_libraries(tmp_path / "server")
    lock = write_lock(tree, wheels)
    lock.rename(lock.with_name("linux-x64-cp311.txt"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "server"))
    archive = build(replace(order, carry_wheels=True))
    assert archive.name == f"lumiphone-{__version__}-linux-x64-offline.zip"
    with zipfile.ZipFile(archive) as opened:
        for wheel in wheels:
            assert opened.read(f"wheels/{wheel.name}") == wheel.read_bytes()


def test_wheels_that_cannot_be_had_end_the_build(
    order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(LumiphoneError, match="cannot be downloaded"):
        build(replace(order, carry_wheels=True))
    assert not order.archive.exists()


def test_the_bundle_for_resolve_has_its_part_and_an_installer_and_nothing_of_blender(
    order: Order,
) -> None:
    archive = build(replace(order, editor="resolve"))
    assert archive.name == f"lumiphone-resolve-{__version__}-linux-x64.zip"
    held = names(archive)
    assert {"install.py", "resolve.md", "addon/resolve/menu.py", "addon/panel/__main__.py"} <= held
    assert {"engine/pipeline.py", "exported_models/tiny/pack.json", "LICENSE"} <= held
    assert held.isdisjoint({"__init__.py", "blender_manifest.toml"})
    assert not any(name.startswith("addon/blender") for name in held)
    assert not any(name.startswith("addon/resolve") for name in names(build(order)))


def test_the_bundle_for_resolve_installs_itself_and_takes_itself_out(
    order: Order, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(tree / "addon" / "requirements")
    write_lock(tree, write_libraries(tmp_path / "server"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "server"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    archive = build(replace(order, platform=platform_name(), editor="resolve"))
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path / "bundle")

    def installer(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(tmp_path / "bundle" / "install.py"), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True)

    assert "Workspace > Scripts > Lumiphone" in installer().stdout
    (script,) = (tmp_path / "home" / ".local").rglob("Lumiphone Panel.py")
    text = script.read_text("utf-8")
    assert str(tmp_path / "bundle" / "addon" / "boot.py") in text
    (packages,) = (tmp_path / "home" / ".local" / "share" / "lumiphone").glob("packages-*")
    assert str(packages) in text
    installer("--remove")
    assert not script.exists()


def test_blender_refuses_a_manifest_that_it_cannot_use(order: Order, tree: Path) -> None:
    programs = tuple(find_programs(ROOT))
    if not programs:
        pytest.skip("no Python with bpy (make test sets up .venv-bpy-*)")
    assert build(replace(order, programs=programs)).exists()
    order.archive.unlink()
    manifest = tree / "addon" / "blender_manifest.toml"
    manifest.write_text(manifest.read_text().replace('type = "add-on"', 'type = "toaster"'))
    with pytest.raises(InputError, match=r"refuses .*toaster"):
        build(replace(order, programs=programs))
    assert not order.archive.exists()


@pytest.mark.parametrize("program", ["/nowhere/blender", sys.executable])
def test_a_checker_that_is_no_blender_is_named(order: Order, program: str) -> None:
    with pytest.raises(InputError, match="Name "):
        build(replace(order, programs=(Path(program),)))


def test_the_command_line_builds_for_this_machine_unless_told_otherwise() -> None:
    assert parse([]).platform == platform_name()
    assert parse([]).packs == ("lumiphone-base",)
    assert parse(["--no-pack"]).packs == ()
    assert parse(["--pack", "a", "--pack", "b"]).packs == ("a", "b")


def test_the_script_explains_itself_and_ends_with_one_line_and_a_status() -> None:
    def script(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "build_addon.py"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert "--carry-wheels" in script("--help").stdout
    failed = script("--pack", "absent")
    assert failed.returncode == 2
    assert failed.stderr.startswith("build_addon: There is no pack 'absent'")

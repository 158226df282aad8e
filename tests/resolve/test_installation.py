from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from addon.resolve import installation
from addon.resolve.__main__ import main
from addon.resolve.script import ENTRIES, start_of
from tests.command_line import run

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMAND = [sys.executable, "-m", "addon.panel"]
NAMES = ("Lumiphone Panel", "Sound Chosen Clips")
MAC = "Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion/Scripts"


@pytest.mark.parametrize(
    ("system", "all_users", "folder"),
    [
        ("darwin", False, f"/home/ann/{MAC}"),
        ("darwin", True, f"/{MAC}"),
        ("linux", False, "/home/ann/.local/share/DaVinciResolve/Fusion/Scripts"),
        ("linux", True, "/opt/resolve/Fusion/Scripts"),
        (
            "win32",
            False,
            "/roaming/Blackmagic Design/DaVinci Resolve/Support/Fusion/Scripts",
        ),
        ("win32", True, "/data/Blackmagic Design/DaVinci Resolve/Fusion/Scripts"),
    ],
)
def test_each_system_has_its_script_folder(system: str, all_users: bool, folder: str) -> None:  # noqa: FBT001 - a parameter
    variables: Mapping[str, str] = {"APPDATA": "/roaming", "PROGRAMDATA": "/data"}
    found = installation.script_folder(
        all_users=all_users, system=system, environment=variables, home=Path("/home/ann")
    )
    assert found == Path(folder)


def test_the_entries_appear_in_the_utility_menu_and_go_again(tmp_path: Path) -> None:
    scripts = tmp_path / "DaVinciResolve" / "Fusion" / "Scripts"
    state = installation.install(scripts, COMMAND)
    folder = scripts / "Utility" / "Lumiphone"
    assert (state.folder, state.entries, state.problems) == (str(folder), NAMES, ())
    assert not state.resolve_found  # our own folders are no sign of it
    assert {path.stem for path in folder.iterdir()} == set(ENTRIES)  # and nothing half-written
    for path in folder.iterdir():
        compile(path.read_text("utf-8"), str(path), "exec")
        start = start_of(path.read_text("utf-8"))
        assert start
        assert start["command"] == COMMAND
    assert installation.remove(scripts).entries == ()
    assert not folder.exists()


def test_removing_leaves_what_is_not_ours(tmp_path: Path) -> None:
    installation.install(tmp_path / "a" / "b" / "Scripts", COMMAND)
    scripts = tmp_path / "a" / "b" / "Scripts"
    beside = scripts / "Utility" / "Lumiphone" / "mine.py"
    beside.write_text("print('mine')")
    installation.remove(scripts)
    assert [path.name for path in beside.parent.iterdir()] == ["mine.py"]
    installation.remove(scripts)
    assert beside.exists()


def test_a_file_that_is_not_ours_is_not_overwritten(tmp_path: Path) -> None:
    scripts = tmp_path / "a" / "b" / "Scripts"
    mine = scripts / "Utility" / "Lumiphone" / "Lumiphone Panel.py"
    mine.parent.mkdir(parents=True)
    mine.write_text("print('mine')")
    with pytest.raises(installation.MenuScriptError, match="is not Lumiphone's"):
        installation.install(scripts, COMMAND)
    assert mine.read_text() == "print('mine')"


def test_installing_again_renews_and_clears_an_older_version_s_entries(tmp_path: Path) -> None:
    scripts = tmp_path / "a" / "b" / "Scripts"
    folder = Path(installation.install(scripts, ["/old/python"]).folder)
    (folder / "Lumiphone Panel.py").rename(folder / "Old Name.py")
    assert installation.install(scripts, COMMAND).entries == NAMES
    assert installation.look(scripts).problems == ()


def test_a_program_that_is_gone_is_noticed(tmp_path: Path) -> None:
    scripts = tmp_path / "a" / "b" / "Scripts"
    (problem,) = installation.install(scripts, ["/gone/python"]).problems
    assert "points to /gone/python, which is gone" in problem[0]
    assert "install resolve" in problem[1]


def test_a_file_in_the_folder_s_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "Utility").write_text("")
    with pytest.raises(installation.MenuScriptError, match="cannot be changed"):
        installation.install(tmp_path, COMMAND)


def test_the_program_installs_with_the_packages_of_its_own_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert main(["--json"]) == 0
    state = json.loads(capsys.readouterr().out)
    assert tuple(state["entries"]) == NAMES
    start = start_of((Path(state["folder"]) / "Lumiphone Panel.py").read_text("utf-8"))
    assert start
    assert start["command"][0] == sys.executable
    assert start["command"][-1] == "addon.panel"
    assert "site-packages" in start["command"][-2]
    assert main(["--status"]) == 0
    assert "Workspace > Scripts > Lumiphone" in capsys.readouterr().out
    assert main(["--remove"]) == 0
    assert "not in Resolve's menu" in capsys.readouterr().out


def test_the_command_line_installs_checks_and_removes(
    tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".local" / "share" / "DaVinciResolve" / "configs").mkdir(parents=True)
    missing = run(tiny_pack, "doctor", "--json").result
    assert missing["resolve"] == ""
    assert any("install resolve" in problem["remedy"] for problem in missing["problems"])
    installed = run(tiny_pack, "install", "resolve", "--json")
    assert installed.code == 0
    assert tuple(installed.result["entries"]) == NAMES
    assert installed.result["resolve_found"]
    found = run(tiny_pack, "doctor", "--json").result
    assert found["resolve"] == installed.result["folder"]
    assert not any("Resolve" in problem["what"] for problem in found["problems"])
    assert run(tiny_pack, "install", "resolve", "--remove", "--json").result["entries"] == []
    assert not Path(installed.result["folder"]).exists()


def test_the_command_line_names_a_folder_that_cannot_be_written(
    tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".local").write_text("")
    failed = run(tiny_pack, "install", "resolve")
    assert failed.code == 2
    assert "cannot be changed" in failed.stderr
    assert str(tmp_path) in failed.stderr

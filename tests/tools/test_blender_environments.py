"""Which Blenders the set-up script makes; the interpreters here only play their part."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "blender_environments.sh"
# Plays the version that its name ends in, and an environment whose pip notes its call.
INTERPRETER = """#!/bin/sh
echo "$0 $@" >>"{calls}"
case $1 in
-c)
    case $2 in
    *metadata*) exec test -e "$(dirname "$0")/../has-bpy" ;;
    *"'{version}'"*) exit 0 ;;
    *) exit 1 ;;
    esac ;;
-m)
    if [ "$2" = venv ]; then
        mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
    else
        [ {pip} -eq 0 ] && touch "$(dirname "$0")/../has-bpy"
        exit {pip}
    fi ;;
esac
"""


class Checkout:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.script = folder / "tools" / SCRIPT.name
        self.script.parent.mkdir()
        shutil.copy(SCRIPT, self.script)
        self.calls = folder / "calls"

    def python(self, version: str, pip: int = 0) -> str:
        path = self.folder / f"python{version}"
        path.write_text(INTERPRETER.format(version=version, calls=self.calls, pip=pip))
        path.chmod(0o755)
        return str(path)

    def set_up(self, *, old: str = "/nowhere", new: str = "/nowhere") -> str:
        done = subprocess.run(
            [self.script],
            env={"PATH": "/usr/bin:/bin", "PYTHON_3_11": old, "PYTHON_3_13": new},
            capture_output=True,
            text=True,
            check=True,  # a Blender that is missing is no failure
        )
        return done.stdout

    def environments(self) -> set[str]:
        return {path.name for path in self.folder.glob(".venv-bpy-*")}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_each_python_gets_the_blenders_that_are_made_for_it(checkout: Checkout) -> None:
    checkout.set_up(old=checkout.python("3.11"))
    assert checkout.environments() == {".venv-bpy-4.5", ".venv-bpy-5.0"}
    checkout.set_up(new=checkout.python("3.13"))
    assert checkout.environments() == {".venv-bpy-4.5", ".venv-bpy-5.0", ".venv-bpy-5.2"}


def test_a_blender_without_its_python_is_named_and_left_out(checkout: Checkout) -> None:
    said = checkout.set_up(old=sys.executable + "-absent", new=checkout.python("3.12"))
    assert "No Python 3.11" in said
    assert "the tests in Blender 5.2 will be skipped" in said
    assert checkout.environments() == set()


def test_what_is_there_is_left_alone(checkout: Checkout) -> None:
    python = checkout.python("3.11")
    checkout.set_up(old=python)
    checkout.calls.unlink()
    assert "Installing" not in checkout.set_up(old=python)
    assert " venv " not in checkout.calls.read_text()


def test_one_that_cannot_be_installed_leaves_nothing(checkout: Checkout) -> None:
    said = checkout.set_up(old=checkout.python("3.11", pip=1))
    assert "Blender 4.5.15 could not be installed" in said
    assert checkout.environments() == set()


def test_one_that_was_cut_off_is_begun_anew(checkout: Checkout) -> None:
    python = checkout.python("3.11")
    checkout.set_up(old=python)
    (checkout.folder / ".venv-bpy-4.5" / "unfinished").touch()
    said = checkout.set_up(old=python)
    assert "Blender 4.5.15" in said
    assert "Blender 5.0.1" not in said

"""The set-up script's decisions; in the environments made here, pip only notes its calls."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "environment.sh"
PIP = """#!/bin/sh
echo "$@" >>"$CALLS"
exit "$PIP_RESULT"
"""
INTERPRETER = f"""#!/bin/sh
if [ "$1 $2" = "-m venv" ]; then
    mkdir -p "$3/bin" && cp "$CALLS.pip" "$3/bin/python"
else
    exec "{sys.executable}" "$@"
fi
"""


class Checkout:
    """A folder with the script, and what pip was asked for in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = folder / "pyproject.toml"
        self.settings.write_text("[project]\n")
        self.venv = folder / ".venv"
        self.script = folder / "tools" / "environment.sh"
        self.script.parent.mkdir()
        shutil.copy(SCRIPT, self.script)
        self.calls = folder / "calls"
        self.calls.touch()
        executable(folder / "calls.pip", PIP)
        self.python = executable(folder / "python", INTERPRETER)

    def set_up(
        self, *extras: str, python: str | None = None, pip_result: int = 0
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.script, *extras],
            env={
                **os.environ,
                "PYTHON": python or self.python,
                "CALLS": str(self.calls),
                "PIP_RESULT": str(pip_result),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def installed(self) -> list[str]:
        return [line.split()[-1] for line in self.calls.read_text().splitlines()]


def executable(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_a_python_that_does_not_run_is_refused_by_name(checkout: Checkout) -> None:
    broken = executable(checkout.folder / "broken", "#!/bin/sh\nexit 127\n")
    result = checkout.set_up(python=broken)
    assert result.returncode == 1
    assert f"none of these is a Python 3.11, 3.12 or 3.13 that runs: {broken}" in result.stderr
    assert "make PYTHON=" in result.stderr


def test_a_python_of_another_version_is_refused(checkout: Checkout) -> None:
    disguise = f'exec "{sys.executable}" -c "import sys; sys.version_info = (3, 10, 9)\n$2"'
    result = checkout.set_up(python=executable(checkout.folder / "old", f"#!/bin/sh\n{disguise}\n"))
    assert result.returncode == 1
    assert "none of these is a Python 3.11" in result.stderr
    assert not checkout.venv.exists()


def test_running_needs_the_package_alone_and_testing_its_extras(checkout: Checkout) -> None:
    assert checkout.set_up().returncode == 0
    assert checkout.set_up("train", "test").returncode == 0
    assert checkout.installed() == [".", ".[train,test]"]


def test_what_is_up_to_date_is_left_alone(checkout: Checkout) -> None:
    checkout.set_up()
    assert checkout.set_up().stdout == ""
    assert checkout.installed() == ["."]


def test_changed_settings_are_installed_into_the_same_environment(checkout: Checkout) -> None:
    checkout.set_up()
    (checkout.venv / "kept").touch()
    checkout.settings.write_text("[project]\nname = 'other'\n")
    checkout.set_up()
    assert checkout.installed() == [".", "."]
    assert (checkout.venv / "kept").exists()


def test_an_installation_that_was_cut_off_is_begun_anew(checkout: Checkout) -> None:
    failed = checkout.set_up(pip_result=2)
    assert failed.returncode == 1
    assert "pip could not install the packages" in failed.stderr
    (checkout.venv / "half-written").touch()
    assert checkout.set_up().returncode == 0
    assert not (checkout.venv / "half-written").exists()


def test_an_environment_that_was_moved_is_made_anew(checkout: Checkout, tmp_path: Path) -> None:
    checkout.set_up()
    (checkout.venv / "stale").touch()
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in (".venv", "tools", "pyproject.toml"):
        shutil.move(checkout.folder / name, moved / name)
    checkout.script = moved / "tools" / "environment.sh"
    assert checkout.set_up().returncode == 0
    assert not (moved / ".venv" / "stale").exists()

"""What the check for Qt's system libraries does; ldconfig and apt-get only play their part."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "qt_libraries.sh"
ALL = [
    "libEGL.so.1",
    "libGL.so.1",
    "libxkbcommon.so.0",
    "libdbus-1.so.3",
    "libfontconfig.so.1",
    "libglib-2.0.so.0",
    "libgssapi_krb5.so.2",
    "libXext.so.6",
    "libXrandr.so.2",
    "libpulse.so.0",
]


class Machine:
    """A machine with some libraries, a font, and a user."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program("uname", "echo Linux")
        self.program("find", "echo font.ttf")
        self.libraries(ALL)

    def program(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def libraries(self, names: list[str]) -> None:
        lines = "".join(f"\t{name} (libc6,x86-64) => /lib/{name}\n" for name in names)
        self.program("ldconfig", f"cat <<'END'\n{lines}END")

    def check(self, *, user: int) -> subprocess.CompletedProcess[str]:
        self.program("id", f"echo {user}")
        self.program("apt-get", f'echo "$@" >>"{self.folder}/apt"')
        return subprocess.run(
            ["/bin/sh", SCRIPT],
            env={"PATH": f"{self.folder}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )

    def apt(self) -> str:
        path = self.folder / "apt"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    if not shutil.which("sh", path="/bin"):
        pytest.skip("no /bin/sh on this system")
    return Machine(tmp_path)


def test_a_machine_that_has_everything_is_left_alone(machine: Machine) -> None:
    done = machine.check(user=0)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.apt() == ""


def test_root_gets_what_is_missing_and_nothing_else(machine: Machine) -> None:
    machine.libraries([name for name in ALL if name not in {"libEGL.so.1", "libpulse.so.0"}])
    assert machine.check(user=0).returncode == 0
    assert machine.apt().splitlines()[-1].split()[-2:] == ["libegl1", "libpulse0"]


def test_others_are_told_what_to_install(machine: Machine) -> None:
    machine.libraries([name for name in ALL if name != "libGL.so.1"])
    machine.program("find", "exit 0")
    done = machine.check(user=1000)
    assert done.returncode == 1
    assert "libGL.so.1 (a font)" in done.stderr
    assert "sudo apt-get install libgl1 fonts-dejavu-core" in done.stderr
    assert machine.apt() == ""


def test_other_systems_bring_what_qt_needs(machine: Machine) -> None:
    machine.program("uname", "echo Darwin")
    machine.libraries([])
    assert machine.check(user=1000).returncode == 0

"""The lock files: what they hold, and that it is enough."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from addon.runtime import InstallError, Runtime
from tools.lock_requirements import PLATFORMS, PYTHONS, REQUIREMENTS, normalised, wanted_names

ROOT = Path(__file__).parents[2]
LOCKS = [
    REQUIREMENTS / f"{platform}-cp{python.replace('.', '')}.txt"
    for platform in PLATFORMS
    for python in PYTHONS
]
USED = """
import av, cv2, numpy, onnxruntime, pyqtgraph, tokenizers, tqdm
from PyQt6 import QtCore, QtGui, QtMultimedia, QtSvg, QtWidgets
from engine.pipeline import Engine
application = QtWidgets.QApplication([])
pyqtgraph.PlotWidget().show()
assert QtMultimedia.QMediaPlayer().error() == QtMultimedia.QMediaPlayer.Error.NoError
print("enough")
"""


def locked(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    found = [re.fullmatch(r"([\w-]+)==([\w.]+) --hash=sha256:[0-9a-f]{64}", line) for line in lines]
    assert all(found), "every line is name==version with a checksum"
    return {match[1]: match[2] for match in found if match}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_file_has_what_is_wanted_and_nothing_else(path: Path) -> None:
    assert set(locked(path)) == wanted_names()
    assert re.search(r"^# wheels: \d{9} bytes$", path.read_text("utf-8"), re.MULTILINE)


def test_what_is_wanted_is_what_the_project_says_it_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    stated = project["dependencies"] + project["optional-dependencies"]["panel"]
    names = {normalised(re.split(r"[<>=!~;\s]", text)[0]) for text in stated}
    below = {"pyqt6-qt6", "pyqt6-sip", "colorama"}  # what those cannot be imported without
    beside = {"onnxruntime-gpu", "opentimelineio"}  # edits as files are the command line's
    assert wanted_names() == names - beside | below


def test_every_package_has_its_licence_named() -> None:
    table = (ROOT / "addon" / "LICENCES.md").read_text("utf-8")
    assert set(re.findall(r"^\| ([a-z][\w-]+)", table, re.MULTILINE)) == wanted_names()


def test_the_locked_packages_are_enough_for_engine_and_panel() -> None:
    runtime = Runtime(ROOT, ROOT / ".venv-runtime")
    try:
        runtime.install()
    except InstallError as error:
        if error.reason in {"unsupported", "offline"}:
            pytest.skip(str(error))
        raise
    paths = [str(ROOT), str(runtime.packages)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {paths}{USED}"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "enough" in done.stdout, done.stderr

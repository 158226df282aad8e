"""The window in each of its states, drawn at 100 and 200 % scale.

The pictures stay in ``build/panel/`` to be looked at.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PyQt6.QtGui import QImage

ROOT = Path(__file__).parents[2]
STATES = ("empty", "looking", "generating", "takes", "comparing", "error", "several-clips", "keys")
WIDTH, HEIGHT = 960, 516


@pytest.fixture(scope="module", params=[1, 2])
def drawn(request: pytest.FixtureRequest) -> tuple[int, Path, subprocess.CompletedProcess[str]]:
    scale: int = request.param
    folder = ROOT / "build" / "panel" / f"{scale}00-percent"
    done = subprocess.run(
        [sys.executable, "-m", "tests.panel.pictures", str(folder)],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(scale)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return scale, folder, done


def test_every_state_is_drawn_at_its_scale(
    drawn: tuple[int, Path, subprocess.CompletedProcess[str]],
) -> None:
    scale, folder, done = drawn
    assert done.returncode == 0, done.stderr
    for state in STATES:
        picture = QImage(str(folder / f"{state}.png"))
        assert not picture.isNull(), state
        if state != "keys":
            assert (picture.width(), picture.height()) == (WIDTH * scale, HEIGHT * scale)


def test_no_text_is_cut_off_and_nothing_overlaps_on_a_small_screen(
    drawn: tuple[int, Path, subprocess.CompletedProcess[str]],
) -> None:
    assert drawn[2].stdout == ""


def test_qt_and_its_multimedia_say_nothing_on_the_terminal(
    drawn: tuple[int, Path, subprocess.CompletedProcess[str]],
) -> None:
    assert drawn[2].stderr == ""

from __future__ import annotations

import os
import time
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from addon.messages import Clip
from addon.panel.window.app import Panel, application
from tests.media.film import Film
from tests.panel.stage import BASE_PACK, OTHER_PACK, Stage, sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PyQt6.QtWidgets import QApplication

    from engine.cues import CueSheet

SECONDS = 2


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The application as the panel makes it, in place of pytest-qt's plain one."""
    return application()


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds at 25 frames a second; each frame shows its number."""
    return Film(frames=50).write(tmp_path_factory.mktemp("film"))


@pytest.fixture
def clip(film: Path, tmp_path: Path) -> Clip:
    return Clip("strip-1", "street", str(film), 50, Fraction(25), str(tmp_path / "takes"))


@pytest.fixture
def cues() -> CueSheet:
    return sheet(SECONDS)


@pytest.fixture
def stage(clip: Clip) -> Stage:
    return Stage([clip])


@pytest.fixture
def open_panel(qapp: QApplication) -> Iterator[Callable[[Stage], Panel]]:
    """Opens panels, with clips and packs known, and closes them at the end."""
    panels: list[Panel] = []

    def opened(stage: Stage) -> Panel:
        panel = Panel(stage.session, stage.memory)
        panels.append(panel)
        panel.window.show()
        panel.model.refresh()
        stage.session.pump()
        stage.list_packs(BASE_PACK, OTHER_PACK)
        qapp.processEvents()
        return panel

    yield opened
    for panel in panels:
        panel.close()
        panel.window.close()
        panel.window.deleteLater()
    qapp.processEvents()


@pytest.fixture
def panel(open_panel: Callable[[Stage], Panel], stage: Stage, cues: CueSheet) -> Panel:
    """A panel on one clip whose cues are known."""
    opened = open_panel(stage)
    stage.answer_looks(cues)
    return opened


@pytest.fixture
def with_takes(panel: Panel, stage: Stage, cues: CueSheet, tmp_path: Path) -> Panel:
    """The panel after a job that made three takes."""
    folder = tmp_path / "takes"
    folder.mkdir()
    panel.model.generate()
    stage.session.pump()
    stage.make_takes(folder, SECONDS, cues, (1, 2, 3))
    stage.finish()
    return panel


def wait_for(qapp: QApplication, until: Callable[[], bool], seconds: float = 60) -> None:
    """Let the application run until something is so."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it did not come to pass"
        qapp.processEvents()
        time.sleep(0.005)

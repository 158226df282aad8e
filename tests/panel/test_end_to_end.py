"""The window before a real session, a real engine process and a real (tiny) pack."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from addon.panel.engine_process import EngineProcess
from addon.panel.folder import Folder
from addon.panel.model.memory import Memory
from addon.panel.session import Session
from addon.panel.window.app import Panel
from engine.cues import CueEvent
from engine.media.soundtrack import read_sound
from tests.command_line import ROOT
from tests.flashes import flash_film
from tests.panel.conftest import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt6.QtWidgets import QApplication


@pytest.fixture
def folder(tmp_path: Path, default_pack: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two clips in which a red wall lights up."""
    monkeypatch.setenv("LUMIPHONE_PACKS", str(default_pack))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in ("a-dog.mp4", "b-dog.mp4"):
        flash_film(tmp_path, name)
    return tmp_path


@pytest.fixture
def panel(folder: Path, qapp: QApplication) -> Iterator[Panel]:
    command = [sys.executable, "-m", "engine", "serve"]
    session = Session(
        partial(EngineProcess, command), lambda receive, _gone: Folder([folder], receive)
    )
    panel = Panel(session, Memory())
    panel.window.show()
    panel.model.refresh()
    yield panel
    panel.close()
    panel.window.close()
    panel.window.deleteLater()
    session.close()
    qapp.processEvents()


def looked(panel: Panel) -> bool:
    state = panel.model.current
    return state is not None and state.seen is not None and state.suggested != ""


def idle(panel: Panel) -> bool:
    return not panel.model.jobs


def loudest(wav: str) -> float:
    """The second at which a take is loudest."""
    samples, rate = read_sound(Path(wav))
    energy = np.convolve(samples[0] ** 2, np.ones(rate // 50), "same")
    return float(np.argmax(energy)) / rate


def test_a_folder_becomes_takes_that_follow_what_the_user_drew(
    panel: Panel, folder: Path, qapp: QApplication
) -> None:
    model, window = panel.model, panel.window
    wait_for(qapp, lambda: len(model.clips) == 2 and looked(panel) and model.pack is not None)
    assert window.wish.suggestion.text().startswith("Seen: ")
    state = model.current
    assert state is not None
    assert state.cues is not None
    assert state.cues.events, "the flashes were seen"
    model.edit_cues((CueEvent(1.0, 1.0),), "move an event")
    window.wish.takes.setValue(2)
    window.wish.seed.setText("5")
    window.wish.job.generate.click()
    wait_for(qapp, lambda: len(state.takes) == 2 and idle(panel), seconds=60)
    assert model.problem is None
    assert [take.seed for take in state.takes] == [5, 6]
    for take in state.takes:
        assert Path(take.wav).parent == folder / "lumiphone" / "a-dog"
        assert loudest(take.wav) == pytest.approx(1.0, abs=0.12)
    panel.workers.wait()
    wait_for(qapp, lambda: all(card._plots for card in window.takes.cards))


def test_all_clips_get_their_takes_each_in_its_own_folder(
    panel: Panel, folder: Path, qapp: QApplication
) -> None:
    wait_for(qapp, lambda: len(panel.model.clips) == 2 and panel.model.pack is not None)
    panel.window.wish.takes.setValue(1)
    panel.window.wish.job.all.click()
    wait_for(qapp, lambda: all(state.takes for state in panel.model.clips), seconds=60)
    wait_for(qapp, lambda: idle(panel))
    for name in ("a-dog", "b-dog"):
        assert (folder / "lumiphone" / name / "take-1.wav").exists()


def test_an_engine_killed_at_work_is_a_message_and_the_next_try_succeeds(
    panel: Panel, qapp: QApplication
) -> None:
    wait_for(qapp, lambda: looked(panel) and panel.model.pack is not None)
    panel.window.wish.takes.setValue(16)
    panel.window.wish.job.generate.click()
    wait_for(qapp, lambda: any(job.fraction > 0 for job in panel.model.jobs.values()))
    engine = panel.session._engine
    assert isinstance(engine, EngineProcess)
    assert engine.process_id is not None
    os.kill(engine.process_id, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    wait_for(qapp, lambda: panel.model.problem is not None)
    assert idle(panel)
    assert panel.window.problem.isVisible()
    made = len(panel.window.takes.cards)
    panel.window.wish.takes.setValue(1)
    panel.window.wish.job.generate.click()
    assert panel.model.problem is None
    wait_for(qapp, lambda: len(panel.window.takes.cards) > made and idle(panel), seconds=60)


def test_a_file_that_is_no_film_is_told_and_the_others_are_there(
    folder: Path, panel: Panel, qapp: QApplication
) -> None:
    (folder / "c-broken.mp4").write_bytes(b"no film" * 100)
    panel.model.refresh()
    wait_for(qapp, lambda: panel.model.problem is not None and len(panel.model.clips) == 2)
    assert panel.model.problem is not None
    assert "c-broken.mp4" in panel.model.problem.what

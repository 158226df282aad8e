from __future__ import annotations

import logging
import sys
import time
from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from addon import messages
from addon.panel.window import app
from addon.panel.window.app import run
from addon.panel.window.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.panel.stage import Stage


@pytest.fixture(autouse=True)
def _own_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(app, "memory_file", lambda: tmp_path / "panel.json")


def windows() -> list[MainWindow]:
    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if isinstance(widget, MainWindow) and widget.isVisible()
    ]


def once(ready: Callable[[MainWindow], bool], act: Callable[[MainWindow], None]) -> QTimer:
    """Act when a window is open and ready, or after a minute; stop the timer that does it."""
    timer, end = QTimer(), time.monotonic() + 60

    def look() -> None:
        for window in windows():
            if ready(window) or time.monotonic() > end:
                timer.stop()
                act(window)

    timer.timeout.connect(look)
    timer.start(20)
    return timer


@pytest.mark.usefixtures("qapp")
def test_the_window_can_be_closed_and_opened_again_in_one_process(stage: Stage) -> None:
    titles: list[str] = []

    def read_and_close(window: MainWindow) -> None:
        titles.append(window.status.text())
        window.close()

    for _ in range(2):
        timer = once(lambda window: bool(window.status.text()), read_and_close)
        assert run(stage.session) == 0
        timer.stop()
    assert titles == ["Connected to Blender 5.0.1"] * 2


@pytest.mark.usefixtures("qapp")
def test_the_window_closes_when_its_editor_quits(stage: Stage) -> None:
    def rescue(window: MainWindow) -> None:
        window.close()

    timers = [
        once(lambda _: True, lambda _: stage.editor.tell(messages.Quit())),
        once(lambda _: False, rescue),
    ]
    assert run(stage.session) == 0
    for timer in timers:
        timer.stop()
    assert stage.session.ended


@pytest.mark.usefixtures("qapp")
def test_what_was_typed_is_there_the_next_time(stage: Stage, tmp_path: Path) -> None:
    def type_and_close(window: MainWindow) -> None:
        window.wish.prompt.show_words("boots on gravel")
        window.close()

    timer = once(lambda window: bool(window.status.text()), type_and_close)
    run(stage.session)
    timer.stop()
    assert "boots on gravel" in (tmp_path / "panel.json").read_text("utf-8")


def test_where_playback_is_impossible_the_window_opens_without_it(
    monkeypatch: pytest.MonkeyPatch,
    stage: Stage,
    caplog: pytest.LogCaptureFixture,
    qapp: QApplication,
) -> None:
    monkeypatch.setitem(sys.modules, "addon.panel.window.playback", None)
    with caplog.at_level(logging.WARNING):
        panel = app.Panel(stage.session, stage.memory)
    assert "No playback" in caplog.text
    panel.model.refresh()
    stage.session.pump()
    panel.workers.wait()
    qapp.processEvents()
    assert not panel.window.transport.play.isEnabled()
    panel.window.axis.scrub(1.0)
    assert panel.window.viewer._picture is not None, "a small picture stands in"
    panel.close()
    panel.window.deleteLater()

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from addon import messages
from addon.panel.window import app
from addon.panel.window.app import run
from addon.panel.window.main_window import MainWindow

if TYPE_CHECKING:
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


def close_window() -> None:
    for window in windows():
        window.close()


@pytest.mark.usefixtures("qapp")
def test_the_window_can_be_closed_and_opened_again_in_one_process(stage: Stage) -> None:
    titles: list[str] = []
    for _ in range(2):
        QTimer.singleShot(200, lambda: titles.extend(w.status.text() for w in windows()))
        QTimer.singleShot(300, close_window)
        assert run(stage.session) == 0
    assert titles == ["Connected to Blender 5.0.1"] * 2


@pytest.mark.usefixtures("qapp")
def test_the_window_closes_when_its_editor_quits(stage: Stage) -> None:
    QTimer.singleShot(200, lambda: stage.editor.tell(messages.Quit()))
    QTimer.singleShot(5000, close_window)
    assert run(stage.session) == 0
    assert stage.session.ended


@pytest.mark.usefixtures("qapp")
def test_what_was_typed_is_there_the_next_time(stage: Stage, tmp_path: Path) -> None:
    def type_and_close() -> None:
        windows()[0].wish.prompt.show_words("boots on gravel")
        close_window()

    QTimer.singleShot(200, type_and_close)
    run(stage.session)
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

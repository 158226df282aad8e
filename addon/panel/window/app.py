"""The window's process: Qt set up, the session pumped, everything closed in order."""

from __future__ import annotations

import logging
import os
import signal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PyQt6.QtCore import (
    QLoggingCategory,
    QMessageLogContext,
    QStandardPaths,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication

from addon.panel.model.background import Workers
from addon.panel.model.inbox import Inbox
from addon.panel.model.memory import Memory
from addon.panel.model.view_model import ViewModel
from addon.panel.widgets import theme
from addon.panel.window.main_window import MainWindow
from addon.panel.window.picture_presenter import PicturePresenter
from addon.panel.window.take_presenter import TakePresenter
from addon.panel.window.wish_presenter import WishPresenter

if TYPE_CHECKING:
    from addon.panel.session import Session
    from addon.panel.window.playback import Player

_PUMP = 30  # ms; well under what a person notices
_log = logging.getLogger(__name__)


class Panel:
    """Model, window and what connects them.

    Args:
        session: Speaks to engine and host; pumped from now on.
        memory: What was remembered.
    """

    def __init__(self, session: Session, memory: Memory) -> None:
        self.session = session
        self.model = ViewModel(session, memory)
        self.window = MainWindow()
        self.workers = Workers()
        self.player = _player()
        self._presenters = (
            WishPresenter(self.model, self.window),
            PicturePresenter(self.model, self.window, self.workers, self.player),
            TakePresenter(self.model, self.window, self.workers, self.player),
        )
        self._bind_keys()
        self.model.show_wanted.connect(self.come_forward)
        self.window.wish.prompt.editor.setFocus()
        session.listen(Inbox(self.model))
        self._pump = QTimer(self.window)
        self._pump.setInterval(_PUMP)
        self._pump.timeout.connect(self._handle)
        self._pump.start()

    def _bind_keys(self) -> None:
        window, model, axis = self.window, self.model, self.window.axis
        job, takes = window.wish.job, window.takes
        for words, keys, does in (
            ("Generate", "Ctrl+Return", job.generate.click),
            ("Generate for all clips", "Ctrl+Shift+Return", job.all.click),
            ("Cancel", "Esc", model.cancel),
            ("Ask for the selected clips again", "F5", model.refresh),
            ("Go to the prompt", "Ctrl+1", window.wish.prompt.editor.setFocus),
            ("Go to the cue lane", "Ctrl+2", window.cues.setFocus),
            ("Go to the takes", "Ctrl+3", takes.focus_first),
            ("Use the suggested prompt", "Ctrl+U", model.use_suggestion),
            ("Play or pause, wherever you are", "Ctrl+Space", window.play_wanted.emit),
            ("Loop", "Ctrl+L", window.transport.loop.toggle),
            ("Waveforms or spectrograms", "Ctrl+T", takes.spectrogram.toggle),
            ("Previous clip", "Ctrl+PgUp", lambda: self._next_clip(-1)),
            ("Next clip", "Ctrl+PgDown", lambda: self._next_clip(1)),
            ("Zoom in on time", "Ctrl+=", lambda: axis.zoom(1)),
            ("Zoom out", "Ctrl+-", lambda: axis.zoom(-1)),
            ("Whole clip", "Ctrl+0", axis.fit),
            ("Undo an edit of the cues", "Ctrl+Z", model.undo.undo),
            ("Redo it", "Ctrl+Shift+Z", model.undo.redo),
            ("Dismiss the message", "Ctrl+D", lambda: model.report(None)),
            ("All keys", "F1", window.show_keys),
        ):
            window.add_action(words, keys, does)

    def _next_clip(self, by: int) -> None:
        current = self.model.current
        if current is not None:
            index = self.model.clips.index(current) + by
            self.model.select(min(max(index, 0), len(self.model.clips) - 1))

    def come_forward(self) -> None:
        """Bring the window before all others."""
        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def close(self) -> None:
        """Stop everything that runs, and remember."""
        self._pump.stop()
        if self.player is not None:
            self.player.close()
        self.workers.close()
        self.model.save()

    def _handle(self) -> None:
        self.session.pump()
        if self.session.ended:
            self.window.close()


def _player() -> Player | None:
    """A player, or None where QtMultimedia or a library that it needs is missing."""
    try:
        from addon.panel.window.playback import Player  # noqa: PLC0415 - may not be there
    except ImportError as error:
        _log.warning("No playback: %s", error)
        return None
    return Player()


@cache
def application() -> QApplication:
    """The one application of the process; a window that is closed may be opened again."""
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    _quieten()
    qt = QApplication([])
    qt.setQuitOnLastWindowClosed(False)
    prepare(qt)
    return qt


def prepare(application: QApplication) -> None:
    """Give an application the panel's looks."""
    application.setApplicationName("Lumiphone")
    application.setStyle("Fusion")
    application.setPalette(theme.palette())
    application.setFont(theme.font())
    application.setStyleSheet(theme.stylesheet())
    pg.setConfigOptions(antialias=True, background=theme.FIELD, foreground=theme.QUIET)


def memory_file() -> Path:
    """Return where the panel keeps what it remembers."""
    kind = QStandardPaths.StandardLocation.AppConfigLocation
    return Path(QStandardPaths.writableLocation(kind)) / "panel.json"


def run(session: Session) -> int:
    """Show the window until the user closes it or the session ends.

    Args:
        session: Is pumped here, and left open for the caller to close.

    Returns:
        The process's exit code.
    """
    qt = application()
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)  # Qt's loop hears no Python's Ctrl-C
    panel = Panel(session, Memory.load(memory_file()))
    panel.window.closed.connect(qt.quit)
    panel.window.show()
    panel.model.refresh()
    code = qt.exec()
    signal.signal(signal.SIGINT, before)
    panel.close()
    return code


def _quieten() -> None:
    """Keep Qt's and FFmpeg's talk of formats and missing devices off the terminal.

    It goes to Python's log instead, FFmpeg's and all debugging nowhere: there is a line of it for
    each picture.
    """
    # Without this, FFmpeg writes past Qt's log, straight to stderr.
    os.environ.setdefault("QT_FFMPEG_DEBUG", "1")
    QLoggingCategory.setFilterRules("*.debug=false\n*.info=false")
    qInstallMessageHandler(_hear_qt)


def _hear_qt(kind: QtMsgType, _context: QMessageLogContext, words: str | None) -> None:
    serious = kind in {QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg}
    _log.log(logging.ERROR if serious else logging.INFO, "Qt: %s", words)

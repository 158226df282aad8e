"""The window: where everything lies, and what each key does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from addon.panel.widgets import theme
from addon.panel.widgets.banner import Banner
from addon.panel.widgets.clip_bar import ClipBar
from addon.panel.widgets.cue_lane import CueLane
from addon.panel.widgets.filmstrip import Filmstrip
from addon.panel.widgets.take_list import TakeList
from addon.panel.widgets.time_axis import TimeAxis
from addon.panel.widgets.viewer import Transport, Viewer
from addon.panel.widgets.wish_panel import WishPanel
from addon.panel.window.key_help import KeyHelp

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QCloseEvent, QKeyEvent

_WISH_WIDTH = 304


class MainWindow(QMainWindow):
    """The panel's widgets in their places; :class:`~addon.panel.window.presenter.Presenter` wires.

    Attributes:
        closed: The user closed the window.
        play_wanted: Space.
        step_wanted: Left or Right; carries frames.
        jump_wanted: Home (False) or End (True).
        switch_wanted: X.
    """

    closed = pyqtSignal()
    play_wanted = pyqtSignal()
    step_wanted = pyqtSignal(int)
    jump_wanted = pyqtSignal(bool)
    switch_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Lumiphone")
        self.axis = TimeAxis(self)
        self.wish = WishPanel()
        self.problem = Banner()
        self.notes = Banner()
        self.clip_bar = ClipBar()
        self.viewer = Viewer()
        self.transport = Transport()
        self.filmstrip = Filmstrip(self.axis)
        self.cues = CueLane(self.axis)
        self.takes = TakeList(self.axis)
        self.status = QLabel()
        self.status.setProperty("quiet", True)  # noqa: FBT003 - Qt's signature
        self.setCentralWidget(self._everything())
        self.resize(1280, 832)
        self.setMinimumSize(820, 480)

    def _everything(self) -> QWidget:
        self.wish.setFixedWidth(_WISH_WIDTH)
        side = QVBoxLayout()
        side.setContentsMargins(0, 0, 0, 0)
        side.addWidget(self.wish)
        middle = QHBoxLayout()
        middle.setSpacing(theme.GAP)
        middle.addLayout(side)
        middle.addWidget(self._right_side(), 1)
        keys = QLabel("F1: all keys")
        keys.setProperty("quiet", True)  # noqa: FBT003 - Qt's signature
        foot = QHBoxLayout()
        foot.addWidget(self.status, 1)
        foot.addWidget(keys)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, 4)
        column.setSpacing(6)
        column.addWidget(self.problem)
        column.addLayout(middle, 1)
        column.addLayout(foot)
        return whole

    def _right_side(self) -> QWidget:
        picture = QWidget()
        above = QVBoxLayout(picture)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(4)
        above.addWidget(self.viewer, 1)
        above.addWidget(self.transport)
        lanes = QVBoxLayout()
        lanes.setContentsMargins(0, 0, theme.SCROLLBAR, 0)
        lanes.setSpacing(4)
        for lane in (self.filmstrip, self.cues):
            lanes.addWidget(lane)
        timeline = QWidget()
        below = QVBoxLayout(timeline)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(4)
        below.addLayout(lanes)
        below.addWidget(self.takes, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        for part in (picture, timeline):
            splitter.addWidget(part)
            splitter.setStretchFactor(splitter.count() - 1, 1)
        splitter.setSizes([290, 500])
        # The notes wrap, and so stay out of the splitter: it knows no height for a width.
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.clip_bar, self.notes):
            column.addWidget(widget)
        column.addWidget(splitter, 1)
        return right

    def add_action(self, words: str, keys: str, does: Callable[[], object]) -> QAction:
        """Bind keys to something that the whole window can do, and list it in the help."""
        action = QAction(words, self)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(does)
        self.addAction(action)
        return action

    def show_keys(self) -> None:
        """Show all keys."""
        KeyHelp(self, [(a.shortcut().toString(), a.text()) for a in self.actions()]).show()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Handle the keys of the transport; they come here when the focused widget leaves them."""
        if event is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        match event.key():
            case Qt.Key.Key_Space:
                self.play_wanted.emit()
            case Qt.Key.Key_Left:
                self.step_wanted.emit(-1)
            case Qt.Key.Key_Right:
                self.step_wanted.emit(1)
            case Qt.Key.Key_Home:
                self.jump_wanted.emit(False)  # noqa: FBT003 - Qt's signature
            case Qt.Key.Key_End:
                self.jump_wanted.emit(True)  # noqa: FBT003 - Qt's signature
            case Qt.Key.Key_X:
                self.switch_wanted.emit()
            case _:
                super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Tell that the user closed it."""
        super().closeEvent(event)
        self.closed.emit()

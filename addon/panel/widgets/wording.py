"""A field for words with their history and presets: what to hear, or what not to hear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QTextCursor
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from addon.panel.widgets import theme
from addon.panel.widgets.buttons import menu_button

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST_ENTRY = 48  # characters of an entry in a menu
_MOST_ENTRIES = 12


class Wording(QWidget):
    """Several words of wish, with what was wished before one key away.

    Attributes:
        changed: The words changed; carries them.
        preset_kept: The user keeps the words as a preset; carries them.
        preset_dropped: The user no longer wants a preset; carries it.
    """

    changed = pyqtSignal(str)
    preset_kept = pyqtSignal(str)
    preset_dropped = pyqtSignal(str)

    def __init__(self, title: str, hint: str, lines: int) -> None:
        super().__init__()
        heading = QLabel(title)
        heading.setProperty("heading", True)  # noqa: FBT003 - Qt's signature
        self.editor = QPlainTextEdit()
        self.editor.setPlaceholderText(hint)
        self.editor.setTabChangesFocus(True)
        self.editor.setAccessibleName(title)
        self.editor.setToolTip(f"{hint}\nCtrl+Up, Ctrl+Down: earlier, later words")
        room = self.editor.fontMetrics().lineSpacing() * lines
        self.editor.setFixedHeight(room + 18)
        self.editor.textChanged.connect(lambda: self.changed.emit(self.words()))
        self.editor.installEventFilter(self)
        heading.setBuddy(self.editor)
        self.history = menu_button("history", f"{title}: earlier ones")
        self.presets = menu_button("presets", f"{title}: presets")
        top = QHBoxLayout()
        top.addWidget(heading, 1)
        top.addWidget(self.history)
        top.addWidget(self.presets)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.editor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._past: Sequence[str] = ()
        self._place = -1  # in the past; -1 is now
        self._now = ""

    def words(self) -> str:
        """Return what is written."""
        return self.editor.toPlainText()

    def show_words(self, words: str) -> None:
        """Write these words, if others stand there; can be undone in the field."""
        if words != self.words():
            cursor = self.editor.textCursor()
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.insertText(words)

    def show_past(self, past: Sequence[str], kept: Sequence[str], given: Sequence[str]) -> None:
        """Fill the menus.

        Args:
            past: Earlier words, newest first.
            kept: The user's own presets.
            given: Presets that everybody has.
        """
        self._past, self._place = past, -1
        history = QMenu(self)
        for words in past[:_MOST_ENTRIES]:
            self._entry(history, words)
        if not past:
            _note(history, "Nothing yet: what you generate with comes here")
        self.history.setMenu(history)
        presets = QMenu(self)
        for words in (*kept, *given):
            self._entry(presets, words)
        presets.addSeparator()
        keep = presets.addAction("Keep these words as a preset")
        if keep is not None:
            keep.triggered.connect(lambda: self.preset_kept.emit(self.words().strip()))
        if kept:
            self._removal(presets, kept)
        self.presets.setMenu(presets)

    def _entry(self, menu: QMenu, words: str) -> None:
        action = menu.addAction(_short(words))
        if action is not None:
            action.setToolTip(words)
            action.triggered.connect(lambda: self.show_words(words))

    def _removal(self, menu: QMenu, kept: Sequence[str]) -> None:
        removal = menu.addMenu("Remove a preset")
        for words in kept if removal is not None else ():
            action = removal.addAction(_short(words)) if removal is not None else None
            if action is not None:
                action.triggered.connect(lambda _on, gone=words: self.preset_dropped.emit(gone))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Walk through the history with Ctrl+Up and Ctrl+Down."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
            step = steps.get(Qt.Key(event.key()))
            if step and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._walk(step)
                return True
        return super().eventFilter(watched, event)

    def _walk(self, step: int) -> None:
        if self._place < 0:
            self._now = self.words()
        self._place = min(max(self._place + step, -1), len(self._past) - 1)
        self.show_words(self._now if self._place < 0 else self._past[self._place])


def _short(words: str) -> str:
    line = " ".join(words.split()).replace("&", "&&")
    return line if len(line) <= _LONGEST_ENTRY else line[: _LONGEST_ENTRY - 1] + "…"


def _note(menu: QMenu, words: str) -> None:
    action = menu.addAction(words)
    if action is not None:
        action.setEnabled(False)


def heading(text: str) -> QLabel:
    """Return a small title over a group of fields."""
    label = QLabel(text)
    label.setProperty("heading", True)  # noqa: FBT003 - Qt's signature
    label.setContentsMargins(0, theme.GAP // 2, 0, 0)
    return label

"""All keys on one sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QGridLayout, QLabel, QWidget

from addon.panel.widgets import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOCAL = (
    ("Space", "Play or pause"),
    ("Left, Right", "One frame back, forward"),
    ("Home, End", "First, last frame"),
    ("X", "Hear the other of two compared takes"),
    ("", ""),
    ("On the cue lane", ""),
    ("Left, Right", "Previous, next event"),
    ("Up, Down", "Harder, softer"),
    ("Alt+Left, Alt+Right", "Move by a frame; with Shift by a tenth"),
    ("N", "New event at the playhead"),
    ("K", "Next kind"),
    ("Delete", "Delete the event"),
    ("", ""),
    ("On a take", ""),
    ("Return", "Play or pause this take"),
    ("B", "Compare with the take that is heard"),
    ("S", "Star"),
    ("P", "Place on the timeline"),
    ("Delete", "Move to the trash"),
)


class KeyHelp(QDialog):
    """A sheet of keys; Esc closes it."""

    def __init__(self, parent: QWidget, keys: Sequence[tuple[str, str]]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout(self)
        grid.setHorizontalSpacing(theme.GAP * 2)
        grid.setVerticalSpacing(3)
        for place, column in enumerate((tuple(keys), _LOCAL)):
            for row, (key, words) in enumerate(column):
                label = QLabel(key)
                label.setProperty("heading", not words)
                meaning = QLabel(words)
                meaning.setProperty("quiet", True)  # noqa: FBT003 - Qt's signature
                grid.addWidget(label, row, 2 * place)
                grid.addWidget(meaning, row, 2 * place + 1)

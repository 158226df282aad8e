"""All takes of the shown clip, below one another on the pictures' own time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from addon.panel.widgets import theme
from addon.panel.widgets.buttons import icon_button
from addon.panel.widgets.take_card import TakeCard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addon.panel.model.clip_state import TakeState
    from addon.panel.widgets.time_axis import TimeAxis

_LEAST = 84  # pixels: the title and most of a card


class TakeList(QWidget):
    """Cards in a list that scrolls.

    Attributes:
        card_made: A card was made; carries it, so that it can be wired and get its sound.
    """

    card_made = pyqtSignal(object)

    def __init__(self, axis: TimeAxis) -> None:
        super().__init__()
        self._axis = axis
        self.cards: list[TakeCard] = []
        self.spectrogram = icon_button(
            "spectrum", "Show takes as spectrograms", key="Ctrl+T", checkable=True
        )
        self._title = QLabel("Takes")
        self._title.setProperty("heading", True)  # noqa: FBT003 - Qt's signature
        top = QHBoxLayout()
        top.setContentsMargins(theme.GAP, 2, theme.SCROLLBAR, 0)
        top.addWidget(self._title, 1)
        top.addWidget(self.spectrogram)
        self.hint = QLabel()
        self.hint.setProperty("quiet", True)  # noqa: FBT003 - Qt's signature
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.hint)
        self._column.addStretch()
        self.area = QScrollArea()
        self.area.setWidget(inside)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # Always there, so that the lanes above can keep the same width.
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        bar = self.area.verticalScrollBar()
        if bar is not None:  # off, and so out of sight, while there is nothing to scroll
            bar.rangeChanged.connect(lambda low, high: bar.setEnabled(high > low))
            bar.setEnabled(False)
        self.setMinimumHeight(_LEAST)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.area, 1)

    def show_takes(self, takes: Sequence[TakeState], *, can_place: bool) -> None:
        """Show these takes, newest first; cards of those that stay are kept."""
        kept = {card.take.wav: card for card in self.cards}
        focused = next((i for i, card in enumerate(self.cards) if card.hasFocus()), None)
        self.cards = []
        for take in reversed(takes):
            card = kept.pop(take.wav, None)
            if card is None or card.take is not take:
                card = TakeCard(self._axis, take, can_place=can_place)
                self.card_made.emit(card)
            self.cards.append(card)
        for card in kept.values():
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for place, card in enumerate(self.cards):
            self._column.insertWidget(place, card)
        self.hint.setVisible(not self.cards)
        count = len(self.cards)
        self._title.setText(f"Takes  {count}" if count else "Takes")
        if focused is not None and self.cards and not any(c.hasFocus() for c in self.cards):
            self.cards[min(focused, count - 1)].setFocus()

    def focus_first(self) -> None:
        """Bring the keyboard to the newest take."""
        if self.cards:
            self.cards[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

"""A take as a card: its sound over the same time as the pictures, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from addon.panel.widgets import theme
from addon.panel.widgets.buttons import icon_button, text_button
from addon.panel.widgets.icons import icon
from addon.panel.widgets.lane import Lane, Overlay

if TYPE_CHECKING:
    from PyQt6.QtGui import QFocusEvent, QKeyEvent

    from addon.panel.model.clip_state import TakeState
    from addon.panel.model.sound_picture import SoundPicture
    from addon.panel.widgets.time_axis import TimeAxis

_HEIGHT = 76
_QUIET_PEAK = 0.25  # a softer take is drawn larger, up to this much of the card


class _Caption(Overlay):
    """What the take was made from, over its sound; marks what is heard."""

    def __init__(self, axis: TimeAxis, view: pg.ViewBox) -> None:
        super().__init__(axis, view)
        self.words = ""
        self.failed = False

    def draw(self, painter: QPainter, area: QRectF) -> None:
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.9)
        painter.setFont(font)
        room = area.adjusted(8, 4, -8, -4)
        flags = int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        words = painter.fontMetrics().elidedText(
            self.words, Qt.TextElideMode.ElideRight, int(room.width())
        )
        ground = QRectF(painter.boundingRect(room, flags, words)).adjusted(-4, -1, 4, 1)
        shade = QColor(theme.FIELD)
        shade.setAlphaF(0.8)
        painter.fillRect(ground, shade)
        painter.setPen(QColor(theme.ERROR if self.failed else theme.QUIET))
        painter.drawText(room, flags, words)


class TakeCard(Lane):
    """One take of the clip.

    Attributes:
        take: What it shows.
        play_wanted: Play this take with the picture, or pause.
        compare_wanted: Hear this one against the other (A/B).
        star_wanted: Mark it as good, or no longer.
        place_wanted: Put it on the editor's timeline.
        delete_wanted: Remove it.
        reached: The keyboard's focus came to it.
    """

    play_wanted = pyqtSignal()
    compare_wanted = pyqtSignal()
    star_wanted = pyqtSignal()
    place_wanted = pyqtSignal()
    delete_wanted = pyqtSignal()
    reached = pyqtSignal()

    def __init__(self, axis: TimeAxis, take: TakeState, *, can_place: bool) -> None:
        self.head = _Head(take, can_place=can_place)
        super().__init__(axis, self.head, _HEIGHT, _Caption)
        self.take = take
        self._can_place = can_place
        self.setAccessibleName(f"Take {take.number}")
        self.setToolTip(_help(can_place=can_place))
        for button, signal in (
            (self.head.play, self.play_wanted),
            (self.head.compare, self.compare_wanted),
            (self.head.star, self.star_wanted),
            (self.head.place, self.place_wanted),
            (self.head.delete, self.delete_wanted),
        ):
            button.clicked.connect(signal)
        self._plots: list[pg.GraphicsObject] = []
        self.caption.words = _words(take)
        self.show_star(on=take.starred)

    @property
    def caption(self) -> _Caption:
        """What is written over the sound."""
        assert isinstance(self.overlay, _Caption)  # noqa: S101 - made by the constructor
        return self.overlay

    def show_sound(self, sound: SoundPicture, *, spectrogram: bool) -> None:
        """Draw the sound as its outline or as its spectrogram."""
        for plot in self._plots:
            self.view.removeItem(plot)
        self._plots = _spectrogram(sound) if spectrogram else _outline(sound)
        for plot in self._plots:
            self.view.addItem(plot)
        self.view.setYRange(0, 1, padding=0)

    def show_failure(self, words: str) -> None:
        """Say on the card that its sound cannot be read."""
        self.caption.words = words
        self.caption.failed = True
        self.caption.update()

    def show_star(self, *, on: bool) -> None:
        """Show whether it is marked as good."""
        self.head.star.setIcon(icon("starred" if on else "star"))
        self.head.star.setAccessibleName("Take the star away" if on else "Star")

    def show_playing(self, *, on: bool) -> None:
        """Show whether it is playing now."""
        self.head.play.setIcon(icon("pause" if on else "play"))

    def show_role(self, letter: str, *, heard: bool) -> None:
        """Show whether it is the one that is heard, and its letter where two are compared."""
        self.head.number.setStyleSheet(f"color: {theme.ACCENT}" if heard else "")
        self.head.compare.setText(letter or "A/B")
        self.head.compare.setChecked(bool(letter))

    def show_placed(self, where: str) -> None:
        """Say that it lies on the editor's timeline."""
        self.head.note.setText(where)

    def focusInEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        """Tell that the keyboard came here."""
        super().focusInEvent(event)
        self.reached.emit()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Do what the card's buttons do."""
        signals = {
            Qt.Key.Key_Return: self.play_wanted,
            Qt.Key.Key_B: self.compare_wanted,
            Qt.Key.Key_S: self.star_wanted,
            Qt.Key.Key_P: self.place_wanted if self._can_place else None,
            Qt.Key.Key_Delete: self.delete_wanted,
        }
        signal = signals.get(Qt.Key(event.key())) if event is not None else None
        if signal is None:
            super().keyPressEvent(event)
        else:
            signal.emit()


class _Head(QWidget):
    """The take's number and its buttons."""

    def __init__(self, take: TakeState, *, can_place: bool) -> None:
        super().__init__()
        self.number = QLabel(f"Take {take.number}")
        self.note = QLabel()
        self.note.setProperty("quiet", True)  # noqa: FBT003 - Qt's signature
        self.play = icon_button("play", "Play with the picture", key="Return")
        self.compare = text_button(
            "A/B", "Compare with the take that is heard", key="B, then X", checkable=True
        )
        self.star = icon_button("star", "Star", key="S")
        self.place = icon_button("place", "Place on the timeline", key="P")
        self.delete = icon_button("delete", "Delete", key="Delete")
        top = QHBoxLayout()
        top.addWidget(self.number)
        top.addWidget(self.note, 1)
        top.addWidget(self.star)
        bottom = QHBoxLayout()
        bottom.setSpacing(2)
        for button in (self.play, self.compare):
            bottom.addWidget(button)
        bottom.addStretch()
        for button in (self.place, self.delete):
            bottom.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, 4, theme.GAP, 4)
        column.addLayout(top)
        column.addLayout(bottom)
        self.place.setVisible(can_place)  # not sooner: without a parent it would be a window


def _help(*, can_place: bool) -> str:
    place = "   P: place" if can_place else ""
    return f"Return: play or pause   B: compare   S: star{place}   Delete: delete"


def _words(take: TakeState) -> str:
    told = take.prompt or (f"seen: {take.suggested}" if take.suggested else "from the pictures")
    without = f"   without: {take.negative}" if take.negative else ""
    return f"{told}{without}   ·   seed {take.seed}"


def _outline(sound: SoundPicture) -> list[pg.GraphicsObject]:
    """The greatest and least samples of each bin, filled between, around the card's middle."""
    scale = 0.46 / max(sound.peak, _QUIET_PEAK)
    seconds = (np.arange(len(sound.highs)) + 0.5) * sound.seconds / len(sound.highs)
    high = pg.PlotCurveItem(seconds, 0.5 + sound.highs * scale, pen=pg.mkPen(theme.WAVE, width=1))
    low = pg.PlotCurveItem(seconds, 0.5 + sound.lows * scale, pen=pg.mkPen(theme.WAVE, width=1))
    return [high, low, pg.FillBetweenItem(high, low, brush=pg.mkBrush(theme.WAVE))]


def _spectrogram(sound: SoundPicture) -> list[pg.GraphicsObject]:
    image = pg.ImageItem(sound.levels, levels=(0.0, 1.0))
    image.setColorMap(pg.colormap.get("inferno"))
    image.setRect(QRectF(0, 0, sound.seconds, 1))
    return [image]

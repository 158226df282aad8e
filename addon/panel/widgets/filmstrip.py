"""The clip as a strip of small pictures under a ruler with timecode."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget

from addon.panel.widgets import theme
from addon.panel.widgets.lane import Lane, Overlay
from engine.timebase import format_timecode

if TYPE_CHECKING:
    import pyqtgraph as pg

    from addon.panel.widgets.time_axis import TimeAxis

RULER = 20
_PICTURES = 54
_LABEL_ROOM = 96  # pixels between two timecodes, at least


class _Strip(Overlay):
    def __init__(self, axis: TimeAxis, view: pg.ViewBox) -> None:
        super().__init__(axis, view)
        self.rate = Fraction(25)
        self.pictures: dict[int, QImage] = {}
        self.count = 0

    def draw(self, painter: QPainter, area: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._draw_ruler(painter, area)
        strip = area.adjusted(0, RULER, 0, 0)
        painter.setClipRect(strip)
        if self.pictures:
            self._draw_pictures(painter, strip)
        painter.setClipping(False)

    def _draw_pictures(self, painter: QPainter, strip: QRectF) -> None:
        """Tile the strip; each tile shows the moment of its left edge."""
        any_picture = next(iter(self.pictures.values()))
        width = strip.height() * any_picture.width() / max(any_picture.height(), 1)
        origin = self.x_of(0.0)
        end = self.x_of(self.axis.duration)
        tile = max(0, math.floor(-origin / width))
        while (left := origin + tile * width) < min(end, strip.right()):
            index = int(self.seconds_at(left + 0.5) / self.axis.duration * self.count)
            picture = self._nearest(index)
            painter.drawImage(QRectF(left, strip.top(), width - 1, strip.height()), picture)
            tile += 1
        if end < strip.right():
            painter.fillRect(strip.adjusted(end, 0, 0, 0), QColor(theme.FIELD))

    def _nearest(self, index: int) -> QImage:
        return self.pictures[min(self.pictures, key=lambda known: abs(known - index))]

    def _draw_ruler(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(QRectF(0, 0, area.width(), RULER), QColor(theme.PANEL))
        frame_width = self.x_of(1 / float(self.rate)) - self.x_of(0.0)
        step = _tick_step(_LABEL_ROOM / max(frame_width, 1e-6), round(self.rate))
        first = math.floor(self.axis.start * self.rate / step) * step
        last = math.ceil(self.axis.end * self.rate)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        for frame in range(max(first, 0), last + 1, step):
            x = self.x_of(frame / float(self.rate))
            painter.setPen(QColor(theme.OFF))
            painter.drawLine(QPointF(x, RULER - 6), QPointF(x, RULER))
            if x + _LABEL_ROOM > area.width() + 8:
                continue  # no room for all of it
            painter.setPen(QColor(theme.QUIET))
            spot = QRectF(x + 4, 0, _LABEL_ROOM, RULER - 2)
            painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter, format_timecode(frame, self.rate))


def _tick_step(least: float, base: int) -> int:
    """Frames between two ticks: a round number of frames or seconds, not under ``least``."""
    seconds = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
    steps = [1, 2, 5, 10, *(base * number for number in seconds)]
    return next((step for step in sorted(steps) if step >= least), steps[-1])


class Filmstrip(Lane):
    """A clip's pictures over time, and the ruler; press to move the playhead."""

    def __init__(self, axis: TimeAxis) -> None:
        head = QWidget()
        self.name = QLabel()
        self.details = QLabel()
        self.details.setProperty("quiet", True)  # noqa: FBT003 - Qt's signature
        column = QVBoxLayout(head)
        column.setContentsMargins(theme.GAP, RULER, theme.GAP, 2)
        column.setSpacing(1)
        column.addWidget(self.name)
        column.addWidget(self.details)
        column.addStretch()
        super().__init__(axis, head, RULER + _PICTURES + 4, _Strip)
        self.setAccessibleName("Filmstrip")
        self.setToolTip(
            "Press or drag: move the playhead\nCtrl+wheel: zoom   Shift+wheel: pan\n"
            "Left, Right: one frame   Home, End: first, last frame"
        )

    def show_clip(self, name: str, details: str, rate: Fraction) -> None:
        """Begin a new clip, whose pictures come later."""
        strip = self._strip
        strip.rate = rate
        strip.pictures = {}
        self.name.setText(name)
        self.name.setToolTip(name)
        self.details.setText(details)
        strip.update()

    def show_pictures(self, pictures: dict[int, QImage], count: int) -> None:
        """Show what there is of ``count`` pictures; the rest is filled by the nearest."""
        self._strip.pictures = pictures
        self._strip.count = count
        self._strip.update()

    @property
    def _strip(self) -> _Strip:
        assert isinstance(self.overlay, _Strip)  # noqa: S101 - made by the constructor
        return self.overlay

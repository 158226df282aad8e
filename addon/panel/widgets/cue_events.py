"""The events of a cue sheet on their lane, and the mouse on them."""

from __future__ import annotations

import bisect
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygonF

from addon.panel.widgets import theme
from addon.panel.widgets.lane import Overlay
from engine.cues import CueEvent

if TYPE_CHECKING:
    import pyqtgraph as pg
    from PyQt6.QtWidgets import QGraphicsSceneMouseEvent, QGraphicsSceneWheelEvent

    from addon.panel.widgets.time_axis import TimeAxis

Events = tuple[CueEvent, ...]

STRENGTH_STEP = 0.05
FULL = 0.88  # of the lane's height is full strength; above it is room for the heads
_RADIUS = 5.0
_REACH = 9.0  # pixels around a head or stem that count as it
_DECIDED = 4.0  # pixels of drag after which it is known whether time or strength is meant
_NOTCH = 120


class CueEvents(Overlay):
    """Stems with heads: where is when, how high is how hard, colour and shape are the kind.

    Attributes:
        edited: The events were changed by hand; carries all of them and what was done.
        selected_changed: Another event is selected, or none.
    """

    edited = pyqtSignal(tuple, str)
    selected_changed = pyqtSignal()

    def __init__(self, axis: TimeAxis, view: pg.ViewBox) -> None:
        super().__init__(axis, view)
        self.events: Events = ()
        self.kinds: tuple[str, ...] = ("impact",)
        self.rate = Fraction(25)
        self.selected: int | None = None
        self.editable = False
        self._grip: tuple[CueEvent, QPointF] | None = None
        self._along: bool | None = None  # dragging in time (True), in strength, not decided (None)

    def show_events(self, events: Events) -> None:
        """Show these, and keep the selection where its number still exists."""
        self.events = events
        if self.selected is not None and self.selected >= len(events):
            self.select(None)
        self.selected_changed.emit()
        self.update()

    def select(self, index: int | None) -> None:
        """Select an event by its number, or none."""
        self.selected = index
        self.selected_changed.emit()
        self.update()

    def change(self, changed: CueEvent, what: str) -> None:
        """Put the selected event's new form in its place."""
        if self.selected is not None:
            others = self.events[: self.selected] + self.events[self.selected + 1 :]
            self._insert(others, changed, what)

    def add(self, seconds: float) -> None:
        """Add an event of the selected one's kind, and select it."""
        kind = self.kinds[0] if self.selected is None else self.events[self.selected].kind
        self._insert(self.events, CueEvent(seconds, 0.8, kind), "add an event")

    def remove(self) -> None:
        """Delete the selected event and select its neighbour."""
        index = self.selected
        if index is None:
            return
        self.events = self.events[:index] + self.events[index + 1 :]
        self.select(min(index, len(self.events) - 1) if self.events else None)
        self.edited.emit(self.events, "delete an event")

    def _insert(self, others: Events, event: CueEvent, what: str) -> None:
        self._put(others, event)
        self.edited.emit(self.events, what)

    def _put(self, others: Events, event: CueEvent) -> None:
        index = bisect.bisect(others, event)
        self.events = (*others[:index], event, *others[index:])
        self.select(index)

    def head_of(self, event: CueEvent) -> QPointF:
        """Return the pixel at which an event's head is drawn."""
        height = self.boundingRect().height()
        return QPointF(self.x_of(event.seconds), height * (1 - event.strength * FULL))

    def event_at(self, spot: QPointF) -> int | None:
        """Return the number of the event whose head or stem is nearest to a pixel, if near."""
        best: tuple[float, int] | None = None
        for index, event in enumerate(self.events):
            head = self.head_of(event)
            if abs(head.x() - spot.x()) > _REACH or spot.y() < head.y() - _REACH:
                continue
            distance = abs(head.x() - spot.x()) + 0.2 * abs(head.y() - spot.y())
            if best is None or distance < best[0]:
                best = (distance, index)
        return None if best is None else best[1]

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw stems and heads, the selected one last and ringed."""
        order = sorted(range(len(self.events)), key=lambda index: index == self.selected)
        for index in order:
            event = self.events[index]
            head = self.head_of(event)
            if not -_REACH <= head.x() <= area.width() + _REACH:
                continue
            number = self.kinds.index(event.kind) if event.kind in self.kinds else len(self.kinds)
            colour = theme.kind_colour(number)
            stem = QColor(colour)
            stem.setAlphaF(0.9 if index == self.selected else 0.55)
            painter.setPen(QPen(stem, 2.0 if index == self.selected else 1.5))
            painter.drawLine(QPointF(head.x(), area.height()), head)
            painter.setBrush(colour)
            ring = theme.FOCUS if index == self.selected else theme.FIELD
            painter.setPen(QPen(QColor(ring), 2.5 if index == self.selected else 1.0))
            draw_head(painter, head, number, _RADIUS + (index == self.selected))

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent | None) -> None:  # noqa: N802 - Qt's
        """Take hold of an event; beside the events, move the playhead."""
        if event is None:
            return
        index = self.event_at(event.pos()) if self.editable else None
        if index is None or event.button() != Qt.MouseButton.LeftButton:
            self.select(index)
            super().mousePressEvent(event)
            return
        self.pressed.emit()
        self.select(index)
        self._grip, self._along = (self.events[index], event.pos()), None
        event.accept()

    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent | None) -> None:  # noqa: N802 - Qt's
        """Drag an event: sideways in time, up and down in strength; the first pixels decide."""
        if event is None or self._grip is None or self.selected is None:
            super().mouseMoveEvent(event)
            return
        held, origin = self._grip
        way = event.pos() - origin
        if self._along is None and max(abs(way.x()), abs(way.y())) >= _DECIDED:
            self._along = abs(way.x()) >= abs(way.y())
        if self._along is None:
            return
        others = self.events[: self.selected] + self.events[self.selected + 1 :]
        if self._along:
            seconds = self.seconds_at(self.x_of(held.seconds) + way.x())
            snapped = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            changed = replace(held, seconds=self._on_frame(seconds) if snapped else seconds)
        else:
            room = self.boundingRect().height() * FULL
            strength = min(max(held.strength - way.y() / room, 0.0), 1.0)
            changed = replace(held, strength=strength)
        self._put(others, changed)

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent | None) -> None:  # noqa: N802
        """Let go; only now the drag counts as one change."""
        if self._grip is None:
            super().mouseReleaseEvent(event)
            return
        moved = self._along
        self._grip = self._along = None
        if moved is not None:
            self.edited.emit(self.events, "move an event" if moved else "weigh an event")

    def mouseDoubleClickEvent(self, event: QGraphicsSceneMouseEvent | None) -> None:  # noqa: N802
        """Add an event here."""
        if event is not None and self.editable and self.event_at(event.pos()) is None:
            self.add(self.seconds_at(event.pos().x()))

    def wheelEvent(self, event: QGraphicsSceneWheelEvent | None) -> None:  # noqa: N802 - Qt's name
        """Weigh the event under the pointer; elsewhere zoom or pan."""
        if event is None:
            return
        index = self.event_at(event.pos()) if self.editable else None
        if index is None or event.modifiers() != Qt.KeyboardModifier.NoModifier:
            super().wheelEvent(event)
            return
        self.select(index)
        self.weigh(event.delta() / _NOTCH)

    def weigh(self, steps: float) -> None:
        """Make the selected event harder or softer."""
        if self.selected is not None:
            event = self.events[self.selected]
            strength = min(max(event.strength + steps * STRENGTH_STEP, 0.0), 1.0)
            self.change(replace(event, strength=strength), "weigh an event")

    def nudge(self, frames: Fraction) -> None:
        """Move the selected event by frames of the timeline."""
        if self.selected is not None:
            event = self.events[self.selected]
            seconds = min(max(event.seconds + float(frames / self.rate), 0.0), self.axis.duration)
            self.change(replace(event, seconds=seconds), "move an event")

    def set_kind(self, kind: str) -> None:
        """Give the selected event another kind."""
        if self.selected is not None:
            self.change(replace(self.events[self.selected], kind=kind), "change an event's kind")

    def _on_frame(self, seconds: float) -> float:
        return float(round(seconds * self.rate) / self.rate)


def draw_head(painter: QPainter, centre: QPointF, kind: int, radius: float) -> None:
    """Draw the head of an event: disc, diamond, square, triangle in turn."""
    x, y = centre.x(), centre.y()
    match kind % 4:
        case 0:
            painter.drawEllipse(centre, radius, radius)
        case 1:
            corners = [(0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)]
            painter.drawPolygon(QPolygonF([QPointF(x + a * radius, y + b * radius)
                                           for a, b in corners]))  # fmt: skip
        case 2:
            painter.drawRect(QRectF(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8))
        case _:
            corners = [(0, -1.1), (1.1, 0.9), (-1.1, 0.9)]
            painter.drawPolygon(QPolygonF([QPointF(x + a * radius, y + b * radius)
                                           for a, b in corners]))  # fmt: skip

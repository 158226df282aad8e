"""A lane: a head on the left, and something drawn over time on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PyQt6.QtCore import QEvent, QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPen
from PyQt6.QtWidgets import (
    QFrame,
    QGraphicsObject,
    QGraphicsSceneMouseEvent,
    QGraphicsSceneWheelEvent,
    QHBoxLayout,
    QStyleOptionGraphicsItem,
    QWidget,
)

from addon.panel.widgets import theme

if TYPE_CHECKING:
    from PyQt6.QtGui import QFocusEvent, QPaintEvent

    from addon.panel.widgets.time_axis import TimeAxis

_NOTCH = 120  # wheel units, eighths of a degree


class Overlay(QGraphicsObject):
    """What a lane draws in pixels, and the mouse on it.

    By itself it scrubs: press or drag moves the playhead.

    Attributes:
        pressed: The mouse went down on it.
    """

    pressed = pyqtSignal()

    def __init__(self, axis: TimeAxis, view: pg.ViewBox) -> None:
        super().__init__(view)
        self.axis = axis
        self._view = view
        self.setZValue(100)
        axis.moved.connect(self.update)

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """Return the lane's own rectangle."""
        return QRectF(self._view.rect())

    def resized(self) -> None:
        """Take the lane's new size."""
        self.prepareGeometryChange()
        self.update()

    def x_of(self, seconds: float) -> float:
        """Return the pixel column of a moment."""
        axis = self.axis
        return self.boundingRect().width() * (seconds - axis.start) / (axis.end - axis.start)

    def seconds_at(self, x: float) -> float:
        """Return the moment at a pixel column, inside the clip."""
        axis = self.axis
        width = max(self.boundingRect().width(), 1.0)
        seconds = axis.start + x / width * (axis.end - axis.start)
        return min(max(seconds, 0.0), axis.duration)

    def paint(
        self,
        painter: QPainter | None,
        _option: QStyleOptionGraphicsItem | None,
        _widget: QWidget | None = None,
    ) -> None:
        """Draw the lane, then the playhead."""
        if painter is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isEnabled():
            self.draw(painter, self.boundingRect())

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw what the lane shows besides its plots."""

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent | None) -> None:  # noqa: N802 - Qt's
        """Move the playhead here."""
        self.pressed.emit()
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self.axis.scrub(self.seconds_at(event.pos().x()))
            event.accept()

    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent | None) -> None:  # noqa: N802 - Qt's
        """Drag the playhead along."""
        if event is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self.axis.scrub(self.seconds_at(event.pos().x()))

    def wheelEvent(self, event: QGraphicsSceneWheelEvent | None) -> None:  # noqa: N802 - Qt's name
        """Zoom with Ctrl, pan with Shift or a sideways wheel; else leave it to the list around."""
        if event is None:
            return
        steps = event.delta() / _NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.axis.zoom(steps, self.seconds_at(event.pos().x()))
        elif (
            event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            or event.orientation() == Qt.Orientation.Horizontal
        ):
            self.axis.pan(-steps * (self.axis.end - self.axis.start) / 8)
        else:
            event.ignore()


class Playhead(QGraphicsObject):
    """The line of the present moment."""

    def __init__(self, overlay: Overlay) -> None:
        super().__init__(overlay)
        self._overlay = overlay
        self.setZValue(10)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        overlay.axis.playhead_moved.connect(self.follow)
        overlay.axis.moved.connect(self.follow)
        self.follow()

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """Return the line's own narrow rectangle."""
        return QRectF(-2, 0, 4, self._overlay.boundingRect().height())

    def follow(self) -> None:
        """Stand where the playhead is."""
        self.prepareGeometryChange()
        axis = self._overlay.axis
        self.setPos(QPointF(self._overlay.x_of(axis.playhead), 0))
        lane = self._overlay
        self.setVisible(lane.isEnabled() and axis.start <= axis.playhead <= axis.end)

    def paint(
        self,
        painter: QPainter | None,
        _option: QStyleOptionGraphicsItem | None,
        _widget: QWidget | None = None,
    ) -> None:
        """Draw the line."""
        if painter is not None:
            painter.setPen(QPen(QColor(theme.ACCENT), 1.2))
            painter.drawLine(QPointF(0, 0), QPointF(0, self.boundingRect().height()))


class Lane(QFrame):
    """A head of fixed width and a view over time; the keyboard's focus shows as a ring.

    Args:
        axis: The time that it shows.
        head: Its head.
        height: Pixels.
        overlay: What draws on it and takes the mouse; made with the axis and the lane's view.
    """

    def __init__(
        self,
        axis: TimeAxis,
        head: QWidget,
        height: int,
        overlay: type[Overlay] = Overlay,
    ) -> None:
        super().__init__()
        self.axis = axis
        self.setFixedHeight(height)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        self.view.setYRange(0, 1, padding=0)
        self._canvas = pg.GraphicsView(background=theme.FIELD)
        self._canvas.setCentralItem(self.view)
        self._canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._canvas.setFrameShape(QFrame.Shape.NoFrame)
        self.overlay = overlay(axis, self.view)
        self.playhead = Playhead(self.overlay)
        self.overlay.pressed.connect(lambda: self.setFocus(Qt.FocusReason.MouseFocusReason))
        self.view.sigResized.connect(self._resized)
        axis.moved.connect(self._follow)
        head.setFixedWidth(theme.GUTTER)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        row.addWidget(head)
        row.addWidget(self._canvas, 1)
        self._follow()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 - Qt's name
        """Show neither playhead nor anything else while there is no clip."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.EnabledChange:
            self.overlay.setEnabled(self.isEnabled())
            self.overlay.update()
            self.playhead.follow()

    def _follow(self) -> None:
        self.view.setXRange(self.axis.start, self.axis.end, padding=0)

    def _resized(self) -> None:
        self.overlay.resized()
        self.playhead.follow()

    def focusInEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        """Hide the ring."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the lane's ground and the ring of focus."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.PANEL))
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.FOCUS), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

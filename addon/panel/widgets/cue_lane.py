"""The cue lane: what happens when, over the pictures, to be read and edited."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QPointF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from addon.panel.widgets import theme
from addon.panel.widgets.buttons import icon_button
from addon.panel.widgets.cue_events import FULL, CueEvents, draw_head
from addon.panel.widgets.lane import Lane
from engine.timebase import format_timecode

if TYPE_CHECKING:
    from PyQt6.QtGui import QContextMenuEvent, QKeyEvent

    from addon.panel.widgets.time_axis import TimeAxis
    from engine.cues import CueSheet

_HEIGHT = 104
_TENTH = Fraction(1, 10)
_FILLED = "energy"

_HELP = """Cue lane: what happens when, and how hard
Double-click, or N: add an event (N: at the playhead)
Drag sideways: move it (Shift: to whole frames)   Drag up, down, or wheel: how hard
Left, Right: previous, next event   Up, Down: harder, softer
Alt+Left, Alt+Right: one frame earlier, later (with Shift: a tenth of one)
K: next kind   Delete: delete it   Ctrl+Z: undo"""


class _Head(QWidget):
    """What stands left of the lane: how many events, which one is selected, what the heads mean."""

    def __init__(self) -> None:
        super().__init__()
        self.count = _quiet(QLabel())
        self.origin = QLabel()
        self.origin.setStyleSheet(f"color: {theme.ACCENT}")
        self.readout = QLabel()
        self.readout.setTextFormat(Qt.TextFormat.PlainText)
        self.legend = _quiet(QLabel())
        self.reset = icon_button("undo", "Back to what the pictures show")
        self.markers = icon_button("marker", "Write the cues as markers into the editor's timeline")
        top = QHBoxLayout()
        top.addWidget(QLabel("Cues"))
        top.addWidget(self.count)
        top.addWidget(self.origin, 1)
        top.addWidget(self.markers)
        top.addWidget(self.reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, 4, theme.GAP, 4)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.readout)
        column.addStretch()
        column.addWidget(self.legend)


class CueLane(Lane):
    """Events that can be added, dragged, weighed and deleted, over the clip's curves.

    Attributes:
        edited: All events after a change by hand, and what was done.
        reset_wanted: The user wants the cues back that the pictures gave.
        markers_wanted: The user wants the cues as markers in the editor.
    """

    edited = pyqtSignal(tuple, str)
    reset_wanted = pyqtSignal()
    markers_wanted = pyqtSignal()

    def __init__(self, axis: TimeAxis) -> None:
        self.head = _Head()
        super().__init__(axis, self.head, _HEIGHT, CueEvents)
        self.head.reset.clicked.connect(self.reset_wanted)
        self.head.markers.clicked.connect(self.markers_wanted)
        self.view.setYRange(0, 1 / FULL, padding=0)
        self.setAccessibleName("Cue lane")
        self.setToolTip(_HELP)
        self.events.edited.connect(self.edited)
        self.events.selected_changed.connect(self._tell)
        self._curves: list[pg.PlotCurveItem] = []
        self.show_sheet(None, ())

    @property
    def events(self) -> CueEvents:
        """The events on the lane."""
        assert isinstance(self.overlay, CueEvents)  # noqa: S101 - made by the constructor
        return self.overlay

    def show_sheet(self, sheet: CueSheet | None, kinds: tuple[str, ...]) -> None:
        """Show a cue sheet; None while it is not known, when nothing can be edited."""
        for curve in self._curves:
            self.view.removeItem(curve)
        self._curves = [] if sheet is None else [self._curve(sheet, name) for name in sheet.curves]
        self.events.kinds = kinds or ("impact",)
        self.events.editable = sheet is not None
        self.events.show_events(() if sheet is None else sheet.events)
        self.head.markers.setEnabled(sheet is not None and bool(sheet.events))
        self._show_legend()
        self._tell()

    def show_origin(self, *, looking: bool, edited: bool, markers: bool) -> None:
        """Say where the cues come from: being read, edited by hand, fit to become markers."""
        self.head.origin.setText("looking…" if looking else "edited" if edited else "")
        self.head.reset.setEnabled(edited)
        self.head.markers.setVisible(markers)

    def _curve(self, sheet: CueSheet, name: str) -> pg.PlotCurveItem:
        values = sheet.curves[name]
        seconds = np.arange(len(values)) / float(sheet.rate)
        colour = QColor(theme.CURVE)
        item = pg.PlotCurveItem(seconds, np.array(values), antialias=True)
        colour.setAlphaF(0.5 if name == _FILLED else 0.9)
        item.setPen(pg.mkPen(colour, width=1))
        if name == _FILLED:
            ground = QColor(theme.CURVE)
            ground.setAlphaF(0.22)
            item.setBrush(ground)
            item.setFillLevel(0)
        self.view.addItem(item)
        return item

    def _show_legend(self) -> None:
        present = {event.kind for event in self.events.events}
        pictures = [
            f'<span style="color:{theme.kind_colour(number).name()}">{_symbol(number)}</span>'
            f"&thinsp;{kind}"
            for number, kind in enumerate(self.events.kinds)
            if kind in present or number == 0
        ]
        self.head.legend.setText(" ".join(pictures) if present else "")

    def _tell(self) -> None:
        """Say in words what is selected, on screen and to a screen reader."""
        events = self.events
        count = len(events.events)
        self.head.count.setText(str(count) if events.editable else "")
        if events.selected is None:
            hint = "Double-click to add" if events.editable else ""
            self.head.readout.setText(hint)
            self.setAccessibleDescription(f"{count} events, none selected")
            return
        event = events.events[events.selected]
        frame = round(event.seconds * events.rate)
        words = f"{format_timecode(frame, events.rate)}   {event.strength:.0%}"
        self.head.readout.setText(f"{event.kind.capitalize()}\n{words}")
        self.setAccessibleDescription(
            f"Event {events.selected + 1} of {count}: {event.kind}, {words}"
        )

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Edit the events by keyboard; the tooltip lists the keys."""
        if event is None or not self.events.editable or not self._key(event):
            super().keyPressEvent(event)

    def _key(self, event: QKeyEvent) -> bool:
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step = _TENTH if fine else Fraction(1)
        keys = Qt.Key
        match event.key():
            case keys.Key_Left if alt:
                self.events.nudge(-step)
            case keys.Key_Right if alt:
                self.events.nudge(step)
            case keys.Key_Left:
                self._step(-1)
            case keys.Key_Right:
                self._step(1)
            case keys.Key_Up:
                self.events.weigh(1)
            case keys.Key_Down:
                self.events.weigh(-1)
            case keys.Key_Delete | keys.Key_Backspace:
                self.events.remove()
            case keys.Key_N:
                self.events.add(self.axis.playhead)
            case keys.Key_K:
                self._next_kind()
            case _:
                return False
        return True

    def _step(self, by: int) -> None:
        """Select the next event; from none, the one nearest to the playhead on that side."""
        events, selected = self.events.events, self.events.selected
        if not events:
            return
        if selected is None:
            after = sum(event.seconds < self.axis.playhead for event in events)
            index = after if by > 0 else after - 1
        else:
            index = selected + by
        self.events.select(min(max(index, 0), len(events) - 1))
        chosen = self.events.selected
        if chosen is not None:
            self.axis.scrub(events[chosen].seconds)

    def _next_kind(self) -> None:
        index = self.events.selected
        if index is None:
            return
        kinds = self.events.kinds
        kind = self.events.events[index].kind
        place = kinds.index(kind) + 1 if kind in kinds else 0
        self.events.set_kind(kinds[place % len(kinds)])

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:  # noqa: N802 - Qt's name
        """Offer what can be done with the selected event."""
        if event is None or not self.events.editable:
            return
        menu = QMenu(self)
        index = self.events.selected
        if index is None:
            menu.addAction("Add an event at the playhead", self._add)
        else:
            for number, kind in enumerate(self.events.kinds):
                action = menu.addAction(f"Make it: {kind}")
                if action is not None:
                    action.triggered.connect(lambda _on, kind=kind: self.events.set_kind(kind))
                    action.setEnabled(kind != self.events.events[index].kind)
                    action.setIcon(kind_icon(number))
            menu.addSeparator()
            menu.addAction("Delete", self.events.remove)
        menu.exec(event.globalPos())

    def _add(self) -> None:
        self.events.add(self.axis.playhead)


def _symbol(number: int) -> str:
    return "●◆■▲"[number % 4]


def kind_icon(number: int) -> QIcon:
    """Return a small picture of the head that events of this kind have."""
    pixmap = QPixmap(QSize(32, 32))
    pixmap.fill(theme.TRANSPARENT)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(theme.kind_colour(number))
    draw_head(painter, QPointF(16, 16), number, 9)
    painter.end()
    return QIcon(pixmap)


def _quiet(label: QLabel) -> QLabel:
    label.setProperty("quiet", True)  # noqa: FBT003 - Qt's signature
    return label

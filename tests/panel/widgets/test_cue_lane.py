from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QApplication

from addon.panel.widgets.cue_lane import CueLane
from addon.panel.widgets.time_axis import TimeAxis
from tests.panel.hands import hands
from tests.panel.stage import sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt6.QtWidgets import QWidget

    from engine.cues import CueEvent

KINDS = ("impact", "footstep", "splash")
KEYS = Qt.Key
ALT, SHIFT, NONE = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)


class Bench:
    """A lane by itself, four seconds long, with the model's part played by itself."""

    def __init__(self) -> None:
        self.axis = TimeAxis()
        self.lane = CueLane(self.axis)
        self.lane.resize(1000, self.lane.height())
        self.axis.set_duration(4)
        self.sheet = sheet(4)
        self.edits: list[str] = []
        self.lane.edited.connect(self._edit)
        self.lane.show_sheet(self.sheet, KINDS)
        self.lane.show()
        QApplication.processEvents()

    def _edit(self, events: tuple[CueEvent, ...], what: str) -> None:
        self.sheet = replace(self.sheet, events=events)
        self.edits.append(what)
        self.lane.show_sheet(self.sheet, KINDS)

    @property
    def seconds(self) -> list[float]:
        return [event.seconds for event in self.sheet.events]

    @property
    def surface(self) -> QWidget:
        surface: QWidget = self.lane._canvas.viewport()
        return surface

    def spot(self, seconds: float, strength: float = 0.0) -> QPoint:
        """The pixel of a moment, on the lane's drawing surface."""
        head = self.lane.events.head_of(
            replace(self.sheet.events[0], seconds=seconds, strength=strength)
        )
        spot: QPoint = self.lane._canvas.mapFromScene(self.lane.events.mapToScene(head))
        return spot

    def drag(self, start: QPoint, end: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        button = Qt.MouseButton.LeftButton
        hands.mousePress(self.surface, button, keys, start)
        for share in (0.2, 0.6, 1.0):
            way = (end - start) * share
            hands.mouseMove(self.surface, start + way)
            _move(self.surface, start + way, keys)
        hands.mouseRelease(self.surface, button, keys, end)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        hands.keyClick(self.lane, key, keys)


def _move(surface: QWidget, spot: QPoint, keys: Qt.KeyboardModifier) -> None:
    """A move with the button held, which QTest does not send."""
    from PyQt6.QtCore import QEvent  # noqa: PLC0415 - used here alone
    from PyQt6.QtGui import QMouseEvent  # noqa: PLC0415 - ditto

    place = QPointF(surface.mapToGlobal(spot))
    button = Qt.MouseButton.LeftButton
    kind = QEvent.Type.MouseMove
    event = QMouseEvent(kind, QPointF(spot), place, Qt.MouseButton.NoButton, button, keys)
    QApplication.sendEvent(surface, event)


@pytest.fixture
def bench(qapp: QApplication) -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.lane.close()
    bench.lane.deleteLater()
    qapp.processEvents()


def test_a_double_click_adds_an_event_there(bench: Bench) -> None:
    spot = bench.spot(1.6, 0.5)
    hands.mouseDClick(bench.surface, Qt.MouseButton.LeftButton, NONE, spot)
    assert bench.edits == ["add an event"]
    assert min(abs(seconds - 1.6) for seconds in bench.seconds) < 0.01
    assert bench.seconds == sorted(bench.seconds)


def test_dragging_sideways_moves_an_event_in_time_and_counts_as_one_edit(bench: Bench) -> None:
    event = bench.sheet.events[1]  # 1.25 s
    start = bench.spot(event.seconds, event.strength)
    bench.drag(start, bench.spot(1.55, event.strength))
    assert bench.edits == ["move an event"]
    assert bench.seconds[1] == pytest.approx(1.55, abs=0.01)
    assert bench.sheet.events[1].strength == event.strength


def test_with_shift_it_lands_on_a_whole_frame(bench: Bench) -> None:
    event = bench.sheet.events[1]
    start = bench.spot(event.seconds, event.strength)
    bench.drag(start, bench.spot(1.573, event.strength), SHIFT)
    assert bench.seconds[1] == pytest.approx(1.56)


def test_dragging_up_makes_an_event_harder_and_leaves_its_time(bench: Bench) -> None:
    event = bench.sheet.events[0]
    start = bench.spot(event.seconds, event.strength)
    bench.drag(start, bench.spot(event.seconds, 0.8))
    assert bench.edits == ["weigh an event"]
    assert bench.sheet.events[0].strength == pytest.approx(0.8, abs=0.02)
    assert bench.sheet.events[0].seconds == event.seconds


def test_an_event_can_be_dragged_past_its_neighbours(bench: Bench) -> None:
    event = bench.sheet.events[0]
    start = bench.spot(event.seconds, event.strength)
    bench.drag(start, bench.spot(3.0, event.strength))
    assert bench.seconds == sorted(bench.seconds)
    assert min(abs(seconds - 3.0) for seconds in bench.seconds) < 0.01
    assert len(bench.seconds) == len(sheet(4).events)


def test_no_drag_leads_out_of_the_clip(bench: Bench) -> None:
    event = bench.sheet.events[0]
    start = bench.spot(event.seconds, event.strength)
    bench.drag(start, start - QPoint(5000, 0))
    assert bench.seconds[0] == 0


def test_a_click_beside_the_events_moves_the_playhead(bench: Bench) -> None:
    hands.mouseClick(bench.surface, Qt.MouseButton.LeftButton, NONE, bench.spot(2.4, 0.9))
    assert bench.axis.playhead == pytest.approx(2.4, abs=0.01)
    assert bench.edits == []


def test_the_wheel_over_an_event_weighs_it(bench: Bench) -> None:
    event = bench.sheet.events[2]
    spot = QPointF(bench.spot(event.seconds, event.strength))
    wheel = QWheelEvent(
        spot,
        QPointF(bench.surface.mapToGlobal(spot.toPoint())),
        QPoint(),
        QPoint(0, -240),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,  # noqa: FBT003 - Qt's signature
    )
    QApplication.sendEvent(bench.surface, wheel)
    assert bench.sheet.events[2].strength == pytest.approx(event.strength - 0.1, abs=0.001)


def test_the_keyboard_alone_selects_moves_weighs_renames_and_deletes(bench: Bench) -> None:
    first, second = bench.sheet.events[:2]
    bench.key(KEYS.Key_Right)
    bench.key(KEYS.Key_Right)
    assert bench.lane.events.selected == 1
    assert bench.axis.playhead == second.seconds
    bench.key(KEYS.Key_Right, ALT)
    assert bench.seconds[1] == pytest.approx(second.seconds + 1 / 25)
    bench.key(KEYS.Key_Left, ALT | SHIFT)
    assert bench.seconds[1] == pytest.approx(second.seconds + 0.9 / 25)
    bench.key(KEYS.Key_Up)
    assert bench.sheet.events[1].strength == pytest.approx(second.strength + 0.05)
    bench.key(KEYS.Key_Down)
    bench.key(KEYS.Key_K)
    assert bench.sheet.events[1].kind == "splash"
    bench.key(KEYS.Key_Delete)
    assert bench.seconds[0] == first.seconds
    assert len(bench.seconds) == len(sheet(4).events) - 1
    assert bench.lane.events.selected == 1, "the neighbour is next"


def test_n_adds_an_event_at_the_playhead(bench: Bench) -> None:
    bench.axis.scrub(3.9)
    bench.key(KEYS.Key_N)
    assert bench.seconds[-1] == pytest.approx(3.9)


def test_the_last_event_can_be_deleted_too(bench: Bench) -> None:
    for _ in range(len(bench.sheet.events)):
        bench.lane.events.select(0)
        bench.key(KEYS.Key_Delete)
    assert bench.sheet.events == ()
    bench.key(KEYS.Key_Right)
    assert bench.lane.events.selected is None


def test_while_the_cues_are_unknown_nothing_can_be_edited(bench: Bench) -> None:
    bench.lane.show_sheet(None, KINDS)
    bench.key(KEYS.Key_N)
    hands.mouseDClick(bench.surface, Qt.MouseButton.LeftButton, NONE, bench.spot(1.6, 0.5))
    assert bench.edits == []


def test_what_is_selected_is_said_in_words_for_those_who_do_not_see_it(bench: Bench) -> None:
    bench.lane.events.select(1)
    assert bench.lane.accessibleDescription() == "Event 2 of 5: footstep, 00:00:01:06   65%"


def test_zoomed_in_the_mouse_still_meets_the_event_it_points_at(bench: Bench) -> None:
    bench.axis.zoom(6, 1.25)
    event = bench.sheet.events[1]
    spot = bench.spot(event.seconds, event.strength)
    bench.drag(spot, spot + QPoint(50, 0))
    moved = bench.seconds[1] - event.seconds
    pixels = bench.lane.events.boundingRect().width()
    assert moved == pytest.approx(50 / pixels * (bench.axis.end - bench.axis.start), rel=0.1)

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.panel.widgets.time_axis import TimeAxis

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

pytestmark = pytest.mark.usefixtures("qapp")

durations = st.floats(0.04, 3600)
shares = st.floats(0, 1)


def test_a_new_clip_is_shown_whole_from_its_start() -> None:
    axis = TimeAxis()
    axis.scrub(0.7)
    axis.set_duration(8)
    assert (axis.start, axis.end, axis.playhead) == (0, 8, 0)


@given(durations, shares, st.lists(st.integers(-3, 9), max_size=6), st.floats(-5, 5))
def test_the_view_never_leaves_the_clip(
    duration: float, share: float, zooms: list[int], pan: float
) -> None:
    axis = TimeAxis()
    axis.set_duration(duration)
    for steps in zooms:
        axis.zoom(steps, share * duration)
        axis.pan(pan)
        assert 0 <= axis.start < axis.end <= duration * (1 + 1e-9)


@given(durations, shares)
def test_zooming_in_keeps_the_moment_under_the_pointer_where_it_is(
    duration: float, share: float
) -> None:
    axis = TimeAxis()
    axis.set_duration(duration)
    moment = share * duration
    axis.zoom(2, moment)
    assert (moment - axis.start) / (axis.end - axis.start) == pytest.approx(share, abs=1e-6)


def test_the_playhead_stays_inside_the_clip_and_in_view() -> None:
    axis = TimeAxis()
    axis.set_duration(60)
    axis.zoom(10, 0)
    axis.scrub(99)
    assert axis.playhead == 60
    assert axis.start <= 60 <= axis.end


def test_scrubbing_by_hand_is_told_apart_from_following_the_playback() -> None:
    axis = TimeAxis()
    axis.set_duration(5)
    scrubbed: list[float] = []
    axis.scrubbed.connect(scrubbed.append)
    axis.set_playhead(1.5)
    axis.scrub(2.5)
    assert scrubbed == [2.5]


def test_the_whole_clip_comes_back_into_view(qapp: QApplication) -> None:
    axis = TimeAxis(qapp)
    axis.set_duration(10)
    axis.zoom(5, 3)
    axis.fit()
    assert (axis.start, axis.end) == (0, 10)

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference.events import Motion, pick_events
from engine.packs.stages import EventKind

RATE = Fraction(25)
IMPACT = EventKind("impact", 0.5, 0.1)
STEP = EventKind("step", 0.3, 0.2)


def motion(*rows: list[float], offset: float = 0.0, strength: float = 1.0) -> Motion:
    events = np.array(rows, np.float32).T
    count = len(events)
    return Motion(
        events,
        np.full(count, strength, np.float32),
        np.full(count, offset, np.float32),
        np.zeros((count, 1), np.float32),
    )


def times(found: Motion, *kinds: EventKind, cuts: tuple[Fraction, ...] = ()) -> list[float]:
    picked = pick_events(found, RATE, kinds, cuts)
    return [round(event.seconds * 25, 3) for event in picked]


def test_a_peak_above_the_threshold_is_an_event() -> None:
    assert times(motion([0, 0.2, 0.9, 0.3, 0, 0]), IMPACT) == [2]


def test_a_peak_below_the_threshold_is_none() -> None:
    assert times(motion([0, 0.2, 0.49, 0.3, 0, 0]), IMPACT) == []


def test_peaks_at_both_ends_count() -> None:
    assert times(motion([0.9, 0, 0, 0, 0, 0.8]), IMPACT) == [0, 5]


def test_a_plateau_is_one_event_at_its_start() -> None:
    assert times(motion([0, 0.9, 0.9, 0.9, 0, 0]), IMPACT) == [1]


def test_of_two_peaks_nearer_than_the_distance_the_more_probable_stays() -> None:
    assert times(motion([0, 0.7, 0.1, 0.9, 0.1, 0]), IMPACT) == [3]
    assert times(motion([0, 0.7, 0.1, 0.1, 0.9, 0]), IMPACT) == [1, 4]


def test_the_offset_moves_the_event_between_pictures() -> None:
    assert times(motion([0, 0, 0.9, 0], offset=-0.4), IMPACT) == [1.6]


def test_no_event_lies_before_the_span() -> None:
    assert times(motion([0.9, 0, 0], offset=-0.5), IMPACT) == [0]


def test_strength_is_read_at_the_peak_and_kept_in_bounds() -> None:
    (event,) = pick_events(motion([0, 0.9, 0], strength=1.2), RATE, [IMPACT])
    assert event.strength == 1
    assert event.kind == "impact"


def test_two_kinds_at_one_moment_are_one_event_of_the_more_probable_kind() -> None:
    picked = pick_events(motion([0, 0.6, 0, 0], [0, 0.8, 0, 0]), RATE, [IMPACT, STEP])
    assert [event.kind for event in picked] == ["step"]


def test_two_kinds_at_two_moments_are_two_events_by_time() -> None:
    picked = pick_events(motion([0, 0, 0, 0.6], [0, 0.8, 0, 0]), RATE, [IMPACT, STEP])
    assert [(event.kind, round(event.seconds * 25)) for event in picked] == [
        ("step", 1),
        ("impact", 3),
    ]


def test_a_cut_is_no_event_but_what_follows_it_is() -> None:
    found = motion([0, 0, 0, 0.9, 0, 0, 0, 0.8, 0, 0])
    assert times(found, IMPACT, cuts=(Fraction(3, 25),)) == [7]
    assert times(found, IMPACT, cuts=(Fraction(2, 25), Fraction(8, 25))) == []
    assert times(found, IMPACT, cuts=(Fraction(5, 25),)) == [3, 7]


@given(
    st.lists(st.floats(0, 1, width=32), min_size=1, max_size=80),
    st.floats(0, 0.3),
    st.lists(st.integers(0, 80), max_size=3),
)
def test_events_are_sorted_apart_probable_and_off_cuts(
    probabilities: list[float], distance: float, cuts: list[int]
) -> None:
    kind = EventKind("impact", 0.5, distance)
    found = motion(probabilities)
    cut_times = [cut / RATE for cut in cuts]
    seconds = [event.seconds for event in pick_events(found, RATE, [kind], cut_times)]
    assert seconds == sorted(seconds)
    assert all(b - a >= distance - 1e-9 for a, b in pairwise(seconds))
    assert all(probabilities[round(time * 25)] >= 0.5 for time in seconds)
    assert all(abs(time * 25 - cut) >= 1.5 for time in seconds for cut in cuts)


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=80))
def test_without_cuts_the_most_probable_picture_is_always_an_event(
    probabilities: list[float],
) -> None:
    best = max(probabilities)
    if best < 0.5:
        assert times(motion(probabilities), IMPACT) == []
    else:
        seconds = times(motion(probabilities), IMPACT)
        assert best == pytest.approx(max(probabilities[round(time)] for time in seconds))

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.onset_agreement import correlation, match, pooled

TIMES = st.lists(st.integers(0, 400), max_size=5, unique=True).map(
    lambda times: [time / 100 for time in sorted(times)]
)
TOLERANCE = 0.105


def test_each_event_and_each_onset_counts_once() -> None:
    found = match([1.0, 2.0, 3.0], [0.98, 1.02, 2.04, 5.0], 0.05)
    assert (found.matched, found.asked, found.heard) == (2, 3, 4)
    assert found.precision == pytest.approx(1 / 2)
    assert found.recall == pytest.approx(2 / 3)
    assert found.f1 == pytest.approx(4 / 7)


def test_offsets_are_positive_where_the_onset_comes_late() -> None:
    assert match([1.0, 2.0], [1.03, 1.99], 0.05).offsets == pytest.approx((0.03, -0.01))


def test_nothing_asked_and_nothing_heard_is_right_but_either_alone_is_wrong() -> None:
    assert match([], [], 0.1).f1 == 1
    assert match([1.0], [], 0.1).f1 == 0
    assert match([], [1.0], 0.1).f1 == 0


@given(TIMES, TIMES)
def test_no_other_pairing_matches_more(asked: list[float], heard: list[float]) -> None:
    slots = [*heard, *[99.0] * len(asked)]
    best = max(
        sum(abs(onset - event) <= TOLERANCE for event, onset in zip(asked, order, strict=True))
        for order in permutations(slots, len(asked))
    )
    assert match(asked, heard, TOLERANCE).matched == best


def test_pooling_lets_every_event_count_the_same() -> None:
    both = pooled([match([1.0], [1.0], 0.1), match([1.0, 2.0, 3.0], [], 0.1)])
    assert (both.matched, both.asked, both.heard) == (1, 4, 1)
    assert both.f1 == pytest.approx(2 / 5)


def test_curves_correlate_whatever_their_scale_and_not_at_all_if_one_rests() -> None:
    assert correlation([0, 1, 2], [5, 7, 9]) == pytest.approx(1)
    assert correlation([0, 1, 2], [2, 1, 0]) == pytest.approx(-1)
    assert correlation([0, 1, 2], [4, 4, 4]) == 0

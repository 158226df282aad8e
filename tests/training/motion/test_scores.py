import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.training.motion.scores import by_chance, matched

moments = st.lists(st.floats(0, 10), max_size=20)


def test_each_contact_is_met_once_by_the_nearest() -> None:
    tally = matched([1.00, 1.03, 2.5], [1.02, 4.0], 0.05)

    assert (tally.hits, tally.picked, tally.true) == (1, 3, 2)
    assert tally.offset == pytest.approx(0.01)
    assert tally.f1 == pytest.approx(2 / 5)


def test_nothing_picked_where_nothing_is_is_perfect() -> None:
    assert matched([], [], 0.05).f1 == 1
    assert matched([1.0], [], 0.05).f1 == 0


@given(moments)
def test_the_truth_itself_scores_one(times: list[float]) -> None:
    assert matched(times, times, 0.05).f1 == 1


@given(moments, moments)
def test_a_wider_tolerance_never_scores_less_by_much(one: list[float], other: list[float]) -> None:
    near, wide = matched(one, other, 0.05), matched(one, other, 0.1)

    # Nearest-first matching is not optimal, so a wider window may lose a pair, not more than half.
    assert wide.hits * 2 >= near.hits
    assert wide.hits <= min(len(one), len(other))


def test_tallies_add_up() -> None:
    total = matched([1.0], [1.01], 0.05) + matched([5.0], [], 0.05)

    assert (total.hits, total.picked, total.true) == (1, 2, 1)
    assert total.shift == pytest.approx(-0.01)


def test_chance_scores_far_below_the_truth() -> None:
    times = [0.5, 1.7, 2.2, 4.1]

    chance = by_chance(times, times, 0.05, 5.0, random=np.random.default_rng(0), turns=50)

    assert chance.f1 < 0.35

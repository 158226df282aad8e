from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.training.evaluation.synchrony import TOLERANCES, Case, synchrony

TRUE = (1.0, 2.3, 3.1, 4.6, 5.2, 6.9)


def judged(found: tuple[float, ...], seconds: float = 8.0) -> tuple[float, float]:
    sync = synchrony([Case(TRUE, found, seconds)], np.random.default_rng(0))
    return sync.f1_strict, sync.f1_lenient


def test_finding_everything_is_far_better_than_chance() -> None:
    sync = synchrony([Case(TRUE, TRUE, 8.0)], np.random.default_rng(0))
    assert sync.f1 == (1.0,) * len(TOLERANCES)
    assert sync.chance_strict < 0.4
    assert sync.chance_strict <= sync.chance_lenient < 0.6
    assert (sync.precision, sync.recall, sync.offset_ms, sync.spread_ms) == (1, 1, 0, 0)


def test_lateness_counts_between_the_tolerances_and_shows_in_the_offset() -> None:
    late = tuple(time + 0.07 for time in TRUE)
    assert judged(late) == (0, 1)
    sync = synchrony([Case(TRUE, late, 8.0)], np.random.default_rng(0))
    assert sync.offset_ms == pytest.approx(70)


def test_finding_nothing_is_wrong_and_has_no_offset() -> None:
    assert judged(()) == (0, 0)
    assert synchrony([Case(TRUE, (), 8.0)], np.random.default_rng(0)).offset_ms is None


def test_events_of_all_cases_count_the_same() -> None:
    cases = [Case(TRUE, TRUE, 8.0), Case((1.0, 2.0), (), 8.0)]
    sync = synchrony(cases, np.random.default_rng(0))
    assert sync.recall == pytest.approx(6 / 8)


@given(st.lists(st.floats(0, 7.9), max_size=12))
def test_a_wider_tolerance_never_finds_less(found: list[float]) -> None:
    sync = synchrony([Case(TRUE, tuple(sorted(found)), 8.0)], np.random.default_rng(0))
    assert list(sync.f1) == sorted(sync.f1)

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.training.clips.onsets import energy_curve
from engine.training.evaluation.cue_sheets import random_sheet, regular_sheet, with_energy_of

SEEDS = st.integers(0, 1000)


@given(SEEDS)
def test_random_events_can_be_told_apart_and_leave_the_ends_free(seed: int) -> None:
    events = random_sheet(8, np.random.default_rng(seed)).events
    assert events
    assert all(0.3 <= event.seconds < 7.7 and 0.4 <= event.strength <= 1 for event in events)
    assert all(b.seconds - a.seconds >= 0.15 for a, b in pairwise(events))


@given(SEEDS)
def test_one_seed_draws_one_sheet(seed: int) -> None:
    first, again = (random_sheet(8, np.random.default_rng(seed)) for _ in range(2))
    assert first == again
    assert first != random_sheet(8, np.random.default_rng(seed + 1))


def test_regular_events_keep_their_pace() -> None:
    times = [event.seconds for event in regular_sheet(2.5, 8).events]
    np.testing.assert_allclose(times, [0.3, 2.8, 5.3])


def test_a_sheet_takes_the_energy_of_a_sound_and_keeps_its_events() -> None:
    sheet = regular_sheet(1, 8)
    burst = np.zeros(8 * 48_000, np.float32)
    burst[48_000:96_000] = 0.5
    given_energy = with_energy_of(sheet, burst)
    assert given_energy.events == sheet.events
    np.testing.assert_allclose(given_energy.curves["energy"], energy_curve(burst))

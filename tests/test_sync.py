from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from engine.cues import CueEvent, CueSheet
from engine.sync import sync_score


def clicks(times: tuple[float, ...], rate: int, seconds: float = 3.0) -> np.ndarray:
    """Decaying noise at the given times."""
    random = np.random.default_rng(1)
    samples = np.zeros(round(seconds * rate), np.float32)
    for time in times:
        start, length = round(time * rate), rate // 10
        samples[start : start + length] += random.standard_normal(length).astype(
            np.float32
        ) * np.exp(-np.arange(length, dtype=np.float32) / (rate / 60))
    return 0.3 * samples[None]


def sheet(*times: float) -> CueSheet:
    return CueSheet(Fraction(25), tuple(CueEvent(time) for time in times))


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_sounds_at_the_events_score_best(rate: int) -> None:
    sound = clicks((0.5, 1.2, 2.1), rate)
    assert sync_score(sound, rate, sheet(0.5, 1.2, 2.1)) == 1
    half = sync_score(sound, rate, sheet(0.5, 1.6, 2.5))
    assert half is not None
    assert 0 < half < 1
    assert sync_score(sound, rate, sheet(0.8, 1.6)) == 0


def test_a_sheet_on_which_nothing_happens_ranks_nothing() -> None:
    assert sync_score(clicks((0.5,), 48_000), 48_000, sheet()) is None


def test_silence_where_something_happens_scores_nothing() -> None:
    assert sync_score(np.zeros((2, 48_000), np.float32), 48_000, sheet(0.5)) == 0

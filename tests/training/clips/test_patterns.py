from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.training.clips import patterns

pytestmark = pytest.mark.training

ALL = [patterns.gait, patterns.steady, patterns.sparse, patterns.bounce, patterns.flurry]


@given(st.sampled_from(ALL), st.integers(0, 10_000))
def test_beats_lie_inside_the_clip_and_never_exceed_full_level(
    draw: patterns.Draw, seed: int
) -> None:
    pattern = draw(8.0, np.random.default_rng(seed))
    for beat in pattern.beats:
        assert 0 <= beat.seconds < 8
        assert -60 < beat.level_db <= 0


@given(st.integers(0, 10_000))
def test_steps_come_as_evenly_as_people_walk(seed: int) -> None:
    pattern = patterns.gait(8.0, np.random.default_rng(seed))
    gaps = np.diff([beat.seconds for beat in pattern.beats])
    assert pattern.pace in ("walking", "running")
    assert gaps.min() > 0.2
    assert gaps.std() / gaps.mean() < 0.15


@given(st.integers(0, 10_000))
def test_every_bounce_is_shorter_and_softer_than_the_one_before(seed: int) -> None:
    beats = patterns.bounce(8.0, np.random.default_rng(seed)).beats
    starts = [k for k, beat in enumerate(beats) if beat.level_db == 0] + [len(beats)]
    for first, last in itertools.pairwise(starts):
        series = beats[first:last]
        gaps = np.diff([beat.seconds for beat in series])
        assert (np.diff(gaps) < 0).all()
        assert (np.diff([beat.level_db for beat in series]) < 0).all()

from __future__ import annotations

import numpy as np
import pytest

from engine.training.evaluation.buzz import repetition

NOISE = np.random.default_rng(0).standard_normal(48_000).astype(np.float32)


def test_noise_does_not_repeat_itself() -> None:
    assert repetition(NOISE, 1024) == pytest.approx(0, abs=0.02)


def test_one_piece_of_noise_over_and_over_does_at_its_own_length_alone() -> None:
    looped = np.tile(NOISE[:1024], 20)
    assert repetition(looped, 1024) == pytest.approx(1)
    assert abs(repetition(looped, 700)) < 0.2


def test_silence_counts_as_none() -> None:
    assert repetition(np.zeros(4096, np.float32), 1024) == 0

from __future__ import annotations

from fractions import Fraction

import numpy as np

from engine.timeline.fades import faded


def test_the_powers_of_both_sides_of_a_dissolve_add_up_to_one() -> None:
    ones = np.ones((2, 4800), np.float32)
    rising = faded(ones, 48000, Fraction(25), 2, 0)
    falling = faded(ones, 48000, Fraction(25), 0, 2)
    assert np.allclose(rising[:, :3840] ** 2 + falling[:, -3840:] ** 2, 1, atol=1e-6)
    assert np.all(np.diff(rising[0, :3840]) > 0)
    assert np.all(rising[:, 3840:] == 1)
    assert np.all(falling[:, :-3840] == 1)


def test_without_a_transition_nothing_changes() -> None:
    noise = np.random.default_rng(1).standard_normal((2, 999)).astype(np.float32)
    assert np.array_equal(faded(noise, 48000, Fraction(24000, 1001), 0, 0), noise)


def test_a_fade_longer_than_the_sound_stays_within_it() -> None:
    short = np.ones((1, 10), np.float32)
    assert faded(short, 48000, Fraction(25), 2, 2).shape == (1, 10)

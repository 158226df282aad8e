from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from engine.errors import InputError
from engine.inference.noise import MAX_SEED, noise


@given(
    seed=st.integers(0, MAX_SEED),
    start=st.integers(0, 200),
    length=st.integers(0, 60),
    channels=st.integers(1, 41),
)
def test_a_window_has_the_noise_of_its_place(
    seed: int, start: int, length: int, channels: int
) -> None:
    whole = noise(seed, 0, start + length, channels)
    np.testing.assert_array_equal(noise(seed, start, length, channels), whole[start:])


def test_one_seed_gives_the_same_noise_everywhere_for_good() -> None:
    values = noise(7, 0, 376, 40)
    rounded = np.round(values * 1000).astype("<i4")
    digest = hashlib.sha256(rounded.tobytes()).hexdigest()
    assert digest[:16] == "564562b14811111f"


def test_other_seeds_give_other_noise() -> None:
    first, second = noise(1, 0, 500, 40), noise(2, 0, 500, 40)
    assert abs(float(np.corrcoef(first.ravel(), second.ravel())[0, 1])) < 0.03


def test_streams_of_one_seed_have_nothing_to_do_with_each_other() -> None:
    np.testing.assert_array_equal(noise(1, 3, 5, 40, stream=0), noise(1, 3, 5, 40))
    first, second = noise(1, 0, 500, 40, stream=1), noise(1, 0, 500, 40, stream=2)
    assert abs(float(np.corrcoef(first.ravel(), second.ravel())[0, 1])) < 0.03


def test_the_noise_is_standard_normal() -> None:
    values = noise(3, 0, 5000, 40)
    assert values.dtype == np.float32
    assert np.isfinite(values).all()
    assert stats.kstest(values.ravel(), "norm").pvalue > 0.001


@pytest.mark.parametrize("shift", [(1, 0), (0, 1), (1, 1)])
def test_neighbours_in_time_and_channel_are_independent(shift: tuple[int, int]) -> None:
    values = noise(4, 0, 4000, 40)
    time, channel = shift
    a = values[: len(values) - time, : 40 - channel]
    b = values[time:, channel:]
    assert abs(float(np.corrcoef(a.ravel(), b.ravel())[0, 1])) < 0.01


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1])
def test_a_seed_out_of_bounds_is_refused(seed: int) -> None:
    with pytest.raises(InputError, match=str(seed)):
        noise(seed, 0, 1, 1)

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InferenceError
from engine.media.loudness import CEILING_DB, finish, true_peak_db
from tests.media.test_true_peak import SAMPLE_RATE, Samples, ffmpeg_true_peak_db


def _noise(seconds: float, level: float, seed: int = 0) -> Samples:
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((2, round(seconds * SAMPLE_RATE)))
    return (noise * level).astype(np.float32)


def _tone(seconds: float = 1.0, amplitude: float = 0.25, frequency: float = 440) -> Samples:
    places = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (
        (amplitude * np.sin(2 * np.pi * frequency * places))[None].repeat(2, 0).astype(np.float32)
    )


@settings(max_examples=40)
@given(
    count=st.integers(1, 30_000),
    channels=st.sampled_from([1, 2]),
    level=st.sampled_from([0.0, 0.01, 0.3, 1.0, 8.0]),
    offset=st.floats(-2, 2, width=32),
    seed=st.integers(0, 1000),
)
def test_length_shape_ends_and_peak_are_right_for_any_take(
    count: int, channels: int, level: float, offset: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    samples = (rng.standard_normal((channels, count)) * level + offset).astype(np.float32)
    kept = samples.copy()
    finished = finish(samples, SAMPLE_RATE)
    assert finished.shape == samples.shape
    assert finished.dtype == np.float32
    assert (samples == kept).all()
    assert true_peak_db(finished) < CEILING_DB
    if count > 1:
        assert np.abs(finished[:, [0, -1]]).max() < 1e-3


@pytest.mark.parametrize("level", [0.2, 0.5, 2.0, 20.0])
def test_another_meter_reads_less_than_the_ceiling(level: float) -> None:
    samples = _noise(2, level)
    samples[:, SAMPLE_RATE:] *= 0.1
    assert ffmpeg_true_peak_db(finish(samples, SAMPLE_RATE)) < CEILING_DB


def test_a_constant_offset_vanishes() -> None:
    finished = finish(_tone() + np.float32(0.3), SAMPLE_RATE)
    assert abs(finished.mean()) < 1e-4
    assert np.abs(finished - finish(_tone(), SAMPLE_RATE)).max() < 1e-5


def test_a_quiet_take_keeps_its_level_and_its_sound() -> None:
    tone = _tone()
    finished = finish(tone, SAMPLE_RATE)
    inner = slice(SAMPLE_RATE // 10, -SAMPLE_RATE // 10)
    assert np.abs(finished[:, inner] - tone[:, inner]).max() < 2e-3
    meter = pyloudnorm.Meter(SAMPLE_RATE)
    before, after = (meter.integrated_loudness(take.T) for take in (tone, finished))
    assert after == pytest.approx(before, abs=0.05)


def test_bass_is_kept() -> None:
    tone = _tone(frequency=25)
    finished = finish(tone, SAMPLE_RATE)
    inner = slice(SAMPLE_RATE // 4, -SAMPLE_RATE // 4)
    change = 20 * math.log10(finished[:, inner].std() / tone[:, inner].std())
    assert abs(change) < 0.2


def test_one_loud_moment_does_not_turn_down_the_rest() -> None:
    samples = _tone(2.0, amplitude=0.1)
    samples[:, 48_000:48_100] += 1.5 * np.hanning(100).astype(np.float32)
    finished = finish(samples, SAMPLE_RATE)
    assert true_peak_db(finished) < CEILING_DB
    far = slice(60_000, 90_000)
    assert np.abs(finished[:, far] - samples[:, far]).max() < 2e-3


def test_limiting_does_not_move_the_peak() -> None:
    samples = _tone(1.0, amplitude=0.05)
    samples[:, 24_000] = 1.4
    finished = finish(samples, SAMPLE_RATE)
    assert np.abs(finished[0]).argmax() == 24_000


def test_both_channels_are_limited_alike() -> None:
    samples = _tone(1.0, amplitude=0.3)
    samples[0, 24_000:24_200] = 1.5 * np.sin(np.arange(200))
    finished = finish(samples, SAMPLE_RATE)
    before = slice(23_800, 24_000)  # the limiter already acts
    assert np.abs(finished[1, before]).max() < 0.9 * np.abs(samples[1, before]).max()
    assert np.abs(finished[0, before] - finished[1, before]).max() < 2e-3


def test_the_ends_do_not_click() -> None:
    finished = finish(_tone(amplitude=0.9, frequency=100) + np.float32(0.1), SAMPLE_RATE)
    steps = np.abs(np.diff(finished, axis=1))
    assert np.abs(finished[:, [0, -1]]).max() < 1e-4
    assert steps[:, :200].max() < 0.03
    assert steps[:, -200:].max() < 0.03


def test_invalid_numbers_are_refused() -> None:
    for bad in (np.nan, np.inf):
        samples = _tone()
        samples[1, 777] = bad
        with pytest.raises(InferenceError, match="invalid numbers"):
            finish(samples, SAMPLE_RATE)


def test_beside_the_samples_little_memory_is_needed() -> None:
    samples = _noise(60, 0.3)
    tracemalloc.start()
    finish(samples, SAMPLE_RATE)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < samples.nbytes + 90 * 2**20

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pyloudnorm
import pytest

from engine.errors import InputError
from engine.media.programme_loudness import TARGETS, measure_loudness, normalise
from engine.media.true_peak import true_peak_db

if TYPE_CHECKING:
    import numpy.typing as npt

RATE = 48_000


def tone(decibels: float, seconds: float, channels: int = 2) -> npt.NDArray[np.float32]:
    """1 kHz at a peak level in dBFS, equal in all channels."""
    times = np.arange(round(seconds * RATE)) / RATE
    wave = 10 ** (decibels / 20) * np.sin(2 * np.pi * 1000 * times)
    return np.tile(wave.astype(np.float32), (channels, 1))


def bursts(peak: float, background: float, seconds: float = 6) -> npt.NDArray[np.float32]:
    """Noise with a click every second, as of footsteps."""
    generator = np.random.default_rng(5)
    samples = background * generator.standard_normal((2, round(seconds * RATE)))
    for start in range(RATE // 2, samples.shape[1], RATE):
        decay = np.exp(-np.arange(2400) / 300)
        samples[:, start : start + 2400] += peak * decay * np.sin(np.arange(2400) * 0.3)
    return samples.astype(np.float32)


@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_ebu_tech_3341_cases_1_and_2(level: float) -> None:
    measured = measure_loudness(tone(level, 20), RATE)
    assert measured.integrated == pytest.approx(level, abs=0.1)
    assert measured.max_momentary == pytest.approx(level, abs=0.1)
    assert measured.max_short_term == pytest.approx(level, abs=0.1)


def test_ebu_tech_3341_case_3_the_gate_leaves_out_the_quiet_parts() -> None:
    parts = [tone(-36, 10), tone(-23, 60), tone(-36, 10)]
    measured = measure_loudness(np.concatenate(parts, axis=1), RATE)
    assert measured.integrated == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize(("quiet", "expected"), [(-30.0, 10), (-15.0, 5), (-40.0, 20)])
def test_ebu_tech_3342_loudness_range(quiet: float, expected: float) -> None:
    parts = [tone(-20, 20), tone(quiet, 20)]
    measured = measure_loudness(np.concatenate(parts, axis=1), RATE)
    assert measured.range == pytest.approx(expected, abs=1)


@pytest.mark.parametrize("channels", [1, 2])
def test_it_agrees_with_another_meter(channels: int) -> None:
    samples = bursts(0.5, 0.02)[:channels]
    expected = pyloudnorm.Meter(RATE).integrated_loudness(samples.T.astype(np.float64))
    assert measure_loudness(samples, RATE).integrated == pytest.approx(expected, abs=0.1)


def test_the_true_peak_is_the_one_between_the_samples() -> None:
    times = np.arange(2 * RATE)
    wave = np.sin(np.pi / 2 * times + np.pi / 4).astype(np.float32)  # samples at +-0.707
    fade = np.hanning(len(wave)).astype(np.float32)  # an abrupt start would ring
    measured = measure_loudness(0.5 * wave[None] * fade, RATE)
    assert measured.true_peak == pytest.approx(-6.02, abs=0.2)


def test_silence_has_no_loudness() -> None:
    measured = measure_loudness(np.zeros((2, RATE), np.float32), RATE)
    assert (measured.integrated, measured.true_peak) == (-math.inf, -math.inf)


def test_more_channels_than_stereo_are_refused() -> None:
    with pytest.raises(InputError, match="6 channels"):
        measure_loudness(np.zeros((6, RATE), np.float32), RATE)


@pytest.mark.parametrize("name", ["r128", "a85", "netflix"])
@pytest.mark.parametrize("background", [0.002, 0.2])
def test_a_mix_comes_to_its_target_under_its_ceiling(name: str, background: float) -> None:
    target = TARGETS[name]
    result = normalise(bursts(0.3, background), RATE, target)
    expected = pyloudnorm.Meter(RATE).integrated_loudness(result.samples.T.astype(np.float64))
    assert expected == pytest.approx(target.integrated, abs=0.2)
    assert true_peak_db(result.samples) <= target.ceiling
    assert result.loudness == measure_loudness(result.samples, RATE)
    assert result.warning == ""


def test_a_mix_whose_peaks_forbid_the_target_stays_quieter_and_says_so() -> None:
    target = TARGETS["streaming"]
    result = normalise(bursts(0.9, 0.0001), RATE, target)
    assert result.loudness.true_peak <= target.ceiling
    assert result.loudness.integrated < target.integrated - target.tolerance
    assert "reach the ceiling of -1 dBTP" in result.warning


def test_what_is_given_is_left_as_it_is() -> None:
    mix = bursts(0.3, 0.01)
    before = mix.copy()
    normalise(mix, RATE, TARGETS["r128"])
    assert (mix == before).all()


@pytest.mark.parametrize("samples", [np.zeros((2, RATE)), 0.1 * np.ones((2, 100))])
def test_what_has_no_loudness_is_kept(samples: npt.NDArray[np.float64]) -> None:
    result = normalise(samples.astype(np.float32), RATE, TARGETS["r128"])
    assert (result.samples == samples.astype(np.float32)).all()
    assert "kept as is" in result.warning

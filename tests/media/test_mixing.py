from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from engine.media.loudness import CEILING_DB, finish, true_peak_db
from engine.media.mixing import mix_stems
from engine.media.writer import write_wav

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RATE = 48_000


def noise(seed: int, level: float, count: int = RATE) -> NDArray[np.float32]:
    samples = level * np.random.default_rng(seed).standard_normal((1, count))
    return finish(samples.astype(np.float32), RATE)


def steps(samples: NDArray[np.float32]) -> NDArray[np.int64]:
    """Samples as 24-bit whole numbers; they must be such."""
    scaled = samples.astype(np.float64) * 2**23
    assert np.array_equal(scaled, np.rint(scaled))
    return scaled.astype(np.int64)


@given(
    levels=st.lists(st.floats(-40, 20), min_size=1, max_size=4),
    loudness=st.lists(st.floats(0, 3), min_size=4, max_size=4),
)
def test_stems_sum_to_the_mix_to_the_last_bit_and_nothing_peaks_too_high(
    levels: list[float], loudness: list[float]
) -> None:
    names = "abcd"[: len(levels)]
    stems = {name: noise(i, loudness[i], 4000) for i, name in enumerate(names)}
    mixed = mix_stems(stems, dict(zip(names, levels, strict=True)))
    assert np.array_equal(sum(map(steps, mixed.stems.values())), steps(mixed.mix))
    for samples in (mixed.mix, *mixed.stems.values()):
        assert samples.dtype == np.float32
        assert true_peak_db(samples) < CEILING_DB


def test_files_sum_as_the_samples_do(tmp_path: Path) -> None:
    stems = {name: noise(i, 1.0) for i, name in enumerate("abc")}
    mixed = mix_stems(stems, {"b": -10.0})
    sums = {}
    for name, samples in {**mixed.stems, "mix": mixed.mix}.items():
        write_wav(tmp_path / f"{name}.wav", samples, RATE)
        sums[name] = soundfile.read(tmp_path / f"{name}.wav", dtype="int32")[0].astype(np.int64)
    assert np.array_equal(sums["a"] + sums["b"] + sums["c"], sums["mix"])
    assert np.abs(sums["mix"]).max() > 0


def test_a_level_is_in_decibels_and_one_gain_turns_all_down() -> None:
    quiet = {"a": noise(1, 0.01), "b": noise(2, 0.01)}
    mixed = mix_stems(quiet, {"b": -20.0})
    np.testing.assert_allclose(mixed.stems["a"], quiet["a"], atol=2**-23)
    np.testing.assert_allclose(mixed.stems["b"], quiet["b"] / 10, atol=2**-23)
    loud = {"a": noise(1, 0.5), "b": noise(2, 0.5)}
    turned = mix_stems(loud, {})
    gains = [
        float((turned.stems[name] * loud[name]).sum() / (loud[name] ** 2).sum()) for name in loud
    ]
    assert gains[0] == pytest.approx(gains[1], rel=1e-4)
    assert gains[0] < 0.95


def test_one_stem_alone_is_its_mix_and_keeps_every_sample() -> None:
    alone = noise(1, 1.5)  # limited to just the ceiling
    mixed = mix_stems({"a": alone}, {})
    np.testing.assert_allclose(mixed.mix, alone, rtol=0, atol=2**-24)
    assert np.array_equal(mixed.mix, mixed.stems["a"])


def test_silence_stays_silent() -> None:
    silence = np.zeros((1, 100), np.float32)
    mixed = mix_stems({"a": silence, "b": silence}, {"a": 6.0})
    assert not mixed.mix.any()

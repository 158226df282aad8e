from __future__ import annotations

import numpy as np
import pytest

from engine.training.evaluation.levels import measure_levels

SECOND = 48_000


def test_a_tone_has_its_known_levels() -> None:
    tone = (0.5 * np.sin(2 * np.pi * 1000 * np.arange(SECOND) / SECOND)).astype(np.float32)
    levels = measure_levels(tone)
    assert levels.peak_db == pytest.approx(-6.02, abs=0.05)
    assert levels.rms_db == pytest.approx(-9.03, abs=0.05)
    assert levels.offset == pytest.approx(0, abs=1e-6)
    assert (levels.clipped, levels.silence) == (0, 0)


def test_offset_clipping_and_silence_are_noticed() -> None:
    samples = np.zeros(SECOND, np.float32)
    samples[:12_000] = 0.4
    samples[100:110] = 1.0
    levels = measure_levels(samples)
    assert levels.offset == pytest.approx(0.1, abs=1e-3)
    assert levels.clipped == 10
    assert levels.silence == pytest.approx(0.75)


def test_digital_silence_is_silent_throughout() -> None:
    assert measure_levels(np.zeros(SECOND, np.float32)).silence == 1

"""Onsets and energy of a waveform: the truth that the cue sheets of training clips hold."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from engine.onsets import SAMPLE_RATE, Onset, Samples, detect_onsets

__all__ = [
    "ENERGY_RATE",
    "SAMPLE_RATE",
    "Onset",
    "Samples",
    "detect_onsets",
    "energy_curve",
    "strength",
]

ENERGY_RATE = Fraction(25)

_LOUDEST_DB = -6.0
_SOFTEST_DB = -50.0


def strength(level_db: float) -> float:
    """Return an onset's strength: 0.05 at -50 dBFS and less to 1 at -6 dBFS, linear in dB."""
    return float(np.clip((level_db - _SOFTEST_DB) / (_LOUDEST_DB - _SOFTEST_DB), 0.05, 1.0))


def energy_curve(samples: Samples) -> npt.NDArray[np.float32]:
    """Return the loudness of mono samples at 25 points a second, 0 to 1 (-60 to 0 dBFS RMS).

    Point k belongs to time k / 25 s; 60 ms around it count, smoothed over three points.
    """
    points = int(np.ceil(len(samples) / SAMPLE_RATE * float(ENERGY_RATE)))
    step = SAMPLE_RATE // int(ENERGY_RATE)
    half = SAMPLE_RATE * 30 // 1000
    total = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    centres = np.arange(points) * step
    first = np.clip(centres - half, 0, len(samples))
    last = np.clip(centres + half, 0, len(samples))
    power = (total[last] - total[first]) / np.maximum(1, last - first)
    padded = np.pad(power, 1, mode="edge")
    smooth = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    level = 10 * np.log10(np.maximum(smooth, 1e-12))
    return np.clip(1 + level / 60, 0, 1).astype(np.float32)

"""Simple checks that every take must pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.media.loudness import true_peak_db
from engine.training.clips.onsets import SAMPLE_RATE

if TYPE_CHECKING:
    from engine.training.clips.onsets import Samples

_BLOCK = SAMPLE_RATE // 20
_SILENT = 10 ** (-60 / 20)
_FULL_SCALE = 0.999


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels of one take.

    Attributes:
        peak_db: True peak in dBTP (ITU-R BS.1770-4).
        rms_db: Of the whole, dBFS.
        offset: Mean of the samples, full scale 1 (DC).
        clipped: Samples at full scale.
        silence: Share of 50 ms blocks under -60 dBFS RMS.
    """

    peak_db: float
    rms_db: float
    offset: float
    clipped: int
    silence: float


def measure_levels(samples: Samples) -> Levels:
    """Measure mono samples at 48 kHz, at least 50 ms."""
    blocks = samples[: len(samples) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    rms = np.sqrt(np.square(blocks, dtype=np.float64).mean(axis=1))
    power = float(np.square(samples, dtype=np.float64).mean())
    return Levels(
        peak_db=true_peak_db(samples[None]),
        rms_db=10 * float(np.log10(power + 1e-12)),
        offset=float(samples.mean(dtype=np.float64)),
        clipped=int((np.abs(samples) >= _FULL_SCALE).sum()),
        silence=float((rms < _SILENT).mean()),
    )

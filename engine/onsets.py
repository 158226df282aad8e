"""Onsets of a waveform, in NumPy.

The detector is a spectral flux on logarithmic bands (after Dixon, "Onset detection revisited",
DAFx 2006), whose peaks are then placed to half a millisecond by the envelope of the waveform.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 48_000

_HOP = 240  # 5 ms
_WINDOW = 512
_BANDS = 16
_BAND_EDGES = (80.0, 16_000.0)
_FLOOR_DB = -75.0  # bands below count as silent
_RISE_DB = 3.5  # mean rise over the bands that makes an onset
_SPREAD_FRAMES = 40  # 0.2 s on both sides: what is usual there is no onset
_REST_FRAMES = 7  # 35 ms between onsets
_RANGE_DB = 34.0  # onsets so much weaker than the strongest are left out
_FINE = 24  # samples of the envelope that places the onset
_LEVEL_SAMPLES = 1440  # 30 ms: what an onset's level is measured on

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Onset:
    """The beginning of a sound.

    Attributes:
        sample: Where it begins.
        level_db: RMS of the 30 ms after it, in dBFS.
    """

    sample: int
    level_db: float


def detect_onsets(samples: Samples) -> list[Onset]:
    """Return the onsets of mono samples at 48 kHz, in order of time."""
    if len(samples) < _WINDOW or not np.any(samples):
        return []
    novelty = _novelty(samples)
    found = [_placed(samples, int(frame) * _HOP) for frame in _peaks(novelty)]
    if not found:
        return []
    least = max(onset.level_db for onset in found) - _RANGE_DB
    kept: list[Onset] = []
    for onset in sorted(found, key=lambda each: each.sample):
        close = kept and onset.sample - kept[-1].sample < _REST_FRAMES * _HOP // 2
        if onset.level_db >= least and not close:
            kept.append(onset)
    return kept


@cache
def _band_weights() -> npt.NDArray[np.float32]:
    """[bins, bands], every band the mean of its bins; edges spaced by equal ratios."""
    low, high = _BAND_EDGES
    edges = np.geomspace(low, high, _BANDS + 1) * _WINDOW / SAMPLE_RATE
    bins = np.arange(_WINDOW // 2 + 1)
    weights = np.zeros((len(bins), _BANDS), np.float32)
    for band in range(_BANDS):
        inside = (bins >= np.floor(edges[band])) & (bins <= max(edges[band + 1], edges[band] + 1))
        weights[inside, band] = 1 / inside.sum()
    return weights


def _novelty(samples: Samples) -> npt.NDArray[np.float32]:
    """Mean rise (dB) over the bands between 15 ms before and after each 5 ms step."""
    window = np.hanning(_WINDOW).astype(np.float32)
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    spectrum = np.fft.rfft(frames * window)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    floor = (_WINDOW / 4) ** 2 * 10 ** (_FLOOR_DB / 10)
    levels = 10 * np.log10(power @ _band_weights() + np.float32(floor))
    total = np.cumsum(np.pad(levels, ((3, 3), (0, 0)), mode="edge"), axis=0)
    means = (total[3:] - total[:-3]) / 3  # mean of three frames up to each
    rise = np.maximum(0, means[3:] - means[:-3]).mean(axis=1)
    novelty: npt.NDArray[np.float32] = rise[: len(levels)].astype(np.float32)
    return novelty


def _peaks(novelty: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
    """Frames whose novelty is the greatest around and clearly above what is usual there."""
    padded = np.pad(novelty, _REST_FRAMES, constant_values=0)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _REST_FRAMES + 1).max(axis=1)
    wide = np.pad(novelty, _SPREAD_FRAMES, mode="reflect" if len(novelty) > 100 else "edge")
    total = np.concatenate([[0.0], np.cumsum(wide, dtype=np.float64)])
    span = 2 * _SPREAD_FRAMES + 1
    usual = (total[span:] - total[:-span]) / span
    return np.flatnonzero((novelty >= around) & (novelty > _RISE_DB + 1.2 * usual))


def _placed(samples: Samples, near: int) -> Onset:
    """Move an onset to where the waveform's envelope rises most steeply, and measure its level."""
    first = max(0, near - 4 * _HOP)
    part = np.abs(samples[first : near + 5 * _HOP])
    count = len(part) // _FINE
    if count < 12:
        return Onset(min(near, len(samples) - 1), _level(samples, near))
    envelope = np.square(part[: count * _FINE].reshape(count, _FINE)).mean(axis=1)
    total = np.concatenate([[0.0], np.cumsum(np.pad(envelope, (6, 6)), dtype=np.float64)])
    means = (total[6:] - total[:-6]) / 6  # 3 ms
    before, after = means[:count], means[6 : count + 6]
    floor = 10 ** (_FLOOR_DB / 10) + 1e-3 * float(after.max())
    steepest = int(np.argmax(np.log(after + floor) - np.log(before + floor)))
    sample = first + steepest * _FINE
    return Onset(sample, _level(samples, sample))


def _level(samples: Samples, start: int) -> float:
    part = samples[start : start + _LEVEL_SAMPLES]
    power = float(np.square(part).mean()) if len(part) else 0.0
    return 10 * float(np.log10(power + 1e-12))

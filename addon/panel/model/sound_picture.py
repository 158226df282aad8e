"""What a sound looks like: its outline and its spectrogram. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.media.outline import outline

Floats = npt.NDArray[np.float32]

_BINS_PER_SECOND = 400
_MOST_BINS = 24_000  # a minute in full detail; longer sounds share them
_WINDOW = 2048
_COLUMNS_PER_SECOND = 100
_MOST_COLUMNS = 6_000
_ROWS = 96
_LOWEST = 40.0  # Hz
_RANGE = 72.0  # dB from black to bright
_QUIETEST = -60.0  # dB under full scale: near-silence is not blown up to look like sound


@dataclass(frozen=True, slots=True, eq=False)
class SoundPicture:
    """A sound, ready to be drawn.

    Attributes:
        seconds: Its length.
        lows: float32 [bins], the least sample of each bin, -1 to 1, over all channels.
        highs: float32 [bins], the greatest.
        levels: float32 [columns, 96], 0 (72 dB under the loudest) to 1 (the loudest), at
            frequencies spaced evenly in octaves from 40 Hz to half the sample rate.
        peak: The greatest magnitude.
    """

    seconds: float
    lows: Floats
    highs: Floats
    levels: Floats
    peak: float


def picture_sound(samples: Floats, rate: int) -> SoundPicture:
    """Return the picture of a sound.

    Args:
        samples: float32 [channels, samples], at least one sample.
        rate: Samples per second.
    """
    seconds = samples.shape[1] / rate
    lows, highs = outline(samples, min(_MOST_BINS, max(1, round(seconds * _BINS_PER_SECOND))))
    levels = _spectrogram(samples.mean(axis=0), rate, seconds)
    return SoundPicture(seconds, lows, highs, levels, float(np.abs(samples).max()))


def _spectrogram(mono: Floats, rate: int, seconds: float) -> Floats:
    columns = min(_MOST_COLUMNS, max(1, round(seconds * _COLUMNS_PER_SECOND)))
    padded = np.pad(mono, _WINDOW // 2)
    centres = (np.arange(columns) + 0.5) * len(mono) / columns
    starts = centres.astype(np.int64)
    window = np.hanning(_WINDOW).astype(np.float32)
    edges = np.geomspace(_LOWEST, rate / 2, _ROWS + 1) * _WINDOW / rate
    first = np.minimum(edges[:-1].astype(np.int64), _WINDOW // 2 - 1)
    levels = np.empty((columns, _ROWS), np.float32)
    for begin in range(0, columns, 256):  # a few megabytes at a time
        pieces = padded[starts[begin : begin + 256, None] + np.arange(_WINDOW)] * window
        power = np.abs(np.fft.rfft(pieces, axis=1)) * (2 / window.sum())
        loudest = np.maximum.reduceat(power, first, axis=1)
        levels[begin : begin + 256] = 20 * np.log10(loudest + 1e-9)
    top = max(float(levels.max()), _QUIETEST)
    scaled: Floats = np.clip(1 + (levels - top) / _RANGE, 0, 1)
    return scaled

"""A limiter that looks ahead and holds true peaks under a ceiling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.media.true_peak import BLOCK, block_peaks

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

# Meters differ near half the sample rate: white noise reads 0.5 dB more in FFmpeg's.
_MARGIN_DB = 0.7
_MOST_LIMITED = 2.0  # 6 dB; what exceeds more is turned down as a whole instead
_SECONDS = 0.01  # how far ahead and behind a peak it acts
_STRETCH = 1 << 19  # samples worked on at a time


def stretches(count: int) -> Iterator[slice]:
    """Yield slices that cover ``count`` samples in pieces that need little memory."""
    return (slice(start, min(start + _STRETCH, count)) for start in range(0, count, _STRETCH))


def highest_level(ceiling_db: float) -> float:
    """Return the amplitude that keeps under a ceiling in dBTP whatever meter is used."""
    return float(10 ** ((ceiling_db - _MARGIN_DB) / 20))


def limit(samples: npt.NDArray[np.float32], sample_rate: int, ceiling_db: float) -> None:
    """Bring the true peak under a ceiling, in place.

    Peaks up to 6 dB too high are limited; for what goes beyond all is turned down. What is quiet
    enough keeps its level.

    Args:
        samples: float32 [channels, n], full scale +-1.
        sample_rate: Samples per second.
        ceiling_db: In dBTP.
    """
    highest = highest_level(ceiling_db)
    peaks = block_peaks(samples, highest)
    loudest = float(peaks.max(initial=0.0))
    if loudest <= highest:
        return
    level = min(1.0, highest * _MOST_LIMITED / loudest)
    gains = level * _envelope(peaks * level, highest, sample_rate)
    centres = np.arange(len(gains)) * BLOCK + (BLOCK - 1) / 2
    for part in stretches(samples.shape[1]):
        gain = np.interp(np.arange(part.start, part.stop), centres, gains)
        samples[:, part] *= gain.astype(np.float32)
    # The changing gain itself can raise a peak by a hair.
    loudest = float(block_peaks(samples, highest).max(initial=0.0))
    if loudest > highest:
        samples *= np.float32(highest / loudest)


def _envelope(
    peaks: npt.NDArray[np.float32], highest: float, sample_rate: int
) -> npt.NDArray[np.float64]:
    """Gain per block: low enough at each peak and its neighbours, smooth in between."""
    reach = max(1, round(_SECONDS * sample_rate / BLOCK))
    needed = np.minimum(1.0, highest / np.maximum(peaks, highest).astype(np.float64))
    # One block more than the smoothing reaches, since gains are interpolated between blocks.
    padded = np.pad(needed, 2 * reach + 1, constant_values=1.0)
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 3).min(axis=1)
    window = np.hanning(2 * reach + 3)[1:-1]
    return np.convolve(lowest, window / window.sum(), mode="valid")

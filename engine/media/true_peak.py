"""True peak: how high the waveform rises between its samples (ITU-R BS.1770-4, Annex 2)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

BLOCK = 32  # samples per reported peak

# Annex 2's order-48 interpolator, by phase; phases 2 and 3 are 1 and 0 reversed.
_PHASE_0 = (
    *(0.0017089843750, 0.0109863281250, -0.0196533203125, 0.0332031250000),
    *(-0.0594482421875, 0.1373291015625, 0.9721679687500, -0.1022949218750),
    *(0.0476074218750, -0.0266113281250, 0.0148925781250, -0.0083007812500),
)
_PHASE_1 = (
    *(-0.0291748046875, 0.0292968750000, -0.0517578125000, 0.0891113281250),
    *(-0.1665039062500, 0.4650878906250, 0.7797851562500, -0.2003173828125),
    *(0.1015625000000, -0.0582275390625, 0.0330810546875, -0.0189208984375),
)
_PHASES = np.array(
    [_PHASE_0, _PHASE_1, _PHASE_1[::-1], _PHASE_0[::-1]], np.float32
).T  # [taps, phases]
_TAPS = len(_PHASE_0)
_MOST_GAIN = float(np.abs(_PHASES).sum(axis=0).max())
_STRETCH = 128 * BLOCK  # samples interpolated at a time


def true_peak_db(samples: npt.NDArray[np.float32]) -> float:
    """Return the highest true peak of all channels in dBTP; minus infinity for silence.

    Args:
        samples: float32 [channels, n], full scale +-1, at 44.1 kHz or more.
    """
    highest = float(max(samples.max(initial=0.0), -samples.min(initial=0.0)))
    peaks = block_peaks(samples, highest)
    return decibels(float(peaks.max(initial=0.0)))


def decibels(amplitude: float) -> float:
    """Return 20 log10 of an amplitude."""
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf


def block_peaks(samples: npt.NDArray[np.float32], floor: float) -> npt.NDArray[np.float32]:
    """Return the peak of all channels in each block of 32 samples, float32 [ceil(n / 32)].

    Where a true peak over ``floor`` is possible it is measured at four times the sample rate;
    elsewhere the highest sample stands for it, which saves nearly all the work.
    """
    count = samples.shape[1]
    peaks = np.zeros(-(-count // BLOCK), np.float32)
    for start in range(0, count, _STRETCH):
        stop = min(start + _STRETCH, count)
        blocks = slice(start // BLOCK, -(-stop // BLOCK))
        level = np.abs(samples[:, start:stop]).max(axis=0)
        nearby = samples[:, max(start - _TAPS, 0) : stop + _TAPS]
        if max(nearby.max(), -nearby.min()) * _MOST_GAIN > floor:
            level = np.maximum(level, _interpolated(samples, start, stop))
        padded = np.pad(level, (0, -len(level) % BLOCK))
        peaks[blocks] = padded.reshape(-1, BLOCK).max(axis=1)
    return peaks


def _interpolated(
    samples: npt.NDArray[np.float32], start: int, stop: int
) -> npt.NDArray[np.float32]:
    """Highest magnitude of all channels and phases around each sample, [stop - start]."""
    before, after = _TAPS // 2, _TAPS // 2 - 1
    inside = samples[:, max(start - before, 0) : stop + after]
    missing = max(before - start, 0)
    length = stop - start + _TAPS - 1
    padded = np.pad(inside, ((0, 0), (missing, length - missing - inside.shape[1])))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _TAPS, axis=1)
    return np.asarray(np.abs(windows @ _PHASES).max(axis=(0, 2)))

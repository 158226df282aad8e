"""YAMNet's view of a waveform: log-mel patches of 0.96 s, every 0.48 s.

Constants as published with YAMNet (TensorFlow model garden, research/audioset/yamnet/params.py);
the mel scale is HTK's.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import soxr

SAMPLE_RATE = 16_000
BANDS = 64
PATCH_FRAMES = 96
_PATCH_STEP = 48  # frames
_WINDOW = 400  # 25 ms
_HOP = 160  # 10 ms
_FFT = 512
_EDGES_HZ = (125.0, 7500.0)
_LOG_OFFSET = 1e-3
_PATCH_SAMPLES = (PATCH_FRAMES - 1) * _HOP + _WINDOW

Floats = npt.NDArray[np.float32]


def resampled(samples: Floats, sample_rate: int) -> Floats:
    """Return mono samples at the 16 kHz that YAMNet hears."""
    if sample_rate == SAMPLE_RATE:
        return samples
    heard: Floats = soxr.resample(samples, sample_rate, SAMPLE_RATE, quality="HQ")
    return heard


def log_mel(samples: Floats) -> Floats:
    """Return float32 [frames, 64], the natural logarithm of mel magnitudes at 100 frames a second.

    Args:
        samples: float32 [n], mono at 16 kHz, full scale +-1; at least 400.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    magnitudes = np.abs(np.fft.rfft(frames * window, _FFT))
    return np.log(magnitudes @ _mel_weights() + _LOG_OFFSET).astype(np.float32)


def mel_patches(samples: Floats) -> Floats:
    """Return float32 [patches, 96, 64]; the end is filled up with silence to a whole patch.

    Args:
        samples: float32 [n], mono at 16 kHz.
    """
    step = _PATCH_STEP * _HOP
    beyond_first = max(0, len(samples) - _PATCH_SAMPLES)
    patches = 1 + -(-beyond_first // step)
    wanted = _PATCH_SAMPLES + (patches - 1) * step
    frames = log_mel(np.pad(samples, (0, wanted - len(samples))))
    starts = np.arange(patches) * _PATCH_STEP
    patched: Floats = frames[starts[:, None] + np.arange(PATCH_FRAMES)]
    return patched


@cache
def _mel_weights() -> npt.NDArray[np.float64]:
    """Triangles in mel, [bins, bands]; the constant bin belongs to none."""
    low, high = (_mel(np.array(edge)) for edge in _EDGES_HZ)
    edges = np.linspace(low, high, BANDS + 2)
    bins = _mel(np.arange(_FFT // 2 + 1) * SAMPLE_RATE / _FFT)[:, None]
    rise = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    weights = np.maximum(0, np.minimum(rise, fall))
    weights[0] = 0
    return weights


def _mel(hertz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 1127 * np.log1p(hertz / 700)

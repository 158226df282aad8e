"""Waveform to logarithmic mel spectrogram, as the VAEs were trained on.

The mel scale is Slaney's (Auditory Toolbox, 1998): linear to 1 kHz, logarithmic above, each band's
triangle of unit area.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOPS_PER_WINDOW = 4
POWER_FLOOR = 1e-9
MEL_FLOOR = 1e-5
_HERTZ_PER_MEL = 200 / 3
_KNEE = 1000 / _HERTZ_PER_MEL  # mel at 1 kHz, where the scale becomes logarithmic
_LOG_STEP = math.log(6.4) / 27


@dataclass(frozen=True, slots=True)
class SpectrogramConfig:
    """What is taken from a waveform.

    Attributes:
        sample_rate: Samples per second.
        hop: Samples per frame; a window spans four.
        bands: Mel bands from 0 to half the sample rate.
        decimal: Whether the logarithm's base is 10 rather than e.
    """

    sample_rate: int
    hop: int
    bands: int
    decimal: bool


SPECTROGRAMS = {
    "16k": SpectrogramConfig(16_000, 256, 80, decimal=True),
    "44k": SpectrogramConfig(44_100, 512, 128, decimal=False),
}


class MelSpectrogram(nn.Module):
    """Waveform [batch, frames * hop] in -1..1 to logarithmic mel bands [batch, bands, frames].

    The transform is a matrix product, which every runtime has.
    """

    def __init__(self, config: SpectrogramConfig) -> None:
        super().__init__()
        self.hop = config.hop
        window = HOPS_PER_WINDOW * config.hop
        self.bins = window // 2 + 1
        self.scale = 1 / math.log(10) if config.decimal else 1.0
        self.register_buffer("basis", torch.from_numpy(_fourier(window)), persistent=False)
        filters = mel_filters(config.sample_rate, self.bins, config.bands)
        self.register_buffer("filters", torch.from_numpy(filters), persistent=False)

    def forward(self, audio: Tensor) -> Tensor:
        """Return the spectrogram."""
        margin = (HOPS_PER_WINDOW - 1) * self.hop // 2
        padded = F.pad(audio.clamp(-1, 1).unsqueeze(1), (margin, margin), mode="reflect")
        hops = padded.reshape(audio.shape[0], -1, self.hop)
        count = hops.shape[1] - HOPS_PER_WINDOW + 1
        frames = torch.cat([hops[:, k : k + count] for k in range(HOPS_PER_WINDOW)], dim=2)
        parts = (frames @ self.get_buffer("basis")).square()
        power = parts[..., : self.bins] + parts[..., self.bins :]
        mel = (power + POWER_FLOOR).sqrt() @ self.get_buffer("filters")
        return (mel.clamp(min=MEL_FLOOR).log() * self.scale).transpose(1, 2)


def mel_filters(sample_rate: int, bins: int, bands: int) -> NDArray[np.float32]:
    """Return [bins, bands]: triangles of unit area between neighbouring bands' centres."""
    top = _mel(sample_rate / 2)
    edges = np.array([_hertz(mel) for mel in np.linspace(0, top, bands + 2)])
    frequencies = np.linspace(0, sample_rate / 2, bins)[:, None]
    rising = (frequencies - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - frequencies) / np.diff(edges)[1:]
    triangles = np.maximum(0, np.minimum(rising, falling))
    filters: NDArray[np.float32] = (triangles * (2 / (edges[2:] - edges[:-2]))).astype(np.float32)
    return filters


def _mel(hertz: float) -> float:
    mel = hertz / _HERTZ_PER_MEL
    return mel if mel < _KNEE else _KNEE + math.log(mel / _KNEE) / _LOG_STEP


def _hertz(mel: float) -> float:
    knee = _HERTZ_PER_MEL * _KNEE
    return _HERTZ_PER_MEL * mel if mel < _KNEE else knee * math.exp(_LOG_STEP * (mel - _KNEE))


def _fourier(window: int) -> NDArray[np.float32]:
    """Return [window, 2 * bins]: cosines, then sines, under a Hann window."""
    times = np.arange(window)
    angles = 2 * np.pi / window * (np.outer(times, np.arange(window // 2 + 1)) % window)
    taper = 0.5 - 0.5 * np.cos(2 * np.pi / window * times)
    basis = np.concatenate([np.cos(angles), np.sin(angles)], axis=1) * taper[:, None]
    single: NDArray[np.float32] = basis.astype(np.float32)
    return single

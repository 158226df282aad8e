"""The autoencoder: 48 kHz waveform <-> latent at 46.875 Hz, with an inverse-STFT vocoder head.

The encoder sees log magnitudes only, so the latent holds no phase and stays easy to generate; the
head of the decoder predicts magnitude and phase and sums overlapping inverse transforms (Vocos,
Siuzdak 2023). The transform is a matrix product, so both graphs export to plain ONNX operators.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.training.networks.blocks import ConvNeXtBlock

HOP = 256
WINDOW = 1024
BINS = WINDOW // 2 + 1
OVERLAP = WINDOW // HOP
MAGNITUDE_FLOOR = 1e-4
MAX_LOG_MAGNITUDE = 5.0


@dataclass(frozen=True, slots=True)
class AutoencoderConfig:
    """Sizes of the autoencoder; the defaults are those of lumiphone-base."""

    sample_rate: int = 48000
    latent_channels: int = 40
    stride: int = 4  # spectrogram frames per latent frame: hop 256 * 4 = 1024 samples
    encoder_fine: int = 192
    encoder_coarse: int = 320
    encoder_fine_blocks: int = 2
    encoder_coarse_blocks: int = 4
    decoder_coarse: int = 448
    decoder_fine: int = 384
    decoder_coarse_blocks: int = 3
    decoder_fine_blocks: int = 5
    expansion: int = 3

    @property
    def samples_per_latent(self) -> int:
        """Samples that one latent frame stands for."""
        return HOP * self.stride


class FourierBasis(nn.Module):
    """The discrete Fourier transform as a matrix, made from one cosine wave.

    An exported graph then carries 1,024 numbers instead of a million; onnxruntime computes the
    matrix once, when it loads the graph.
    """

    def __init__(self) -> None:
        super().__init__()
        wave = torch.cos(2 * torch.pi / WINDOW * torch.arange(WINDOW).double()).float()
        self.register_buffer("wave", wave, persistent=False)

    def forward(self) -> Tensor:
        """Return [WINDOW, 2 * BINS]: cosines, then negated sines, under a Hann window."""
        wave = self.get_buffer("wave")
        times = torch.arange(WINDOW, device=wave.device)
        turns = torch.outer(times, torch.arange(BINS, device=wave.device))
        quarter = WINDOW // 4
        basis = wave[torch.cat([turns, turns + quarter], dim=1) % WINDOW]
        return basis * (0.5 - 0.5 * wave).unsqueeze(1)


def _synthesis_weights() -> Tensor:
    """Return the weight of every bin [2 * BINS, 1] in the inverse transform.

    Four squared Hann windows at a quarter hop sum to 1.5, which is divided out here.
    """
    weights = torch.full((2, BINS), 2.0 / WINDOW / 1.5)
    weights[:, 0] = weights[:, -1] = 1.0 / WINDOW / 1.5
    return weights.reshape(-1, 1)


class Encoder(nn.Module):
    """Waveform [batch, frames * 1024] to latent [batch, frames, latent_channels]."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        fine, coarse = config.encoder_fine, config.encoder_coarse
        self.stride = config.stride
        self.basis = FourierBasis()
        self.enter = nn.Linear(BINS, fine)
        self.fine = nn.Sequential(
            *(ConvNeXtBlock(fine, config.expansion) for _ in range(config.encoder_fine_blocks))
        )
        self.down = nn.Linear(fine * config.stride, coarse)
        self.coarse = nn.Sequential(
            *(ConvNeXtBlock(coarse, config.expansion) for _ in range(config.encoder_coarse_blocks))
        )
        self.norm = nn.LayerNorm(coarse)
        self.leave = nn.Linear(coarse, config.latent_channels)

    def spectrum(self, audio: Tensor) -> Tensor:
        """Return log magnitudes [batch, time / 256, 513], frame k centred on sample 256 k + 128."""
        margin = (WINDOW - HOP) // 2
        padded = torch.nn.functional.pad(audio, (margin, WINDOW - HOP - margin))
        pieces = padded.reshape(audio.shape[0], -1, HOP)
        count = pieces.shape[1] - OVERLAP + 1
        frames = torch.cat([pieces[:, k : k + count] for k in range(OVERLAP)], dim=2)
        with torch.autocast(audio.device.type, enabled=False):
            transform = frames @ self.basis()
        power = transform[..., :BINS].square() + transform[..., BINS:].square()
        return 0.5 * torch.log(power + MAGNITUDE_FLOOR**2)

    def forward(self, audio: Tensor) -> Tensor:
        """Return the latent."""
        # Log magnitudes run from -9 to 5; this brings them near unit range.
        x = self.fine(self.enter((self.spectrum(audio) + 4.0) * 0.3))
        x = self.down(x.reshape(x.shape[0], -1, x.shape[2] * self.stride))
        out: Tensor = self.leave(self.norm(self.coarse(x)))
        return out


class Decoder(nn.Module):
    """Latent [batch, frames, latent_channels] to waveform [batch, frames * 1024]."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        fine, coarse = config.decoder_fine, config.decoder_coarse
        self.stride = config.stride
        self.enter = nn.Linear(config.latent_channels, coarse)
        self.coarse = nn.Sequential(
            *(ConvNeXtBlock(coarse, config.expansion) for _ in range(config.decoder_coarse_blocks))
        )
        self.up = nn.Linear(coarse, fine * config.stride)
        self.fine = nn.Sequential(
            *(ConvNeXtBlock(fine, config.expansion) for _ in range(config.decoder_fine_blocks))
        )
        self.norm = nn.LayerNorm(fine)
        self.head = nn.Linear(fine, 2 * BINS)
        self.basis = FourierBasis()
        self.register_buffer("weights", _synthesis_weights(), persistent=False)

    def forward(self, latent: Tensor) -> Tensor:
        """Return the waveform."""
        x = self.up(self.coarse(self.enter(latent)))
        x = self.fine(x.reshape(x.shape[0], -1, x.shape[2] // self.stride))
        predicted = self.head(self.norm(x)).float()
        with torch.autocast(latent.device.type, enabled=False):
            magnitude = torch.exp(predicted[..., :BINS].clamp(max=MAX_LOG_MAGNITUDE))
            phase = predicted[..., BINS:]
            spectrum = torch.cat([magnitude * phase.cos(), magnitude * phase.sin()], dim=2)
            inverse = (self.basis() * self.get_buffer("weights").T).T
            return self._overlap_add(spectrum @ inverse)

    def _overlap_add(self, frames: Tensor) -> Tensor:
        """Sum frames [batch, n, 1024] at hop 256 and cut to [batch, n * 256], centred."""
        batch, count, _ = frames.shape
        pieces = frames.reshape(batch, count, OVERLAP, HOP)
        shifted = [
            torch.nn.functional.pad(pieces[:, :, k], (0, 0, k, OVERLAP - 1 - k))
            for k in range(OVERLAP)
        ]
        audio = torch.stack(shifted).sum(dim=0).reshape(batch, -1)
        margin = (WINDOW - HOP) // 2
        return audio[:, margin : margin + count * HOP]


class Autoencoder(nn.Module):
    """Encoder and decoder together, as they are trained."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

"""The autoencoder: 48 kHz waveform <-> latent at 46.875 Hz, with an inverse-STFT vocoder head.

The encoder sees log magnitudes only, so the latent holds no phase and stays easy to generate; the
head of the decoder predicts magnitude and phase and sums overlapping inverse transforms (Vocos,
Siuzdak 2023). Beside them it predicts the magnitude of a part made of white noise: a decoder
without a source of chance hums where rain, wind or breath is meant.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.training.networks.blocks import ConvNeXtBlock
from engine.training.networks.pitch import (
    PitchTracker,
    PulseTrain,
    advance,
    at_frames,
    pulse_magnitude,
    spread,
)

HOP = 256
WINDOW = 1024
BINS = WINDOW // 2 + 1
OVERLAP = WINDOW // HOP
MAGNITUDE_FLOOR = 1e-4
MAX_LOG_MAGNITUDE = 5.0
NOISE_MAGNITUDE = (0.375 * WINDOW) ** 0.5  # RMS of a bin of white noise under a Hann window


@dataclass(frozen=True, slots=True)
class AutoencoderConfig:
    """Sizes of the autoencoder; the defaults are those of lumiphone-base."""

    sample_rate: int = 48000
    learned_channels: int = 40
    pitch_channels: int = 6
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
    def latent_channels(self) -> int:
        """Channels of the latent: what was learned, then pitch and harmonicity."""
        return self.learned_channels + self.pitch_channels

    @property
    def samples_per_latent(self) -> int:
        """Samples that one latent frame stands for."""
        return HOP * self.stride


class Fourier(nn.Module):
    """The windowed discrete Fourier transform of frames, and its inverse.

    In training it is a fast transform. In an exported graph it is a matrix product, which every
    runtime has, with the matrix made from one cosine wave: the graph carries 1,024 numbers instead
    of a million, and onnxruntime computes the matrix once, when it loads.
    """

    def __init__(self) -> None:
        super().__init__()
        wave = torch.cos(2 * torch.pi / WINDOW * torch.arange(WINDOW).double()).float()
        self.register_buffer("wave", wave, persistent=False)
        # Four squared Hann windows at a quarter hop sum to 1.5.
        weights = torch.full((2, BINS), 2.0 / WINDOW / 1.5)
        weights[:, 0] = weights[:, -1] = 1.0 / WINDOW / 1.5
        self.register_buffer("weights", weights.reshape(1, -1), persistent=False)

    def window(self) -> Tensor:
        """Return the Hann window [WINDOW]."""
        return 0.5 - 0.5 * self.get_buffer("wave")

    def basis(self) -> Tensor:
        """Return [WINDOW, 2 * BINS]: cosines, then negated sines, under the window."""
        wave = self.get_buffer("wave")
        times = torch.arange(WINDOW, device=wave.device)
        turns = torch.outer(times, torch.arange(BINS, device=wave.device))
        quarter = WINDOW // 4
        basis = wave[torch.cat([turns, turns + quarter], dim=1) % WINDOW]
        return basis * self.window().unsqueeze(1)

    def analyse(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Return real and imaginary parts [..., BINS] of frames [..., WINDOW]."""
        if torch.compiler.is_exporting():
            both = frames @ self.basis()
            return both[..., :BINS], both[..., BINS:]
        spectrum = torch.fft.rfft(frames * self.window())
        return spectrum.real, spectrum.imag

    def synthesise(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """Return windowed frames [..., WINDOW] that overlap at a quarter hop to the signal."""
        if torch.compiler.is_exporting():
            inverse = (self.basis() * self.get_buffer("weights")).T
            return torch.cat([real, imaginary], dim=-1) @ inverse
        frames = torch.fft.irfft(torch.complex(real, imaginary), n=WINDOW)
        windowed: Tensor = frames * (self.window() / 1.5)
        return windowed


def framed(audio: Tensor) -> Tensor:
    """Return frames [batch, n, WINDOW] of [batch, n * HOP], frame k centred on its own hop."""
    margin = (WINDOW - HOP) // 2
    padded = torch.nn.functional.pad(audio, (margin, WINDOW - HOP - margin))
    pieces = padded.reshape(audio.shape[0], -1, HOP)
    count = pieces.shape[1] - OVERLAP + 1
    return torch.cat([pieces[:, k : k + count] for k in range(OVERLAP)], dim=2)


class Encoder(nn.Module):
    """Waveform [batch, frames * 1024] to latent [batch, frames, latent_channels]."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        fine, coarse = config.encoder_fine, config.encoder_coarse
        self.stride = config.stride
        self.fourier = Fourier()
        self.enter = nn.Linear(BINS, fine)
        self.fine = nn.Sequential(
            *(ConvNeXtBlock(fine, config.expansion) for _ in range(config.encoder_fine_blocks))
        )
        self.down = nn.Linear(fine * config.stride, coarse)
        self.coarse = nn.Sequential(
            *(ConvNeXtBlock(coarse, config.expansion) for _ in range(config.encoder_coarse_blocks))
        )
        self.norm = nn.LayerNorm(coarse)
        self.leave = nn.Linear(coarse, config.learned_channels)
        self.pitch = PitchTracker()
        self.register_buffer("pitch_mean", torch.zeros(config.pitch_channels))
        self.register_buffer("pitch_deviation", torch.ones(config.pitch_channels))

    def spectrum(self, audio: Tensor) -> Tensor:
        """Return log magnitudes [batch, time / 256, 513], frame k centred on sample 256 k + 128."""
        with torch.autocast(audio.device.type, enabled=False):
            real, imaginary = self.fourier.analyse(framed(audio))
        power = real.square() + imaginary.square()
        return 0.5 * torch.log(power + MAGNITUDE_FLOOR**2)

    def forward(self, audio: Tensor) -> Tensor:
        """Return the latent."""
        # Log magnitudes run from -9 to 5; this brings them near unit range.
        x = self.fine(self.enter((self.spectrum(audio) + 4.0) * 0.3))
        x = self.down(x.reshape(x.shape[0], -1, x.shape[2] * self.stride))
        learned = self.leave(self.norm(self.coarse(x)))
        mean, deviation = self.get_buffer("pitch_mean"), self.get_buffer("pitch_deviation")
        return torch.cat([learned.float(), (self.pitch(audio) - mean) / deviation], dim=2)


class Decoder(nn.Module):
    """Latent [batch, frames, latent_channels] and white noise to [batch, frames * 1024]."""

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
        self.head = nn.Linear(fine, 4 * BINS)
        self.pulses = PulseTrain()
        self.register_buffer("pitch_mean", torch.zeros(config.pitch_channels))
        self.register_buffer("pitch_deviation", torch.ones(config.pitch_channels))
        self.learned_channels = config.learned_channels
        self.fourier = Fourier()

    def advance(self, latent: Tensor) -> Tensor:
        """Return the cycles [batch, frames * 2] that the pulses' phase advances at each hop."""
        return advance(self._source(latent)[0])

    def _source(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        """Return pitch and harmonicity in the tracker's units."""
        mean, deviation = self.get_buffer("pitch_mean"), self.get_buffer("pitch_deviation")
        values = latent[..., self.learned_channels :].float() * deviation + mean
        return values[..., :2], values[..., 2:]

    def forward(self, latent: Tensor, noise: Tensor, phase: Tensor | None = None) -> Tensor:
        """Return the waveform.

        Args:
            latent: [batch, frames, channels].
            noise: Standard normal, [batch, frames * 1024].
            phase: Of the pulses, in cycles, [batch, frames * 2]; the sum of :meth:`advance` if
                None.
        """
        if phase is None:
            phase = self.advance(latent).cumsum(1)
        x = self.up(self.coarse(self.enter(latent)))
        x = self.fine(x.reshape(x.shape[0], -1, x.shape[2] // self.stride))
        predicted = self.head(self.norm(x)).float()
        with torch.autocast(latent.device.type, enabled=False):
            tonal, angle, body, share = predicted.chunk(4, dim=-1)
            magnitude = torch.exp(tonal.clamp(max=MAX_LOG_MAGNITUDE))
            body = torch.exp(body.clamp(max=MAX_LOG_MAGNITUDE))
            pitch, harmonicity = self._source(latent)
            measured = spread(harmonicity, BINS).repeat_interleave(self.stride, dim=1)
            # The root of a sigmoid as an exponential: where the sigmoid rounds to 0 or 1, the
            # root's own gradient would be infinite.
            share = share + torch.logit(0.5 + 0.5 * measured, 0.01)
            amplitude = torch.exp(0.5 * nn.functional.logsigmoid(share))
            pulses = body * amplitude * pulse_magnitude(at_frames(pitch))
            noisy = body * torch.exp(0.5 * nn.functional.logsigmoid(-share)) / NOISE_MAGNITUDE
            real, imaginary = self.fourier.analyse(framed(noise))
            pulse_real, pulse_imaginary = self.fourier.analyse(framed(self.pulses(pitch, phase)))
            frames = self.fourier.synthesise(
                magnitude * angle.cos() + noisy * real + pulses * pulse_real,
                magnitude * angle.sin() + noisy * imaginary + pulses * pulse_imaginary,
            )
            return self._overlap_add(frames)

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

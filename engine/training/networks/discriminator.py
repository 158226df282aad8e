"""Discriminators that tell recordings from a vocoder's output by their spectra.

Complex spectrograms at several resolutions, each under a small stack of convolutions, as in
EnCodec (Defossez et al. 2022) and DAC (Kumar et al. 2023). Magnitudes are compressed, so that what
is quiet can be judged beside what is loud.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

RESOLUTIONS = (512, 1024, 2048)
CHANNELS = (16, 32, 64, 64)
KERNELS = ((3, 9), (3, 7), (3, 5), (3, 3))  # frames, bins
STRIDES = (4, 2, 2, 2)  # over bins: a frame stays a frame
DILATIONS = (1, 2, 4, 1)  # over frames: what a layer finds, it finds in the course of things
COMPRESSION = 0.3
FLOOR = 1e-5
SILENCE = 1e-2
SLOPE = 0.1


class SpectrogramDiscriminator(nn.Module):
    """Waveforms [batch, samples] to scores [batch, 1, frames, bands] at one resolution."""

    def __init__(self, fft: int) -> None:
        super().__init__()
        self.fft = fft
        self.register_buffer("window", torch.hann_window(fft), persistent=False)
        widths = zip((3, *CHANNELS[:-1]), CHANNELS, strict=True)
        layers = [
            nn.Conv2d(
                before,
                after,
                kernel,
                stride=(1, stride),
                padding=(kernel[0] // 2 * dilation, kernel[1] // 2),
                dilation=(dilation, 1),
            )
            for (before, after), kernel, stride, dilation in zip(
                widths, KERNELS, STRIDES, DILATIONS, strict=True
            )
        ]
        self.layers = nn.ModuleList(layers)
        self.leave = nn.Conv2d(CHANNELS[-1], 1, 3, padding=1)
        # These first weights keep the size of what passes through; torch's own let it fade.
        for layer in layers:
            nn.init.kaiming_normal_(layer.weight, SLOPE)
        nn.init.normal_(self.leave.weight, std=0.2 / (9 * CHANNELS[-1]) ** 0.5)

    def picture(self, audio: Tensor) -> Tensor:
        """Return [batch, 3, frames, bins]: real and imaginary part, compressed; log magnitude.

        Each picture has unit size and no mean level: how loud it is, the spectral losses judge.
        """
        window = self.get_buffer("window")
        with torch.autocast(audio.device.type, enabled=False):
            spectrum = torch.stft(
                audio.float(),
                self.fft,
                self.fft // 4,
                window=window,
                pad_mode="constant",
                return_complex=True,
            ).transpose(1, 2)
            power = spectrum.real.square() + spectrum.imag.square() + FLOOR
            gain = power.pow((COMPRESSION - 1) / 2)
            size = power.pow(COMPRESSION).mean((1, 2), keepdim=True).sqrt() + SILENCE
            level = 0.25 * power.log()
            level = level - level.mean((1, 2), keepdim=True)
            parts = (spectrum.real * gain / size, spectrum.imag * gain / size, level)
            return torch.stack(parts, dim=1)

    def forward(self, audio: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the scores, high where it sounds recorded, and what each layer found."""
        x = self.picture(audio)
        found = []
        for layer in self.layers:
            x = nn.functional.leaky_relu(layer(x), SLOPE)
            found.append(x)
        return self.leave(x), found


class Discriminator(nn.Module):
    """One discriminator for each resolution."""

    def __init__(self, resolutions: tuple[int, ...] = RESOLUTIONS) -> None:
        super().__init__()
        self.parts = nn.ModuleList(SpectrogramDiscriminator(fft) for fft in resolutions)

    def forward(self, audio: Tensor) -> list[tuple[Tensor, list[Tensor]]]:
        """Return each resolution's scores and features of waveforms [batch, samples]."""
        return [part(audio) for part in self.parts]

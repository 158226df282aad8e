"""Spectral losses at several resolutions (Yamamoto et al. 2020; Kumar et al. 2023)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

FLOOR = 1e-5


def mel_filterbank(sample_rate: int, fft: int, bands: int) -> Tensor:
    """Return triangular filters on the HTK mel scale, [fft // 2 + 1, bands], of unit sum."""
    top = 2595.0 * torch.log10(torch.tensor(1 + sample_rate / 2 / 700))
    mels = torch.linspace(0, float(top), bands + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    frequencies = torch.linspace(0, sample_rate / 2, fft // 2 + 1).unsqueeze(1)
    rise = (frequencies - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - frequencies) / (edges[2:] - edges[1:-1])
    filters = torch.minimum(rise, fall).clamp(min=0)
    return filters / filters.sum(dim=0, keepdim=True).clamp(min=FLOOR)


class SpectralLoss(nn.Module):
    """Distance of two waveforms [batch, samples]: log and compressed magnitudes, and mel bands.

    The compressed term (magnitude to the power 0.5) weighs loud partials, the log term the quiet
    ones; mel bands keep the balance that ears have.
    """

    RESOLUTIONS = (256, 512, 1024, 2048)
    MELS = ((512, 40), (1024, 80), (2048, 128))

    def __init__(self, sample_rate: int) -> None:
        super().__init__()
        for fft, bands in self.MELS:
            filters = mel_filterbank(sample_rate, fft, bands)
            self.register_buffer(f"mel_{fft}", filters, persistent=False)
        for fft in self.RESOLUTIONS:
            self.register_buffer(f"window_{fft}", torch.hann_window(fft), persistent=False)

    def power(self, audio: Tensor, fft: int) -> Tensor:
        """Return |STFT|^2 + floor^2, [batch, frames, bins], at a quarter hop."""
        window = self.get_buffer(f"window_{fft}")
        spectrum = torch.stft(
            audio,
            fft,
            fft // 4,
            window=window,
            center=True,
            pad_mode="constant",
            return_complex=True,
        )
        return spectrum.real.square().add(spectrum.imag.square()).transpose(1, 2) + 1e-7

    def forward(self, output: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return (loss, mel L1 at 1024 in natural log, the figure to report)."""
        loss = output.new_zeros(())
        reported = loss
        mels = dict(self.MELS)
        for fft in self.RESOLUTIONS:
            with torch.no_grad():
                wanted = self.power(target, fft)
            got = self.power(output, fft)
            loss = loss + 0.5 * (got.log() - wanted.log()).abs().mean() * 0.5
            loss = loss + (got.pow(0.25) - wanted.pow(0.25)).abs().mean() * 2.0
            if fft in mels:
                filters = self.get_buffer(f"mel_{fft}")
                mel = (got.sqrt() @ filters + FLOOR).log() - (wanted.sqrt() @ filters + FLOOR).log()
                distance = mel.abs().mean()
                loss = loss + distance
                if fft == 1024:
                    reported = distance.detach()
        return loss / len(self.RESOLUTIONS), reported

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

    def features(self, audio: Tensor) -> list[tuple[Tensor, float]]:
        """Return what is compared: tensors [batch, frames, values], each with its weight."""
        found = []
        mels = dict(self.MELS)
        for fft in self.RESOLUTIONS:
            power = self.power(audio, fft)
            found += [(power.log(), 0.25), (power.pow(0.25), 2.0)]
            if fft in mels:
                bands = power.sqrt() @ self.get_buffer(f"mel_{fft}")
                found.append(((bands + FLOOR).log(), 1.0))
        return found

    def distance(
        self, first: list[tuple[Tensor, float]], second: list[tuple[Tensor, float]]
    ) -> Tensor:
        """Return the weighted mean absolute difference of two lists of features."""
        pairs = zip(first, second, strict=True)
        terms = [weight * (one - other).abs().mean() for (one, weight), (other, _) in pairs]
        return torch.stack(terms).sum() / len(self.RESOLUTIONS)

    def forward(self, first: Tensor, second: Tensor, target: Tensor) -> Tensor:
        """Return the energy distance of two outputs, drawn with different noise, to their target.

        Being near the target counts for the outputs, being near each other against them (a
        spectral energy distance, Gritsenko et al. 2020): the least is reached when the outputs are
        as various as what the latent leaves open, where a plain distance asks for their mean, which
        hums.
        """
        with torch.no_grad():
            wanted = self.features(target)
        one, other = self.features(first), self.features(second)
        near = self.distance(one, wanted) + self.distance(other, wanted)
        return near - self.distance(one, other)

    def mel_distance(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the mean difference of 80 log mel bands in nepers, the figure to report."""
        filters = self.get_buffer("mel_1024")
        got, wanted = (self.power(audio, 1024).sqrt() @ filters for audio in (output, target))
        return ((got + FLOOR).log() - (wanted + FLOOR).log()).abs().mean()

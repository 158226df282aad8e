"""BigVGAN, the vocoder from mel spectrogram to waveform (Lee et al. 2023, arXiv:2206.04658).

Both published generations: transposed convolutions raise the rate, and after each of them three
residual stacks of different reach are averaged. Attributes bear the names of the published weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from operator import mul
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.training.importers.mmaudio.networks.convolution import convolve
from engine.training.importers.mmaudio.networks.snake import AntiAliasedSnake

if TYPE_CHECKING:
    from collections.abc import Mapping

ENDS_TAPS = 7  # of the first and the last convolution
FRAMES = 2  # the number of frames is a multiple of it: a latent spans two
LONGEST_BLOCK = 16


@dataclass(frozen=True, slots=True)
class VocoderConfig:
    """Sizes of one vocoder.

    Attributes:
        bands: Of the mel spectrogram.
        factors: By which each stage raises the rate; its kernel is twice as long.
        width: Channels before the first stage; each stage halves them.
        kernels: Taps of each stage's residual stacks.
        dilations: Of the convolutions in a stack.
        generation: 2 ends in a plain limit to -1..1 and has no bias there; 1 ends in a tanh.
    """

    bands: int
    factors: tuple[int, ...]
    width: int = 1536
    kernels: tuple[int, ...] = (3, 7, 11)
    dilations: tuple[int, ...] = (1, 3, 5)
    generation: int = 2

    @property
    def hop(self) -> int:
        """Samples per frame."""
        return math.prod(self.factors)


VOCODERS = {
    "16k": VocoderConfig(80, (4, 4, 2, 2, 2, 2), generation=1),
    "44k": VocoderConfig(128, (8, 4, 2, 2, 2, 2), generation=2),
}


class Convolution(nn.Module):
    """Keeps the length."""

    def __init__(
        self, inputs: int, outputs: int, taps: int, dilation: int = 1, *, bias: bool = True
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs, taps))
        self.bias = nn.Parameter(torch.empty(outputs)) if bias else None
        self.dilation = dilation

    def forward(self, x: Tensor) -> Tensor:
        """Return [batch, outputs, time]."""
        return convolve(x, self.weight, self.bias, self.dilation)


class Stack(nn.Module):
    """Residual pairs of convolutions, the first of each pair dilated, each after a snake."""

    def __init__(self, channels: int, taps: int, dilations: tuple[int, ...], block: int) -> None:
        super().__init__()
        snakes = (AntiAliasedSnake(channels, block) for _ in range(2 * len(dilations)))
        self.convs1 = nn.ModuleList(Convolution(channels, channels, taps, d) for d in dilations)
        self.convs2 = nn.ModuleList(Convolution(channels, channels, taps) for _ in dilations)
        self.activations = nn.ModuleList(snakes)

    def forward(self, x: Tensor) -> Tensor:
        """Return [batch, channels, time]."""
        firsts, seconds = self.activations[::2], self.activations[1::2]
        layers = zip(firsts, self.convs1, seconds, self.convs2, strict=True)
        for first, wide, second, narrow in layers:
            x = x + narrow(second(wide(first(x))))
        return x


class Vocoder(nn.Module):
    """Logarithmic mel spectrogram [batch, bands, frames] to waveform [batch, frames * hop].

    The number of frames is even.
    Weights are loaded with :meth:`load_weights`.
    """

    def __init__(self, config: VocoderConfig) -> None:
        super().__init__()
        self.config = config
        widths = [config.width >> stage for stage in range(len(config.factors) + 1)]
        self.conv_pre = Convolution(config.bands, config.width, ENDS_TAPS)
        self.ups = nn.ModuleList(
            # The published weights count a second, always single, upsampler per stage.
            nn.ModuleList(
                [nn.ConvTranspose1d(width, width // 2, 2 * factor, factor, padding=factor // 2)]
            )
            for width, factor in zip(widths, config.factors, strict=False)
        )
        blocks = [min(LONGEST_BLOCK, FRAMES * rate) for rate in accumulate(config.factors, mul)]
        self.resblocks = nn.ModuleList(
            Stack(width, taps, config.dilations, block)
            for width, block in zip(widths[1:], blocks, strict=True)
            for taps in config.kernels
        )
        self.activation_post = AntiAliasedSnake(widths[-1], blocks[-1])
        self.conv_post = Convolution(widths[-1], 1, ENDS_TAPS, bias=config.generation == 1)

    def forward(self, spectrogram: Tensor) -> Tensor:
        """Return the waveform."""
        x = self.conv_pre(spectrogram)
        for stage in range(len(self.ups)):
            x = self.stage(stage, x)
        x = self.conv_post(self.activation_post(x)).squeeze(1)
        return x.tanh() if self.config.generation == 1 else x.clamp(-1, 1)

    def stage(self, number: int, x: Tensor) -> Tensor:
        """Return what the upsampler and the stacks of one stage make of ``x``."""
        (up,) = self.ups[number]
        x = up(x)
        count = len(self.config.kernels)
        stacks = self.resblocks[number * count : (number + 1) * count]
        return sum((stack(x) for stack in stacks), torch.zeros(())) / count

    def load_weights(self, state: Mapping[str, Tensor]) -> None:
        """Take the weights as published, their norms still apart from their directions or not.

        Raises:
            RuntimeError: A tensor is missing, unknown or of another shape.
        """
        self.load_state_dict(joined_weights(state), strict=True)


def joined_weights(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return ``state`` with every kernel whole: weight normalisation taken back.

    A normalised kernel (Salimans and Kingma 2016) lies there as the norm of each slice along the
    first axis and as a direction, under one of two pairs of names.
    """
    joined = dict(state)
    for size, direction in (
        ("weight_g", "weight_v"),
        ("parametrizations.weight.original0", "parametrizations.weight.original1"),
    ):
        for name in [name for name in joined if name.endswith("." + size)]:
            stem = name.removesuffix(size)
            if stem + direction in joined:
                kernel = joined.pop(stem + direction)
                norm = kernel.flatten(1).norm(dim=1).view(-1, 1, 1)
                joined[stem + "weight"] = kernel * (joined.pop(name) / norm)
    return joined

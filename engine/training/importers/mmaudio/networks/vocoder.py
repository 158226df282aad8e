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

from torch import Tensor, nn

from engine.training.importers.mmaudio.networks.convolution import Convolution
from engine.training.importers.mmaudio.networks.snake import AntiAliasedSnake

if TYPE_CHECKING:
    from collections.abc import Mapping

ENDS_TAPS = 7  # of the first and the last convolution
FRAMES = 2  # the number of frames is a multiple of it: a latent spans two
LONGEST_BLOCK = 32
GROUP = 128  # samples per frame that the snakes work on together: 0.7 MB for eight seconds
SNAKE_REACH = 6  # samples on either side that an activated one depends on


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

    @property
    def reach(self) -> int:
        """Samples on either side that a sample of the waveform can depend on, or more."""
        taps = max(self.kernels) // 2
        stack = sum((dilation + 1) * taps + 2 * SNAKE_REACH for dilation in self.dilations)
        reach = self.hop * (ENDS_TAPS // 2)
        rate = 1
        for factor in self.factors:
            reach += self.hop // rate
            rate *= factor
            reach += stack * self.hop // rate
        return reach + SNAKE_REACH + ENDS_TAPS // 2


VOCODERS = {
    "16k": VocoderConfig(80, (4, 4, 2, 2, 2, 2), generation=1),
    "44k": VocoderConfig(128, (8, 4, 2, 2, 2, 2), generation=2),
}


def snake_at(rate: int, channels: int) -> AntiAliasedSnake:
    """Return a snake for signals of ``rate`` samples per frame."""
    together = math.gcd(channels, max(1, GROUP // rate))
    return AntiAliasedSnake(channels, min(LONGEST_BLOCK, FRAMES * rate), channels // together)


class Stack(nn.Module):
    """Residual pairs of convolutions, the first of each pair dilated, each after a snake.

    Args:
        channels: Of the signal.
        taps: Of the convolutions.
        dilations: Of the pairs.
        rate: Samples per frame.
    """

    def __init__(self, channels: int, taps: int, dilations: tuple[int, ...], rate: int) -> None:
        super().__init__()
        snakes = (snake_at(rate, channels) for _ in range(2 * len(dilations)))
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
            nn.Sequential(
                nn.ConvTranspose1d(width, width // 2, 2 * factor, factor, padding=factor // 2)
            )
            for width, factor in zip(widths, config.factors, strict=False)
        )
        self.resblocks = nn.ModuleList(
            Stack(width, taps, config.dilations, rate)
            for width, rate in zip(widths[1:], accumulate(config.factors, mul), strict=True)
            for taps in config.kernels
        )
        self.activation_post = snake_at(config.hop, widths[-1])
        self.conv_post = Convolution(widths[-1], 1, ENDS_TAPS, bias=config.generation == 1)

    def forward(self, spectrogram: Tensor) -> Tensor:
        """Return the waveform."""
        x = self.conv_pre(spectrogram)
        for stage in range(len(self.ups)):
            x = self.stage(stage, x)
        waveform: Tensor = self.conv_post(self.activation_post(x)).squeeze(1)
        return waveform.tanh() if self.config.generation == 1 else waveform.clamp(-1, 1)

    def stage(self, number: int, x: Tensor) -> Tensor:
        """Return what the upsampler and the stacks of one stage make of ``x``."""
        x = self.ups[number](x)
        count = len(self.config.kernels)
        stacks = self.resblocks[number * count : (number + 1) * count]
        first, *others = (stack(x) for stack in stacks)
        total: Tensor = sum(others, first)
        return total / count

    def load_weights(self, state: Mapping[str, Tensor]) -> None:
        """Take the weights as published, their norms still apart from their directions or not.

        Raises:
            RuntimeError: A tensor is missing, unknown or of another shape.
        """
        self.load_state_dict(joined_weights(state), strict=True)
        for module in self.modules():
            if isinstance(module, AntiAliasedSnake | Convolution):
                module.settle()


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

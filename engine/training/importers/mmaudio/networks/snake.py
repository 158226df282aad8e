"""The anti-aliased snake: a periodic activation at twice the rate, between two low-pass filters.

Lee et al. 2023 (BigVGAN, arXiv:2206.04658) take 12-tap filters channel by channel. A filter that
doubles or halves the rate is a small matrix on a block of neighbouring samples, the same for each
channel and block; so here it is one matrix product over all blocks, which any runtime does near the
speed of the machine, where convolutions by single channels crawl.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

TAPS = 12
UP_MARGIN = 3  # samples on either side that an interpolated one depends on
DOWN_MARGIN = 5  # of twice the rate
SMALLEST = 1e-9  # added to the magnitude that is divided by, as the published networks do


def in_blocks(x: Tensor, size: int, margin: int) -> Tensor:
    """Return [..., time / size, size + 2 * margin]: blocks with their neighbours' samples.

    Beyond the ends the first and the last sample go on.

    Args:
        x: [..., time], a whole number of blocks.
        size: Samples of a block.
        margin: Samples taken from each neighbour; at most ``size``.
    """
    blocks = x.unflatten(-1, (-1, size))
    shape = [*blocks.shape[:-2], 1, margin]
    first = blocks[..., :1, :1].expand(shape)
    last = blocks[..., -1:, -1:].expand(shape)
    before = torch.cat([first, blocks[..., :-1, size - margin :]], dim=-2)
    after = torch.cat([blocks[..., 1:, :margin], last], dim=-2)
    return torch.cat([before, blocks, after], dim=-1)


class Filter(nn.Module):
    """Holds the taps of a low-pass filter, [1, 1, 12], as the published weights do."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("filter", torch.zeros(1, 1, TAPS))

    def matrix(self, taps: Tensor) -> Tensor:
        """Return the filter's taps by number; 0 where there is no such tap."""
        flat = self.get_buffer("filter").flatten()
        inside = (taps >= 0) & (taps < TAPS)
        return torch.where(inside, flat[taps.clamp(0, TAPS - 1)], torch.zeros(()))


class Upsampler(Filter):
    """Twice the rate, in blocks of ``block`` samples."""

    def __init__(self, block: int) -> None:
        super().__init__()
        self.block = block

    def forward(self, x: Tensor) -> Tensor:
        """Return [..., blocks, 2 * block] of [..., time]."""
        source = torch.arange(-UP_MARGIN, self.block + UP_MARGIN).unsqueeze(1)
        target = torch.arange(2 * self.block)
        interpolation = 2 * self.matrix(target - 2 * source + TAPS // 2 - 1)
        return in_blocks(x, self.block, UP_MARGIN) @ interpolation


class Downsampler(nn.Module):
    """Half the rate, to blocks of ``block`` samples."""

    def __init__(self, block: int) -> None:
        super().__init__()
        self.lowpass = Filter()
        self.block = block

    def forward(self, x: Tensor) -> Tensor:
        """Return [..., time] of [..., blocks, 2 * block]."""
        source = torch.arange(-DOWN_MARGIN, 2 * self.block + DOWN_MARGIN).unsqueeze(1)
        target = torch.arange(self.block)
        decimation = self.lowpass.matrix(source - 2 * target + TAPS // 2 - 1)
        windows = in_blocks(x.flatten(-2), 2 * self.block, DOWN_MARGIN)
        return (windows @ decimation).flatten(-2)


class Snake(nn.Module):
    """``v + sin(alpha v)^2 / beta``, with alpha and beta of each channel held as logarithms."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(channels))
        self.beta = nn.Parameter(torch.zeros(channels))


class AntiAliasedSnake(nn.Module):
    """The snake at twice the rate; [batch, channels, time] in and out.

    Args:
        channels: Of the signal.
        block: Samples that one row of the products makes; time is a whole number of blocks.
    """

    def __init__(self, channels: int, block: int) -> None:
        super().__init__()
        self.act = Snake(channels)
        self.upsample = Upsampler(block)
        self.downsample = Downsampler(block)

    def forward(self, x: Tensor) -> Tensor:
        """Return the activation.

        The square of the sine is half of 1 - cos(2 alpha v). What is constant or the same for a
        channel is done at the lower rate, which leaves three passes at the higher one.
        """
        turn = 2 * self.act.alpha.exp().unsqueeze(1)
        height = 0.5 / (self.act.beta.exp() + SMALLEST).unsqueeze(1)
        angle = self.upsample(x * turn)
        slope = (1 / (turn * height)).unsqueeze(2)
        level = self.downsample.lowpass.get_buffer("filter").sum()
        return (self.downsample(angle * slope - angle.cos()) + level) * height

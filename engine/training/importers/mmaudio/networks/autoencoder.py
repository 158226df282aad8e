"""The VAE between mel spectrogram and latent: one-dimensional, magnitude-preserving.

Its layers follow Karras et al. 2024 (arXiv:2312.02696): kernels of unit magnitude, sums and
activations scaled so that unit variance stays unit variance (the equations' numbers stand beside
them). Attributes bear the names that the published weights have.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.training.importers.mmaudio.networks.convolution import Convolution

if TYPE_CHECKING:
    from collections.abc import Mapping

EPSILON = 1e-4
SILU_GAIN = 1 / 0.596  # equation 81
BRANCH = 0.3  # the share of a block's branch in its sum, equation 88
SUM_GAIN = 1 / math.hypot(1 - BRANCH, BRANCH)
LARGEST_ACTIVATION = 256.0


@dataclass(frozen=True, slots=True)
class AutoencoderConfig:
    """Sizes of one VAE.

    Attributes:
        bands: Of the mel spectrogram.
        latent_channels: Values per latent, which spans two frames of the spectrogram.
        width: Channels of the finest level.
        multipliers: Channels of each level from fine to coarse, in widths.
        blocks: Residual blocks per level of the encoder; the decoder has one more.
    """

    bands: int
    latent_channels: int
    width: int
    multipliers: tuple[int, ...] = (1, 2, 4)
    blocks: int = 2


AUTOENCODERS = {"16k": AutoencoderConfig(80, 20, 384), "44k": AutoencoderConfig(128, 40, 512)}


def unit_magnitude(x: Tensor, axis: int) -> Tensor:
    """Return ``x`` with a root mean square of one along ``axis``, nearly so where it is small."""
    size: Tensor = torch.linalg.vector_norm(x, dim=axis, keepdim=True)
    return x / (EPSILON + size * (1 / math.sqrt(x.shape[axis])))


def activation(x: Tensor) -> Tensor:
    """Return the magnitude-preserving SiLU of ``x``."""
    return F.silu(x) * SILU_GAIN


def mixed(x: Tensor, branch: Tensor) -> Tensor:
    """Return the magnitude-preserving sum of ``x`` and a block's branch."""
    return x * ((1 - BRANCH) * SUM_GAIN) + branch * (BRANCH * SUM_GAIN)


class UnitConv(Convolution):
    """A convolution without bias whose kernels are of unit norm."""

    def __init__(self, inputs: int, outputs: int, taps: int) -> None:
        super().__init__(inputs, outputs, taps, bias=False)

    @torch.no_grad()
    def normalise(self) -> None:
        """Give the kernel of each output unit norm, as equation 66 has it; to be done once."""
        kernels = self.weight.flatten(1)
        scale = math.sqrt(kernels.shape[1])
        self.weight.copy_((unit_magnitude(kernels, 1) / scale).view_as(self.weight))


class ResidualBlock(nn.Module):
    """Two convolutions beside the identity, from ``inputs`` to ``outputs`` channels."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = UnitConv(inputs, outputs, 3)
        self.conv2 = UnitConv(outputs, outputs, 3)
        self.nin_shortcut = UnitConv(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Return [batch, outputs, time]."""
        x = unit_magnitude(x, 1)
        branch = self.conv2(activation(self.conv1(activation(x))))
        return mixed(self.nin_shortcut(x), branch)


class AttentionBlock(nn.Module):
    """One head of cosine attention over all of time, beside the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.qkv = UnitConv(channels, 3 * channels, 1)
        self.proj_out = UnitConv(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return [batch, channels, time]."""
        batch, channels, _ = x.shape
        mixture = self.qkv(x).reshape(batch, 1, channels, 3, -1)
        query, key, value = unit_magnitude(mixture, 2).transpose(2, 4).unbind(3)
        attended = F.scaled_dot_product_attention(query, key, value).squeeze(1)
        return mixed(x, self.proj_out(attended.transpose(1, 2)))


class Halving(nn.Module):
    """Two frames become one, by their mean."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = UnitConv(channels, channels, 1)
        self.conv2 = UnitConv(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return [batch, channels, time / 2]."""
        halved: Tensor = self.conv2(F.avg_pool1d(self.conv1(x), 2))
        return halved


class Doubling(nn.Module):
    """Each frame twice, then a convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = UnitConv(channels, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Return [batch, channels, time * 2]."""
        batch, channels, _ = x.shape
        twice = torch.stack([x, x], dim=3).reshape(batch, channels, -1)
        doubled: Tensor = self.conv(twice)
        return doubled


class Middle(nn.Module):
    """The coarsest level, where frames attend to each other."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.block_1 = ResidualBlock(channels, channels)
        self.attn_1 = AttentionBlock(channels)
        self.block_2 = ResidualBlock(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return [batch, channels, time]."""
        return bounded(self.block_2(self.attn_1(self.block_1(x))))


def bounded(x: Tensor) -> Tensor:
    """Return ``x`` within what the published networks were trained to stay in."""
    return x.clamp(-LARGEST_ACTIVATION, LARGEST_ACTIVATION)


class Level(nn.Module):
    """Residual blocks at one rate, then a change of rate, if there is one."""

    def __init__(self, inputs: int, outputs: int, blocks: int) -> None:
        super().__init__()
        widths = [inputs, *[outputs] * blocks]
        self.block = nn.ModuleList(map(ResidualBlock, widths, widths[1:]))
        self.downsample: nn.Module = nn.Identity()
        self.upsample: nn.Module = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Return [batch, outputs, time] at the next level's rate."""
        for block in self.block:
            x = bounded(block(x))
        resampled: Tensor = self.upsample(self.downsample(x))
        return resampled


class Encoder(nn.Module):
    """Normalised spectrogram [batch, bands, frames] to the latent's mean and log variance."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        widths = [config.width * factor for factor in (1, *config.multipliers)]
        self.conv_in = UnitConv(config.bands, widths[0], 3)
        levels = [Level(*pair, config.blocks) for pair in itertools.pairwise(widths)]
        levels[0].downsample = Halving(widths[1])
        self.down = nn.ModuleList(levels)
        self.mid = Middle(widths[-1])
        self.conv_out = UnitConv(widths[-1], 2 * config.latent_channels, 3)
        self.learnable_gain = nn.Parameter(torch.zeros([]))

    def forward(self, x: Tensor) -> Tensor:
        """Return [batch, 2 * latent channels, frames / 2]."""
        x = self.conv_in(x)
        for level in self.down:
            x = level(x)
        moments: Tensor = self.conv_out(activation(self.mid(x)))
        return moments * (self.learnable_gain + 1)


class Decoder(nn.Module):
    """Latent [batch, latent channels, time] to normalised spectrogram [batch, bands, time * 2]."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        widths = [config.width * factor for factor in config.multipliers]
        self.conv_in = UnitConv(config.latent_channels, widths[-1], 3)
        self.mid = Middle(widths[-1])
        levels = [
            Level(inputs, outputs, config.blocks + 1)
            for inputs, outputs in zip([*widths[1:], widths[-1]], widths, strict=True)
        ]
        levels[1].upsample = Doubling(widths[1])
        self.up = nn.ModuleList(levels)
        self.conv_out = UnitConv(widths[0], config.bands, 3)
        self.learnable_gain = nn.Parameter(torch.zeros([]))

    def forward(self, latent: Tensor) -> Tensor:
        """Return the spectrogram."""
        x = self.mid(self.conv_in(latent))
        for level in reversed(self.up):
            x = level(x)
        bands: Tensor = self.conv_out(activation(x))
        return bands * (self.learnable_gain + 1)


class Autoencoder(nn.Module):
    """Logarithmic mel spectrogram [batch, bands, frames] <-> latent [batch, channels, frames / 2].

    Weights are loaded with :meth:`load_weights`, which normalises them once.
    """

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.register_buffer("data_mean", torch.zeros(1, config.bands, 1))
        self.register_buffer("data_std", torch.ones(1, config.bands, 1))
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def load_weights(self, state: Mapping[str, Tensor]) -> None:
        """Take the weights as published.

        Raises:
            RuntimeError: A tensor is missing, unknown or of another shape.
        """
        self.load_state_dict(state, strict=True)
        for module in self.modules():
            if isinstance(module, UnitConv):
                module.normalise()
                module.settle()

    def encode(self, spectrogram: Tensor) -> Tensor:
        """Return the mean of the latent's distribution."""
        mean, deviation = self.get_buffer("data_mean"), self.get_buffer("data_std")
        moments: Tensor = self.encoder((spectrogram - mean) / deviation)
        return moments.chunk(2, dim=1)[0]

    def decode(self, latent: Tensor) -> Tensor:
        """Return the spectrogram."""
        mean, deviation = self.get_buffer("data_mean"), self.get_buffer("data_std")
        bands: Tensor = self.decoder(latent)
        return bands * deviation + mean

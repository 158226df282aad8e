"""Building blocks shared by the networks. Tensors are [batch, time, channels] throughout.

Time-last-but-one keeps every pointwise layer a plain matrix product, which is what both a CPU's
matrix unit (bfloat16) and onnxruntime run fastest.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class DepthwiseConv(nn.Module):
    """Depthwise convolution over time with zero padding; [batch, time, channels] in and out."""

    def __init__(self, channels: int, kernel: int = 7) -> None:
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, kernel, padding=kernel // 2, groups=channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolved sequence."""
        out: Tensor = self.conv(x.transpose(1, 2)).transpose(1, 2)
        return out


class ConvNeXtBlock(nn.Module):
    """ConvNeXt block in one dimension (Liu et al. 2022, as in Vocos, Siuzdak 2023)."""

    def __init__(self, channels: int, expansion: int) -> None:
        super().__init__()
        self.depthwise = DepthwiseConv(channels)
        self.norm = nn.LayerNorm(channels)
        self.widen = nn.Linear(channels, channels * expansion)
        self.narrow = nn.Linear(channels * expansion, channels)
        self.scale = nn.Parameter(torch.full((channels,), 0.1))

    def forward(self, x: Tensor) -> Tensor:
        """Return the sequence with the block's change added."""
        hidden = torch.nn.functional.gelu(
            self.widen(self.norm(self.depthwise(x))), approximate="tanh"
        )
        out: Tensor = x + self.scale * self.narrow(hidden)
        return out

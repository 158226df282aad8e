"""Layers of the flow network and its condition encoders; tensors are [batch, time, channels]."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_GATED_MULTIPLE = 256
_LEAST_POWER = torch.finfo(torch.float32).eps


class SequenceConv(nn.Conv1d):
    """Convolution over time that keeps the length; [batch, time, channels] in and out."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, bias: bool = True) -> None:
        super().__init__(inputs, outputs, kernel, padding=kernel // 2, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolved sequence."""
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


class RootMeanSquareNorm(nn.Module):
    """RMSNorm (Zhang & Sennrich 2019) over the last axis.

    Written out, since torch's own is exported in a form that onnxruntime does not fuse.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """Return the normalised values, same shape."""
        power = x.pow(2.0).mean(dim=-1, keepdim=True)
        return x / torch.sqrt(power + _LEAST_POWER) * self.weight


class GatedFeedForward(nn.Module):
    """SwiGLU (Shazeer 2020, arXiv:2002.05202), pointwise or, with a kernel, over time.

    Two thirds of four times the width, rounded up to a multiple of 256, lie between.

    Args:
        width: Channels in and out.
        kernel: Of its convolutions; none makes its layers linear.
    """

    def __init__(self, width: int, kernel: int | None = None) -> None:
        super().__init__()
        inner = int(2 * 4 * width / 3)
        inner = -(-inner // _GATED_MULTIPLE) * _GATED_MULTIPLE

        def layer(inputs: int, outputs: int) -> nn.Module:
            if kernel is None:
                return nn.Linear(inputs, outputs, bias=False)
            return SequenceConv(inputs, outputs, kernel, bias=False)

        self.w1 = layer(width, inner)
        self.w2 = layer(inner, width)
        self.w3 = layer(width, inner)

    def forward(self, x: Tensor) -> Tensor:
        """Return the layer's output, same shape."""
        out: Tensor = self.w2(F.silu(self.w1(x)) * self.w3(x))
        return out


class TimeEmbedding(nn.Module):
    """Time in [0, 1], [batch], to [batch, width], through cosines and sines.

    Args:
        width: Of the embedding.
        frequencies: Cosines and sines together.
        scale: The highest frequency, in radians; the others fall from it by a factor of 10,000.
    """

    def __init__(self, width: int, frequencies: int, scale: float) -> None:
        super().__init__()
        steps = torch.arange(0, frequencies, 2, dtype=torch.float32, device="cpu")
        # As numbers, not to be computed again by a graph: a rounding of the highest of ten thousand
        # radians is seen in the velocity.
        self.rates = (scale * (1.0 / 10_000 ** (steps / frequencies))).tolist()
        self.mlp = nn.Sequential(nn.Linear(frequencies, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, time: Tensor) -> Tensor:
        """Return the embedding."""
        angles = time.unsqueeze(1) * torch.tensor(self.rates, device=time.device)
        out: Tensor = self.mlp(torch.cat([angles.cos(), angles.sin()], dim=1))
        return out

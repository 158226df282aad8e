"""Convolutions of three taps over time with two thirds of the products.

Winograd's minimal filtering F(2, 3) (Winograd 1980; Lavin & Gray 2016, arXiv:1509.09308): two
outputs come from four products of sums of inputs with sums of taps, instead of six. In float32 it
is as exact as the plain sum, within a rounding or two; each tap's weights are kept four times over
instead of three.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.training.importers.mmaudio.networks.layers import SequenceConv

_TAPS = 3
# Rows: the four products' filters in terms of the three taps.
_FILTERS = ((1.0, 0.0, 0.0), (0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0.0, 0.0, 1.0))


class TiledConv(nn.Module):
    """A :class:`SequenceConv` of three taps, computed two outputs at a time.

    Args:
        conv: Has the weights.
    """

    def __init__(self, conv: SequenceConv) -> None:
        super().__init__()
        filters = torch.tensor(_FILTERS)
        weight = torch.einsum("pk,oik->pio", filters, conv.weight.detach())
        self.weights = nn.ParameterList(nn.Parameter(part.contiguous()) for part in weight)
        self.bias = conv.bias

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolved sequence [batch, time, channels]."""
        batch, length, channels = x.shape
        tiles = (length + 1) // 2
        pairs = F.pad(x, (0, 0, 1, 2 * tiles - length + 1)).reshape(batch, -1, 2, channels)
        (before, first), (second, after) = (
            (part[:, :, 0], part[:, :, 1]) for part in (pairs[:, :-1], pairs[:, 1:])
        )
        inputs = (before - second, first + second, second - first, first - after)
        one, two, three, four = (
            part @ weight for part, weight in zip(inputs, self.weights, strict=True)
        )
        outputs = torch.stack([one + two + three, two - three - four], dim=2)
        y = outputs.reshape(batch, 2 * tiles, -1)[:, :length]
        return y if self.bias is None else y + self.bias


def tile_convolutions(network: nn.Module) -> None:
    """Replace the convolutions of three taps in ``network`` by tiled ones, one after the other."""
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, SequenceConv) and child.kernel_size == (_TAPS,):
                setattr(module, name, TiledConv(child))

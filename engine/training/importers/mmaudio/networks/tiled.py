"""Convolutions of three taps over time with two thirds of the products.

Winograd's minimal filtering F(2, 3) (Winograd 1980; Lavin & Gray 2016, arXiv:1509.09308): two
outputs come from four products of sums of inputs with sums of taps, instead of six. In float32 it
is as exact as the plain sum, within a rounding or two; each tap's weights are kept four times over
instead of three.

A sequence is held as its points of even and of odd number, [batch, tiles, channels] each. If its
length is odd, the last odd point is zero.
"""

from __future__ import annotations

from typing import TypeAlias, TypeGuard

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.training.importers.mmaudio.networks.layers import GatedFeedForward, SequenceConv

Tiles: TypeAlias = tuple[Tensor, Tensor]

_TAPS = 3
# Rows: the four products' filters in terms of the three taps.
_FILTERS = ((1.0, 0.0, 0.0), (0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0.0, 0.0, 1.0))


class _Taps(nn.Module):
    """The four filters of one convolution."""

    def __init__(self, conv: SequenceConv) -> None:
        super().__init__()
        weight = torch.einsum("pk,oik->pio", torch.tensor(_FILTERS), conv.weight.detach())
        self.filters = nn.ParameterList(nn.Parameter(part.contiguous()) for part in weight)
        self.bias = conv.bias

    def forward(self, sums: tuple[Tensor, ...]) -> Tiles:
        """Return the convolved tiles from :func:`_sums`."""
        one, two, three, four = (
            part @ weights for part, weights in zip(sums, self.filters, strict=True)
        )
        even, odd = one + two + three, two - three - four
        return (even, odd) if self.bias is None else (even + self.bias, odd + self.bias)


def _split(x: Tensor) -> Tiles:
    batch, length, channels = x.shape
    tiles = (length + 1) // 2
    pairs = F.pad(x, (0, 0, 0, 2 * tiles - length)).reshape(batch, tiles, 2, channels)
    return pairs[:, :, 0], pairs[:, :, 1]


def _joined(tiles: Tiles, length: int) -> Tensor:
    return torch.stack(tiles, dim=2).flatten(1, 2)[:, :length]


def _sums(tiles: Tiles) -> tuple[Tensor, ...]:
    """What the four products are made of, from each tile and its neighbours."""
    even, odd = tiles
    before = F.pad(odd[:, :-1], (0, 0, 1, 0))
    after = F.pad(even[:, 1:], (0, 0, 0, 1))
    return before - odd, even + odd, odd - even, even - after


class TiledConv(nn.Module):
    """A :class:`SequenceConv` of three taps, computed two outputs at a time.

    Args:
        conv: Has the weights.
    """

    def __init__(self, conv: SequenceConv) -> None:
        super().__init__()
        self.taps = _Taps(conv)

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolved sequence [batch, time, channels]."""
        return _joined(self.taps(_sums(_split(x))), x.shape[1])


class TiledFeedForward(nn.Module):
    """A :class:`GatedFeedForward` of three taps that stays in tiles from end to end.

    Args:
        plain: Has the weights.
    """

    def __init__(self, plain: GatedFeedForward) -> None:
        super().__init__()
        self.w1, self.w2, self.w3 = (
            _Taps(layer)
            for layer in (plain.w1, plain.w2, plain.w3)
            if isinstance(layer, SequenceConv)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the layer's output, same shape."""
        sums = _sums(_split(x))
        even, odd = (
            F.silu(gate) * value for gate, value in zip(self.w1(sums), self.w3(sums), strict=True)
        )
        length = x.shape[1]
        odd = F.pad(odd[:, : length // 2], (0, 0, 0, length % 2))
        return _joined(self.w2(_sums((even, odd))), length)


def tile_convolutions(network: nn.Module) -> None:
    """Replace the layers of three taps in ``network`` by tiled ones, one after the other."""
    for name, child in list(network.named_children()):
        if _has_three_taps(child):
            setattr(network, name, TiledConv(child))
        elif isinstance(child, GatedFeedForward) and _has_three_taps(child.w1):
            setattr(network, name, TiledFeedForward(child))
        else:
            tile_convolutions(child)


def _has_three_taps(layer: nn.Module) -> TypeGuard[SequenceConv]:
    return isinstance(layer, SequenceConv) and layer.kernel_size == (_TAPS,)

"""Convolutions of three taps over time with two thirds of the products.

Winograd's minimal filtering F(2, 3) (Winograd 1980; Lavin & Gray 2016, arXiv:1509.09308): two
outputs come from four products of sums of inputs with sums of taps, instead of six. In float32 it
is as exact as the plain sum, within a rounding or two; each tap's weights are kept four times over
instead of three.

A sequence is held as its points of even and of odd number, [batch, tiles, channels] each. If its
length is odd, the last odd point is zero. Both layers are operators of their own, so that they are
exported without arithmetic on lengths, which takes the exporter long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from onnxscript import opset18
from torch import Tensor, nn
from torch.nn import functional as F

from engine.training.importers.mmaudio.networks.layers import GatedFeedForward, SequenceConv

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Tiles: TypeAlias = tuple[Tensor, Tensor]
# onnxscript's values have no common type, and its operators take plain lists besides.
Node: TypeAlias = Any
op: Any = opset18

_TAPS = 3
# Rows: the four products' filters in terms of the three taps.
_FILTERS = ((1.0, 0.0, 0.0), (0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0.0, 0.0, 1.0))
_END = 2**31


def filters_of(conv: SequenceConv) -> nn.Parameter:
    """Return the filters [4, inputs, outputs] of a convolution of three taps."""
    weight = torch.einsum("pk,oik->pio", torch.tensor(_FILTERS), conv.weight.detach())
    return nn.Parameter(weight.contiguous(), requires_grad=False)


def _combined(sums: Sequence[Node], filters: Node, multiply: Callable[..., Node]) -> Node:
    """Return even and odd outputs; the same for tensors and for nodes."""
    one, two, three, four = (multiply(part, filters[i]) for i, part in enumerate(sums))
    return (one + two) + three, (two - three) - four


def _split(x: Tensor) -> Tiles:
    even, odd = x[:, ::2], x[:, 1::2]
    return even, F.pad(odd, (0, 0, 0, even.shape[1] - odd.shape[1]))


def _joined(tiles: Tiles, length: int) -> Tensor:
    return torch.stack(tiles, dim=2).flatten(1, 2)[:, :length].contiguous()


def _sums(tiles: Tiles) -> tuple[Tensor, ...]:
    """What the four products are made of, from each tile and its neighbours."""
    even, odd = tiles
    before, after = F.pad(odd, (0, 0, 1, -1)), F.pad(even, (0, 0, -1, 1))
    return before - odd, even + odd, odd - even, even - after


@torch.library.custom_op("lumiphone::paired_convolution", mutates_args=())
def paired_convolution(x: Tensor, filters: Tensor) -> Tensor:
    """Return [batch, time, outputs] of [batch, time, inputs] under zero padding.

    Args:
        x: The sequence.
        filters: From :func:`filters_of`.
    """
    return _joined(_combined(_sums(_split(x)), filters, torch.matmul), x.shape[1])


@paired_convolution.register_fake
def _(x: Tensor, filters: Tensor) -> Tensor:
    return x.new_empty(x.shape[0], x.shape[1], filters.shape[2])


@torch.library.custom_op("lumiphone::paired_feed_forward", mutates_args=())
def paired_feed_forward(x: Tensor, gate: Tensor, value: Tensor, last: Tensor) -> Tensor:
    """Return a gated feed-forward of [batch, time, channels], same shape.

    Args:
        x: The sequence.
        gate: Filters of what goes through SiLU.
        value: Filters of what that is multiplied with.
        last: Filters of the way back.
    """
    sums, length = _sums(_split(x)), x.shape[1]
    gates, values = (_combined(sums, filters, torch.matmul) for filters in (gate, value))
    even, odd = (F.silu(a) * b for a, b in zip(gates, values, strict=True))
    odd = F.pad(F.pad(odd, (0, 0, 0, -(length % 2))), (0, 0, 0, length % 2))
    return _joined(_combined(_sums((even, odd)), last, torch.matmul), length)


@paired_feed_forward.register_fake
def _(x: Tensor, *_: object) -> Tensor:
    return x.new_empty(x.shape)


def _filter_nodes(filters: Node) -> list[Node]:
    """Each product's filters; taken out one by one, since that is folded into weights apart.

    What is cut by one operator of many outputs is not: then it would be in memory twice.
    """
    return [
        op.Gather(filters, op.Constant(value_int=product), axis=0)
        for product in range(len(_FILTERS))
    ]


def _split_nodes(x: Node) -> tuple[Node, Node]:
    even, odd = (op.Slice(x, [first], [_END], [1], [2]) for first in (0, 1))
    return even, op.Pad(odd, _after(_odd_length(x)))


def _odd_length(x: Node) -> Node:
    """1 if the length is odd, 0 if it is even; [1]."""
    return op.Mod(op.Shape(x, start=1, end=2), [2])


def _after(points: Node) -> Node:
    """Padding of so many points behind the last one; negative to cut them off."""
    zeros, zero = (op.Constant(value_ints=[0] * count) for count in (4, 1))
    return op.Concat(zeros, points, zero, axis=0)


def _sum_nodes(even: Node, odd: Node) -> tuple[Node, ...]:
    before = op.Pad(odd, [0, 1, 0, 0, -1, 0])
    after = op.Pad(even, [0, -1, 0, 0, 1, 0])
    return op.Sub(before, odd), op.Add(even, odd), op.Sub(odd, even), op.Sub(even, after)


def _joined_nodes(tiles: tuple[Node, Node], channels: int, like: Node) -> Node:
    pairs = op.Concat(*(op.Unsqueeze(part, [2]) for part in tiles), axis=2)
    joined = op.Reshape(pairs, [0, -1, channels])
    return op.Slice(joined, [0], op.Shape(like, start=1, end=2), [1])


def convolution_nodes(x: Node, filters: Node) -> Node:
    """Return :func:`paired_convolution` as ONNX nodes."""
    tiles = _combined(_sum_nodes(*_split_nodes(x)), _filter_nodes(filters), op.MatMul)
    return _joined_nodes(tiles, filters.shape[2], x)


def feed_forward_nodes(x: Node, gate: Node, value: Node, last: Node) -> Node:
    """Return :func:`paired_feed_forward` as ONNX nodes."""
    sums, past = _sum_nodes(*_split_nodes(x)), _odd_length(x)
    gates, values = (_combined(sums, _filter_nodes(part), op.MatMul) for part in (gate, value))
    even, odd = (op.Mul(op.Mul(a, op.Sigmoid(a)), b) for a, b in zip(gates, values, strict=True))
    odd = op.Pad(op.Pad(odd, _after(op.Neg(past))), _after(past))
    tiles = _combined(_sum_nodes(even, odd), _filter_nodes(last), op.MatMul)
    return _joined_nodes(tiles, last.shape[2], x)


TRANSLATIONS = {
    torch.ops.lumiphone.paired_convolution.default: convolution_nodes,
    torch.ops.lumiphone.paired_feed_forward.default: feed_forward_nodes,
}


class TiledConv(nn.Module):
    """A :class:`SequenceConv` of three taps, computed two outputs at a time.

    Args:
        conv: Has the weights.
    """

    def __init__(self, conv: SequenceConv) -> None:
        super().__init__()
        self.filters = filters_of(conv)
        self.bias = conv.bias

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolved sequence [batch, time, channels]."""
        y: Tensor = paired_convolution(x, self.filters)
        return y if self.bias is None else y + self.bias


class TiledFeedForward(nn.Module):
    """A :class:`GatedFeedForward` of three taps that stays in tiles from end to end.

    Args:
        plain: Has the weights.
    """

    def __init__(self, plain: GatedFeedForward) -> None:
        super().__init__()
        self.gate, self.last, self.value = (
            filters_of(layer)
            for layer in (plain.w1, plain.w2, plain.w3)
            if isinstance(layer, SequenceConv)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the layer's output, same shape."""
        y: Tensor = paired_feed_forward(x, self.gate, self.value, self.last)
        return y


def tile_convolutions(network: nn.Module) -> None:
    """Replace the layers of three taps in ``network`` by tiled ones, one after the other."""
    for name, child in list(network.named_children()):
        if isinstance(child, SequenceConv) and _has_three_taps(child):
            setattr(network, name, TiledConv(child))
        elif isinstance(child, GatedFeedForward) and _has_three_taps(child.w1):
            setattr(network, name, TiledFeedForward(child))
        else:
            tile_convolutions(child)


def _has_three_taps(layer: nn.Module) -> bool:
    return isinstance(layer, SequenceConv) and layer.kernel_size == (_TAPS,)

"""Convolution over time that keeps the length, where it is wide with half of the products.

Toom-Cook filtering (Winograd 1980; Lavin & Gray 2016, arXiv:1509.09308): four outputs come from six
or seven products of sums of inputs with sums of taps, instead of twelve or sixteen. The points are
few and small, so that float32 loses next to nothing. Longer kernels are split into pieces of four
taps, whose products are summed before they are taken apart into outputs.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import torch
import torch.nn.functional as F
from onnxscript import ir, opset18
from torch import Tensor, nn

op: Any = opset18  # its types are those of values in a file, not of what a translation is given
Value: TypeAlias = Any

OUTPUTS = 4  # of a tile
POINTS = (0.0, 1.0, -1.0, 2.0, -0.5, 0.5)  # and infinity
WORTH_TILING = 256  # channels from which the sums cost less than the products that they save


def piece_of(taps: int) -> int:
    """Return the taps in a piece of a kernel of ``taps``."""
    return min(taps, 4)


def minimal_filter(piece: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the sums of inputs, of taps and of products that make OUTPUTS outputs.

    Args:
        piece: Taps.

    Returns:
        Matrices [products, products], [products, piece] and [OUTPUTS, products], in float64.
    """
    products = OUTPUTS + piece - 1
    points = torch.tensor(POINTS[: products - 1], dtype=torch.float64)

    def powers(count: int) -> Tensor:
        infinity = F.one_hot(torch.tensor([count - 1]), count).double()
        return torch.cat([points.unsqueeze(1) ** torch.arange(count), infinity])

    sums = torch.linalg.inv(powers(products)).T
    size = sums.abs().amax(dim=1, keepdim=True)
    return sums / size, powers(piece) * size, powers(OUTPUTS).T


def tile_kernels(weight: Tensor) -> Tensor:
    """Return [products, outputs, pieces * inputs] of kernels [outputs, inputs, taps]."""
    outputs, inputs, taps = weight.shape
    piece = piece_of(taps)
    pieces = F.pad(weight, (0, -taps % piece)).reshape(outputs, inputs, -1, piece)
    _, filters, _ = minimal_filter(piece)
    # Product by product, so that no more than one copy is held in double precision.
    rows = [(pieces @ row.to(weight.dtype)).transpose(1, 2).flatten(1) for row in filters]
    return torch.stack(rows)


@torch.library.custom_op("lumiphone::tiled_convolution", mutates_args=())
def tiled_convolution(
    x: Tensor, kernels: Tensor, bias: Tensor | None, taps: int, dilation: int
) -> Tensor:
    """Return [1, outputs, time] of [1, inputs, time] under zero padding.

    As one operator it is exported without arithmetic on lengths (:func:`tiled_nodes`).

    Args:
        x: The signal.
        kernels: From :func:`tile_kernels`.
        bias: [outputs].
        taps: Of a kernel, an odd number.
        dilation: Samples from tap to tap.
    """
    piece = piece_of(taps)
    extra = -(-taps // piece)
    sums, _, outputs = (matrix.to(x.dtype) for matrix in minimal_filter(piece))
    step, time = OUTPUTS * dilation, x.shape[2]
    margin = dilation * (taps // 2)
    total = (-(-time // step) + extra) * step
    padded = F.pad(x[0], (margin, total - margin - time))
    phases = padded.view(len(padded), -1, OUTPUTS, dilation).permute(2, 0, 1, 3).flatten(2)
    rows = torch.cat([phases[..., :-dilation], phases[: piece - 1, :, dilation:]])
    mixed = torch.einsum("ps,sct->pct", sums, rows)
    width = mixed.shape[2] - (extra - 1) * dilation
    shifts = [mixed[..., k * dilation : k * dilation + width] for k in range(extra)]
    products = kernels @ torch.cat(shifts, dim=1)
    tiles = torch.einsum("mp,pct->mct", outputs, products)
    tiles = tiles.view(OUTPUTS, tiles.shape[1], -1, dilation).permute(1, 2, 0, 3)
    convolved = tiles.flatten(1)[None, :, :time]
    return convolved.contiguous() if bias is None else convolved + bias.unsqueeze(1)


@tiled_convolution.register_fake
def _(x: Tensor, kernels: Tensor, *_: object) -> Tensor:
    return x.new_empty(1, kernels.shape[1], x.shape[2])


def tiled_nodes(x: Value, kernels: Value, bias: Value | None, taps: int, dilation: int) -> Value:
    """Return the operator as ONNX nodes."""
    piece = piece_of(taps)
    extra = -(-taps // piece)
    products, channels, width = kernels.shape
    inputs, step = width // extra, OUTPUTS * dilation
    sums, _, outputs = (
        op.Constant(value=ir.tensor(matrix.float().numpy())) for matrix in minimal_filter(piece)
    )

    time = op.Shape(x, start=2)
    steps = op.Add(op.Div(op.Add(time, [step - 1]), [step]), [extra])
    margin = dilation * (taps // 2)
    after = op.Sub(op.Sub(op.Mul(steps, [step]), [margin]), time)
    padded = op.Pad(x, op.Concat(op.Constant(value_ints=[0, 0, margin, 0, 0]), after, axis=0))
    phases = op.Transpose(op.Reshape(padded, [inputs, -1, OUTPUTS, dilation]), perm=[2, 0, 1, 3])
    phases = op.Reshape(phases, [OUTPUTS, inputs, -1])

    these = op.Slice(phases, [0], [-dilation], [2])
    following = op.Slice(phases, [0, dilation], [piece - 1, 2**31], [0, 2])
    rows = op.Reshape(op.Concat(these, following, axis=0), [products, -1])
    mixed = op.Reshape(op.MatMul(sums, rows), [products, inputs, -1])
    if extra > 1:
        ends = [(k + 1 - extra) * dilation or 2**31 for k in range(extra)]
        shifts = [op.Slice(mixed, [k * dilation], [end], [2]) for k, end in enumerate(ends)]
        mixed = op.Concat(*shifts, axis=1)

    tiles = op.MatMul(outputs, op.Reshape(op.MatMul(kernels, mixed), [products, -1]))
    tiles = op.Reshape(tiles, [OUTPUTS, channels, -1, dilation])
    convolved = op.Reshape(op.Transpose(tiles, perm=[1, 2, 0, 3]), [1, channels, -1])
    convolved = op.Slice(convolved, [0], time, [2])
    return convolved if bias is None else op.Add(convolved, op.Unsqueeze(bias, [1]))


TRANSLATIONS = {torch.ops.lumiphone.tiled_convolution.default: tiled_nodes}


class Convolution(nn.Module):
    """Keeps the length; [1, channels, time] in and out.

    Args:
        inputs: Channels in.
        outputs: Channels out.
        taps: An odd number.
        dilation: Samples from tap to tap.
        bias: Whether it has one.
    """

    kernels: Tensor | None

    def __init__(
        self, inputs: int, outputs: int, taps: int, dilation: int = 1, *, bias: bool = True
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs, taps))
        self.bias = nn.Parameter(torch.empty(outputs)) if bias else None
        self.dilation = dilation
        self.register_buffer("kernels", None, persistent=False)

    @torch.no_grad()
    def settle(self) -> None:
        """Prepare the weights for :meth:`forward`; to be called when they are loaded."""
        _, inputs, taps = self.weight.shape
        if taps > 1 and inputs >= WORTH_TILING:
            self.kernels = tile_kernels(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolved signal."""
        taps = self.weight.shape[2]
        if self.kernels is None:
            margin = self.dilation * (taps // 2)
            return F.conv1d(x, self.weight, self.bias, padding=margin, dilation=self.dilation)
        tiled: Tensor = tiled_convolution(x, self.kernels, self.bias, taps, self.dilation)
        return tiled

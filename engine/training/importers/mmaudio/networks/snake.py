"""The anti-aliased snake: a periodic activation at twice the rate, between two low-pass filters.

Lee et al. 2023 (BigVGAN, arXiv:2206.04658) take 12-tap filters channel by channel. A filter that
doubles or halves the rate is a small matrix on a block of neighbouring samples, the same for each
channel and block; so here it is one matrix product over all blocks, which any runtime does near the
speed of the machine, where convolutions by single channels crawl.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import torch
from onnxscript import ir, opset18
from torch import Tensor, nn

op: Any = opset18  # its types are those of values in a file, not of what a translation is given
Value: TypeAlias = Any

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
    blocks = x.reshape(*x.shape[:-1], -1, size)
    shape = [*blocks.shape[:-2], 1, margin]
    first = blocks[..., :1, :1].expand(shape)
    last = blocks[..., -1:, -1:].expand(shape)
    before = torch.cat([first, blocks[..., :-1, size - margin :]], dim=-2)
    after = torch.cat([blocks[..., 1:, :margin], last], dim=-2)
    return torch.cat([before, blocks, after], dim=-1)


@torch.library.custom_op("lumiphone::anti_aliased_snake", mutates_args=())
def anti_aliased_snake(  # noqa: PLR0917 - operators take their tensors in a row
    x: Tensor,
    turn: Tensor,
    slope: Tensor,
    height: Tensor,
    up: Tensor,
    down: Tensor,
    groups: int,
) -> Tensor:
    """Return the snake of [batch, channels, time].

    The square of the sine is half of 1 - cos(2 alpha v). What is constant or the same for a channel
    is done at the lower rate, which leaves three passes at the higher one. As one operator it is
    exported as :func:`snake_nodes` has it.

    Args:
        x: The signal; time is a whole number of blocks.
        turn: 2 alpha, [channels, 1].
        slope: beta / alpha, [channels, 1, 1].
        height: 1 / (2 beta), [channels, 1].
        up: [block + 2 * UP_MARGIN, 2 * block], doubles the rate.
        down: [2 * block + 2 * DOWN_MARGIN, block], halves it.
        groups: That the channels are worked on in, in an exported graph.
    """
    del groups  # torch has no loop that pays
    angle = (in_blocks(x * turn, up.shape[1] // 2, UP_MARGIN) @ up).flatten(-2)
    angle = in_blocks(angle, up.shape[1], 0)
    bent = (angle * slope - angle.cos()).flatten(-2)
    smooth = (in_blocks(bent, up.shape[1], DOWN_MARGIN) @ down).flatten(-2)
    return smooth * height + height * down[:, 0].sum()


@anti_aliased_snake.register_fake
def _(x: Tensor, *_: object) -> Tensor:
    return torch.empty_like(x)


def snake_nodes(  # noqa: PLR0917 - as above
    x: Value, turn: Value, slope: Value, height: Value, up: Value, down: Value, groups: int
) -> Value:
    """Return the operator as ONNX nodes: a loop over groups of channels.

    Between the products lie passes over all of the signal at twice the rate. A group at a time,
    they find their data in the processor's cache.
    """
    channels = turn.shape[0]
    size = channels // groups
    signals = [
        op.Reshape(x, [groups, size, -1]),
        op.Reshape(turn, [groups, size, 1]),
        op.Reshape(slope, [groups, size, 1, 1]),
        op.Reshape(height, [groups, size, 1]),
    ]
    body = _group_body(turn.name, size, up, down)
    activated = op.Scan(*signals, body=body, num_scan_inputs=len(signals))
    return op.Reshape(activated, [1, channels, -1])


def _group_body(name: str, size: int, up: Value, down: Value) -> ir.Graph:
    """The snake of [size, time], with the filters' matrices from the graph around it."""

    def incoming(part: str, *shape: int | str) -> ir.Value:
        kind = ir.TensorType(ir.DataType.FLOAT)
        return ir.Value(name=f"{name}.{part}", type=kind, shape=ir.Shape(shape))

    x, turn = incoming("x", size, "time"), incoming("turn", size, 1)
    slope, height = incoming("slope", size, 1, 1), incoming("height", size, 1)
    nodes = Nodes(name)
    block: int = down.shape[1]
    blocks = nodes.add("Reshape", nodes.add("Mul", x, turn), nodes.ints(0, -1, block))
    angle = nodes.add("MatMul", nodes.with_margins(blocks, block, UP_MARGIN), up)
    bent = nodes.add("Sub", nodes.add("Mul", angle, slope), nodes.add("Cos", angle))
    windows = nodes.with_margins(bent, 2 * block, DOWN_MARGIN)
    smooth = nodes.add("Reshape", nodes.add("MatMul", windows, down), nodes.ints(0, -1))
    first = nodes.add("Slice", down, *map(nodes.ints, (0, 1, 1)))
    gain = nodes.add("ReduceSum", first, keepdims=0)
    y = nodes.add("Add", nodes.add("Mul", smooth, height), nodes.add("Mul", height, gain))
    y.shape, y.type = x.shape, x.type
    inputs = [x, turn, slope, height]
    return ir.Graph(inputs, [y], nodes=nodes.nodes, opset_imports={"": 18}, name=f"{name}.body")


class Nodes(ir.tape.Tape):
    """Writes nodes whose values bear names of their own.

    Args:
        name: That the names begin with.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def add(self, kind: str, *inputs: ir.Value, **attributes: int | tuple[int, ...]) -> ir.Value:
        """Write a node and return its value."""
        value = ir.Value(name=f"{self._name}.{len(self.nodes)}")
        return self.op(kind, inputs, attributes, output=value)

    def ints(self, *values: int) -> ir.Value:
        """Return a constant, int64 [len(values)]."""
        return self.add("Constant", value_ints=values)

    def with_margins(self, blocks: ir.Value, size: int, margin: int) -> ir.Value:
        """As :func:`in_blocks`, of what is in blocks already: [channels, blocks, size]."""
        axes, end = self.ints(1, 2), 2**31

        def part(start: tuple[int, int], stop: tuple[int, int]) -> ir.Value:
            return self.add("Slice", blocks, self.ints(*start), self.ints(*stop), axes)

        wide = self.ints(1, 1, margin)
        first = self.add("Expand", part((0, 0), (1, 1)), wide)
        last = self.add("Expand", part((-1, -1), (end, end)), wide)
        before = self.add("Concat", first, part((0, size - margin), (-1, size)), axis=1)
        after = self.add("Concat", part((1, 0), (end, margin)), last, axis=1)
        return self.add("Concat", before, blocks, after, axis=2)


TRANSLATIONS = {torch.ops.lumiphone.anti_aliased_snake.default: snake_nodes}


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


class Downsampler(nn.Module):
    """Holds the filter of the lower rate."""

    def __init__(self) -> None:
        super().__init__()
        self.lowpass = Filter()


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
        groups: That the channels are worked on in, in an exported graph; divides their number.
    """

    def __init__(self, channels: int, block: int, groups: int = 1) -> None:
        super().__init__()
        self.groups = groups
        self.block = block
        self.act = Snake(channels)
        self.upsample = Filter()
        self.downsample = Downsampler()
        up = torch.zeros(block + 2 * UP_MARGIN, 2 * block)
        down = torch.zeros(2 * block + 2 * DOWN_MARGIN, block)
        self.register_buffer("up", up, persistent=False)
        self.register_buffer("down", down, persistent=False)
        self.register_buffer("turn", torch.ones(channels, 1), persistent=False)
        self.register_buffer("slope", torch.ones(channels, 1, 1), persistent=False)
        self.register_buffer("height", torch.ones(channels, 1), persistent=False)

    @torch.no_grad()
    def settle(self) -> None:
        """Make from the weights what :meth:`forward` needs; to be called when they are loaded."""
        alpha = self.act.alpha.exp().unsqueeze(1)
        beta = self.act.beta.exp().unsqueeze(1) + SMALLEST
        self.get_buffer("turn").copy_(2 * alpha)
        self.get_buffer("slope").copy_((beta / alpha).unsqueeze(2))
        self.get_buffer("height").copy_(0.5 / beta)
        middle = TAPS // 2 - 1
        source = torch.arange(-UP_MARGIN, self.block + UP_MARGIN).unsqueeze(1)
        target = torch.arange(2 * self.block)
        self.get_buffer("up").copy_(2 * self.upsample.matrix(target - 2 * source + middle))
        source = torch.arange(-DOWN_MARGIN, 2 * self.block + DOWN_MARGIN).unsqueeze(1)
        target = torch.arange(self.block)
        lowpass = self.downsample.lowpass
        self.get_buffer("down").copy_(lowpass.matrix(source - 2 * target + middle))

    def forward(self, x: Tensor) -> Tensor:
        """Return the activation."""
        smooth: Tensor = anti_aliased_snake(
            *(x, self.get_buffer("turn"), self.get_buffer("slope"), self.get_buffer("height")),
            *(self.get_buffer("up"), self.get_buffer("down"), self.groups),
        )
        return smooth

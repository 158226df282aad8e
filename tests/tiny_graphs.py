"""The graphs of the tiny pack, a few nodes each; tests/tiny_pack.py tells what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from engine.packs.graphs import Graph, Tensor

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

HOP = 1024
CHANNELS = 40
TEXT_WIDTH = 384
LABEL_COUNT = 4
STEMS = ("effects", "ambience", "score")
_ONNX_TYPES = {"float32": TensorProto.FLOAT, "int64": TensorProto.INT64}

Shape = tuple[int | str, ...]
Signature = dict[str, tuple[str, Shape]]


class Net:
    """ONNX nodes written as calls: ``net("Add", a, b)`` returns the name of the result."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def __call__(self, op: str, *inputs: str, name: str = "", **attributes: Any) -> str:  # noqa: ANN401
        output = name or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def constant(self, value: NDArray[Any] | list[int] | float) -> str:
        dtype = np.int64 if isinstance(value, list) else np.float32
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def save(self, path: Path, inputs: Signature, outputs: Signature) -> Graph:
        sources, results = (
            [
                helper.make_tensor_value_info(name, _ONNX_TYPES[kind], shape)
                for name, (kind, shape) in signature.items()
            ]
            for signature in (inputs, outputs)
        )
        graph = helper.make_graph(
            self.nodes, path.stem, sources, results, initializer=self.constants
        )
        opset = helper.make_opsetid("", 18)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
        onnx.checker.check_model(model, full_check=True)
        path.write_bytes(model.SerializeToString())
        return Graph(path.name, _tensors(outputs), _tensors(inputs))


def _tensors(signature: Signature) -> dict[str, Tensor]:
    return {name: Tensor(kind, shape) for name, (kind, shape) in signature.items()}  # type: ignore[arg-type] # literals above


def text_graph(path: Path) -> Graph:
    """Each token is a chord of sines; a text is the sum of its tokens, of length one."""
    net = Net()
    ids = net("Cast", net("Add", "input_ids", "token_type_ids"), to=TensorProto.FLOAT)
    mask = net("Cast", "attention_mask", to=TensorProto.FLOAT)
    last = net.constant([2])
    pitches = net.constant(np.linspace(0.5, 40, TEXT_WIDTH))
    chords = net("Sin", net("Mul", net("Unsqueeze", ids, last), pitches))
    summed = net(
        "ReduceSum", net("Mul", chords, net("Unsqueeze", mask, last)), net.constant([1]), keepdims=0
    )
    net("LpNormalization", summed, name="embedding", axis=-1, p=2)
    tokens: Shape = (1, "L")
    inputs: Signature = dict.fromkeys(
        ("input_ids", "attention_mask", "token_type_ids"), ("int64", tokens)
    )
    return net.save(path, inputs, {"embedding": ("float32", (1, TEXT_WIDTH))})


def scene_graph(path: Path) -> Graph:
    """The most present of red, green and blue decides; "wall" is what is left in the dark."""
    net = Net()
    colours = net("ReduceMean", "frames", net.constant([2, 3]), keepdims=0)
    logits = net("MatMul", colours, net.constant(8 * np.eye(3, 4)))
    net("Softmax", logits, name="probabilities", axis=1)
    return net.save(
        path,
        {"frames": ("float32", ("N", 3, 32, 32))},
        {"probabilities": ("float32", ("N", LABEL_COUNT))},
    )


def motion_graph(path: Path) -> Graph:
    """Jumps of brightness are events; brightness itself is the energy."""
    net = Net()
    zero, one, two = net.constant(0.0), net.constant(1.0), net.constant(2.0)
    time, last = net.constant([1]), net.constant([2])
    light = net("ReduceMean", "frames", net.constant([2, 3]), keepdims=0)
    first = net("Slice", light, net.constant([0]), time, time)
    before = net(
        "Slice", net("Concat", first, light, axis=1), net.constant([0]), net.constant([-1]), time
    )
    jump = net("Mul", net("Sub", light, before), two)
    rise, fall = net("Clip", jump, zero, one), net("Clip", net("Neg", jump), zero, one)
    net("Concat", net("Unsqueeze", rise, last), net("Unsqueeze", fall, last), name="events", axis=2)
    strengths = net("Add", rise, fall, name="strengths")
    net("Mul", jump, zero, name="offsets")
    net(
        "Concat",
        net("Unsqueeze", light, last),
        net("Unsqueeze", strengths, last),
        name="curves",
        axis=2,
    )
    return net.save(
        path,
        {"frames": ("float32", (1, "T", 16, 16))},
        {
            "events": ("float32", (1, "T", 2)),
            "strengths": ("float32", (1, "T")),
            "offsets": ("float32", (1, "T")),
            "curves": ("float32", (1, "T", 2)),
        },
    )


def velocity_graph(path: Path) -> Graph:
    """Flow towards a latent made of the cues and the text, faster and faster.

    Ambience and score each add a hum of their own.
    """
    net = Net()
    hums = np.zeros((len(STEMS), CHANNELS))
    hums[1, 5:10], hums[2, 20:25] = 1.0, 1.0
    from_cues = np.zeros((8, CHANNELS))
    signs = np.where(np.arange(CHANNELS) % 3, 1.0, -1.0)
    from_cues[[0, 4]] = 2 * signs
    from_cues[[2, 6]] = 0.2 * signs
    pairs = net("Reshape", "cues", net.constant([0, -1, 8]))
    words = net("Slice", "text", net.constant([0]), net.constant([CHANNELS]), net.constant([1]))
    target = net(
        "Add",
        net("MatMul", pairs, net.constant(from_cues)),
        net("Mul", net("Unsqueeze", words, net.constant([1])), net.constant(4.0)),
    )
    hum = net("Unsqueeze", net("MatMul", "stem", net.constant(hums)), net.constant([1]))
    target = net("Add", target, hum)
    speed = net("Mul", net("Add", "time", net.constant(1.0)), net.constant(2.0))
    speed = net("Unsqueeze", speed, net.constant([1, 2]))
    net("Mul", net("Sub", target, "latent"), speed, name="velocity")
    latent: Shape = ("B", "T", CHANNELS)
    return net.save(
        path,
        {
            "latent": ("float32", latent),
            "time": ("float32", ("B",)),
            "stem": ("float32", ("B", len(STEMS))),
            "text": ("float32", ("B", TEXT_WIDTH)),
            "cues": ("float32", ("B", "P", 4)),
        },
        {"velocity": ("float32", latent)},
    )


def _basis(net: Net) -> str:
    """Sines [channels, hop], whole waves per latent, computed rather than stored."""
    pitches = 2 * np.pi / HOP * np.arange(2, CHANNELS + 2)[:, None]
    samples = net("Range", net.constant(0.0), net.constant(float(HOP)), net.constant(1.0))
    return net("Mul", net("Sin", net("Mul", net.constant(pitches), samples)), net.constant(0.01))


def decoder_graph(path: Path) -> Graph:
    """One sine per latent channel, its amplitude smoothed over three latents."""
    net = Net()
    smooth = net.constant(np.tile([[[0.25, 0.5, 0.25]]], (CHANNELS, 1, 1)))
    rows = net("Transpose", "latent", perm=[0, 2, 1])
    rows = net("Conv", rows, smooth, group=CHANNELS, pads=[1, 1])
    waves = net("MatMul", net("Transpose", rows, perm=[0, 2, 1]), _basis(net))
    net("Reshape", waves, net.constant([1, -1]), name="audio")
    return net.save(
        path,
        {"latent": ("float32", (1, "T", CHANNELS))},
        {"audio": ("float32", (1, "S"))},
    )


def encoder_graph(path: Path) -> Graph:
    """The amplitude of each of the decoder's sines."""
    net = Net()
    rows = net("Reshape", "audio", net.constant([1, -1, HOP]))
    sums = net("MatMul", rows, net("Transpose", _basis(net), perm=[1, 0]))
    net("Mul", sums, net.constant(2 / HOP / 0.01**2), name="latent")
    return net.save(
        path,
        {"audio": ("float32", (1, "S"))},
        {"latent": ("float32", (1, "T", CHANNELS))},
    )


def judge_graph(path: Path) -> Graph:
    """The latent's mean over time, times the first numbers of the text."""
    net = Net()
    first = net("Slice", "text", net.constant([0]), net.constant([CHANNELS]), net.constant([1]))
    mean = net("ReduceMean", "latent", net.constant([1]), keepdims=0)
    products = net("Mul", mean, first)
    net("ReduceSum", products, net.constant([1]), keepdims=0, name="score")
    return net.save(
        path,
        {"latent": ("float32", ("B", "T", CHANNELS)), "text": ("float32", ("B", TEXT_WIDTH))},
        {"score": ("float32", ("B",))},
    )

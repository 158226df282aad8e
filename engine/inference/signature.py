"""Whether an ONNX file has the inputs and outputs that pack.json promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.packs.graphs import Graph, Tensor

_ONNX_TYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(uint8)": "uint8",
    "tensor(bool)": "bool",
}


class Node(Protocol):
    """An input or output as onnxruntime describes it."""

    name: str
    type: str
    shape: Sequence[int | str | None]


def signature_fault(spec: Graph, inputs: Sequence[Node], outputs: Sequence[Node]) -> str | None:
    """Return what differs between a graph's file and its manifest entry, None if nothing does.

    Names, element types, ranks and fixed sizes must agree. A file may have more outputs than the
    manifest names, but not more inputs.

    Args:
        spec: What pack.json says.
        inputs: The file's inputs.
        outputs: The file's outputs.
    """
    missing_output = spec.outputs.keys() - {node.name for node in outputs}
    if spec.inputs.keys() != {node.name for node in inputs}:
        return _other_names("inputs", spec.inputs, inputs)
    if missing_output:
        return _other_names("outputs", spec.outputs, outputs)
    wanted = {**spec.inputs, **spec.outputs}
    for node in (*inputs, *outputs):
        if node.name in wanted and (fault := _tensor_fault(wanted[node.name], node)):
            return f"'{node.name}' {fault}"
    return None


def _other_names(side: str, wanted: Mapping[str, Tensor], found: Sequence[Node]) -> str:
    return f"its {side} are {', '.join(n.name for n in found)} instead of {', '.join(wanted)}"


def _tensor_fault(wanted: Tensor, found: Node) -> str | None:
    kind = _ONNX_TYPES.get(found.type, found.type)
    if kind != wanted.type:
        return f"is {kind} instead of {wanted.type}"
    if len(found.shape) != len(wanted.shape):
        return f"has {len(found.shape)} dimensions instead of {len(wanted.shape)}"
    for axis, (size, actual) in enumerate(zip(wanted.shape, found.shape, strict=True)):
        if isinstance(size, int) and isinstance(actual, int) and size != actual:
            return f"has {actual} instead of {size} in dimension {axis}"
        if isinstance(size, str) and isinstance(actual, int):
            return f"is fixed to {actual} in dimension {axis}, where '{size}' must vary"
    return None

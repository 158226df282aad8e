"""From a trained network to the ONNX file that ships, and back.

The networks are exported with the parameters under their ``state_dict`` names, so that a shipped
pack is also a starting point: :func:`weights_of` reads the weights back for a warm start. Constants
made from parameters are therefore not folded here; onnxruntime folds them when it loads the graph.

Large weights ship as float16 (:func:`halve_weights`) and are computed with as float32: half the
bytes, and no operator that a CPU provider lacks.

A graph with more than half a gigabyte of weights keeps them in a file beside it, ``<graph>.data``:
an ONNX file may not exceed two gigabytes, and weights of their own can be mapped into memory.
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import onnx
import onnxruntime
import onnxscript.optimizer
import torch
from onnx import TensorProto, numpy_helper
from onnxscript import ir
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

OPSET = 18
# A name or a torch.export.Dim, whose derived forms (1024 * T) have no public type.
Axis: TypeAlias = Any
# "conv.weight" becomes the float16 initializer "conv.weight.half" and a Cast whose output bears the
# old name, so no other node changes.
HALF_SUFFIX = ".half"
# Smaller tensors (biases, gains) save no bytes worth a rounding.
HALVED_FROM = 1024
DATA_SUFFIX = ".data"
DATA_FROM = 2**29  # bytes of weights
_LARGEST_HALF = float(np.finfo(np.float16).max)


def export_graph(
    module: nn.Module,
    example_inputs: Sequence[Tensor],
    path: Path,
    *,
    input_names: Sequence[str],
    output_names: Sequence[str],
    dynamic_shapes: Mapping[str, Mapping[int, Axis]] | None = None,
    halve_from: int | None = HALVED_FROM,
    data_from: int = DATA_FROM,
    translations: Mapping[Any, Any] | None = None,
) -> None:
    """Write ``module`` in evaluation mode as an ONNX file (opset 18) at ``path``.

    Args:
        module: The network; its forward takes the inputs in order, as tensors.
        example_inputs: Tensors to trace with, of size 2 or more along dynamic axes (a size of 1 may
            be taken for a constant).
        path: The file to write; its folder exists.
        input_names: Names of the graph's inputs, in forward's order.
        output_names: Names of the graph's outputs.
        dynamic_shapes: For each input with dynamic axes: axis -> name of the size, or a
            ``torch.export.Dim`` where it is a multiple.
        halve_from: Number of elements from which a weight is stored as float16; None for never.
        data_from: Bytes of weights from which they go to a file of their own beside the graph.
        translations: Operators of one's own to onnxscript functions that write their nodes.

    Raises:
        torch.onnx.OnnxExporterError: The network does what cannot be traced, or fixes an axis that
            was asked to be dynamic.
    """
    axes = dynamic_shapes or {}
    with warnings.catch_warnings():
        # The exporter's own deprecations, and its notes on axes that share a name.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module.eval(),
            tuple(example_inputs),
            input_names=list(input_names),
            output_names=list(output_names),
            dynamic_shapes=tuple(dict(axes.get(name, {})) for name in input_names),
            opset_version=OPSET,
            dynamo=True,
            optimize=False,
            verbose=False,
            custom_translation_table=dict(translations or {}),
        )
    assert program is not None  # noqa: S101 - it is None only where the old exporter writes a file
    model = program.model
    _fold_shapes(model)
    if halve_from is not None:
        halve_weights(model, halve_from)
    save_model(model, path, data_from)


def save_model(model: ir.Model, path: Path, data_from: int = DATA_FROM) -> None:
    """As :func:`save_graph`, with the weights in ``<path>.data`` if they are many.

    Args:
        model: The graph.
        path: The file to write; its folder exists.
        data_from: Bytes of weights from which they go to a file of their own.
    """
    weights = [value.const_value for value in model.graph.initializers.values()]
    if sum(weight.nbytes for weight in weights if weight is not None) < data_from:
        # What was mapped from another file (the rest of a larger form) would stay there.
        ir.external_data.load_to_model(model)
        save_graph(ir.to_proto(model), path)
    else:
        _save_with_data(model, path)


def save_graph(model: onnx.ModelProto, path: Path) -> None:
    """Check ``model`` and write it to ``path`` in one piece, without notes on where it was made."""
    _drop_notes(model)
    onnx.checker.check_model(model, full_check=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(model.SerializeToString(deterministic=True))
    partial.replace(path)


def _save_with_data(model: ir.Model, path: Path) -> None:
    """Write the weights first, so that a graph which is there is whole."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".graph-") as name:
        draft, data = Path(name) / path.name, path.name + DATA_SUFFIX
        ir.save(model, draft, external_data=data)
        proto = onnx.load(draft, load_external_data=False)
        _drop_notes(proto)
        draft.write_bytes(proto.SerializeToString(deterministic=True))
        onnx.checker.check_model(str(draft))
        (draft.parent / data).replace(path.with_name(data))
        draft.replace(path)


def halve_weights(model: ir.Model, at_least: int = HALVED_FROM) -> None:
    """Store the large float32 weights of ``model`` as float16, cast back when it runs.

    An initializer ``name`` becomes the float16 initializer ``name.half`` and a Cast node whose
    output is ``name``. Weights that float16 cannot hold (beyond 65504) stay as they are.

    Args:
        model: Any model; it is changed.
        at_least: Number of elements from which a weight is halved.
    """
    graph = model.graph
    first = graph[0]
    for name, value in list(graph.initializers.items()):
        weight = value.const_value
        if weight is None or value.dtype != ir.DataType.FLOAT or weight.size < at_least:
            continue
        if np.abs(weight.numpy()).max() > _LARGEST_HALF:
            continue
        half = ir.Value(
            name=name + HALF_SUFFIX,
            shape=value.shape,
            type=ir.TensorType(ir.DataType.FLOAT16),
            const_value=_halved(weight, name + HALF_SUFFIX),
        )
        cast = ir.node("Cast", [half], {"to": ir.DataType.FLOAT})
        graph.initializers.pop(name)
        graph.register_initializer(half)
        value.replace_all_uses_with(cast.outputs[0])
        cast.outputs[0].name = name
        graph.insert_before(first, cast)


def _halved(weight: ir.TensorProtocol, name: str) -> ir.LazyTensor:
    """Rounded when it is written, so that a large model is never held twice."""
    return ir.LazyTensor(
        lambda: ir.Tensor(weight.numpy().astype(np.float16), name=name),
        dtype=ir.DataType.FLOAT16,
        shape=ir.Shape(weight.numpy().shape),
        name=name,
    )


def weights_of(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the float weights in an ONNX file under the names they had in ``state_dict``.

    The network's own constants come with them under names of the exporter's ("val_12"); load with
    ``strict=False``. Names are those of the exported module: if that wrapped the network as
    ``self.flow``, they begin with "flow.".

    Args:
        path: A graph written by :func:`export_graph`.
    """
    weights = {}
    for initializer in onnx.load(path).graph.initializer:
        if initializer.data_type in {TensorProto.FLOAT, TensorProto.FLOAT16}:
            array = numpy_helper.to_array(initializer).astype(np.float32)
            weights[initializer.name.removesuffix(HALF_SUFFIX)] = array
    return weights


def parity(module: nn.Module, path: Path, inputs: Mapping[str, Tensor]) -> float:
    """Return the largest absolute difference between torch's and onnxruntime's outputs.

    Args:
        module: The network as exported; run in evaluation mode.
        path: Its graph.
        inputs: By the graph's input names, in forward's order.
    """
    with torch.inference_mode():
        expected = module.eval()(*inputs.values())
    outputs = [expected] if isinstance(expected, Tensor) else list(expected)
    feeds = {name: tensor.numpy() for name, tensor in inputs.items()}
    got = cpu_session(path).run(None, feeds)
    pairs = zip(outputs, got, strict=True)
    errors = [np.abs(ours.numpy() - theirs).max() for ours, theirs in pairs]
    return float(np.max(errors))  # no number, if any of them is none


def cpu_session(path: Path) -> onnxruntime.InferenceSession:
    """Open a graph for checks and for the files that are computed with it."""
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def _fold_shapes(model: onnxscript.ir.Model) -> None:
    """Fold what the exporter wrote out in many steps, leaving every parameter under its name."""
    onnxscript.optimizer.remove_unused_nodes(model)
    parameters = set(model.graph.initializers)

    def spared(node: onnxscript.ir.Node) -> bool | None:
        uses_parameter = any(value and value.name in parameters for value in node.inputs)
        return False if uses_parameter else None

    onnxscript.optimizer.fold_constants(model, should_fold=spared)
    onnxscript.optimizer.remove_unused_nodes(model)


def _drop_notes(model: onnx.ModelProto) -> None:
    """Remove the exporter's stack traces: they name files of the machine that exported."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.value_info, *graph.input, *graph.output):
        part.doc_string = ""
        del part.metadata_props[:]
    for tensor in graph.initializer:
        tensor.doc_string = ""
        del tensor.metadata_props[:]

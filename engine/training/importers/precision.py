"""Smaller forms of an exported graph, made from its file.

float16 is how weights are kept; they are computed with as float32, so no operator loses range.
int8 is computed with: matrix products take weights of eight bits and quantise what comes in as it
comes (onnxruntime's dynamic quantisation), which pays on processors with VNNI or AMX.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

import onnxscript.optimizer
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxscript import ir

from engine.training.export import DATA_SUFFIX, halve_weights, save_model

Precision = Literal["fp32", "fp16", "int8"]
_UNLIMITED = 2**40  # bytes


def settle(path: Path, precision: Precision) -> None:
    """Rewrite an exported graph for use: constants folded, weights in the wanted precision.

    Folding spares every later load the transposing of weights, and lets them be mapped into memory.

    Args:
        path: An ONNX file of float32 weights, from :func:`engine.training.export.export_graph`.
        precision: In which the weights are kept.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".settling-") as name:
        exported = Path(name) / path.name
        data = path.with_name(path.name + DATA_SUFFIX)
        if data.exists():
            data.replace(exported.with_name(data.name))
        path.replace(exported)
        model = ir.load(exported)
        onnxscript.optimizer.fold_constants(
            model, input_size_limit=_UNLIMITED, output_size_limit=_UNLIMITED
        )
        onnxscript.optimizer.remove_unused_nodes(model)
        if precision == "fp16":
            halve_weights(model)
        elif precision == "int8":
            model = _quantised(model, Path(name))
        save_model(model, path)


def _quantised(model: ir.Model, folder: Path) -> ir.Model:
    exact, rough = folder / "exact.onnx", folder / "int8.onnx"
    ir.save(model, exact, external_data=exact.name + DATA_SUFFIX)
    quantize_dynamic(
        exact,
        rough,
        op_types_to_quantize=["MatMul", "Gemm"],
        per_channel=True,
        weight_type=QuantType.QInt8,
    )
    return ir.load(rough)

"""Smaller forms of an exported graph, made from its file.

float16 is how weights are kept; they are computed with as float32, so no operator loses range.
int8 is computed with: matrix products take weights of eight bits and quantise what comes in as it
comes (onnxruntime's dynamic quantisation), which pays on processors with VNNI or AMX.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import onnxscript.optimizer
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxscript import ir

from engine.errors import LumiphoneError
from engine.training.export import DATA_SUFFIX, halve_weights, save_model

if TYPE_CHECKING:
    from engine.training.importers.proof import Proof

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
        _write(_moved(path, Path(name)), path, precision)


def settle_within(path: Path, precision: Precision, proof: Proof) -> tuple[Precision, float]:
    """Settle a graph in the wanted precision, or in full where that would cost too much.

    Args:
        path: As for :func:`settle`.
        precision: Wanted.
        proof: What the graph's network gave.

    Returns:
        The precision that it has now, and how far it is from its network; see
        :meth:`engine.training.importers.proof.Proof.check`.

    Raises:
        LumiphoneError: Even in full precision it is too far.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".settling-") as name:
        exported = _moved(path, Path(name))
        _write(exported, path, precision)
        if precision != "fp32":
            with contextlib.suppress(LumiphoneError):
                return precision, proof.check(path, precision)
            _write(exported, path, "fp32")
    return "fp32", proof.check(path, "fp32")


def _moved(path: Path, folder: Path) -> Path:
    """Move a graph, and what weights lie beside it, into a folder."""
    exported = folder / path.name
    data = path.with_name(path.name + DATA_SUFFIX)
    if data.exists():
        data.replace(exported.with_name(data.name))
    path.replace(exported)
    return exported


def _write(exported: Path, path: Path, precision: Precision) -> None:
    """Write an exported graph to ``path`` as it is used."""
    path.with_name(path.name + DATA_SUFFIX).unlink(missing_ok=True)
    model = ir.load(exported)
    onnxscript.optimizer.fold_constants(
        model, input_size_limit=_UNLIMITED, output_size_limit=_UNLIMITED
    )
    onnxscript.optimizer.remove_unused_nodes(model)
    if precision == "fp16":
        halve_weights(model)
    elif precision == "int8":
        model = _quantised(model, exported.parent)
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

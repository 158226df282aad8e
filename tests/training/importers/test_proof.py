from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from torch import nn  # noqa: E402 - after the skip

from engine.errors import LumiphoneError  # noqa: E402
from engine.training.export import export_graph  # noqa: E402
from engine.training.importers.precision import settle  # noqa: E402
from engine.training.importers.proof import Proof  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from engine.training.importers.precision import Precision

pytestmark = pytest.mark.training


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(64, 256), nn.SiLU(), nn.Linear(256, 32)).requires_grad_(
        requires_grad=False
    )


def inputs() -> dict[str, Tensor]:
    return {"x": torch.randn(2, 9, 64, generator=torch.Generator().manual_seed(2))}


def shipped(made: nn.Module, folder: Path, precision: Precision = "fp32") -> Path:
    path = folder / "mlp.onnx"
    export_graph(
        *(made, [torch.randn(2, 5, 64)], path),
        input_names=["x"],
        output_names=["y"],
        dynamic_shapes={"x": {0: "B", 1: "T"}},
        halve_from=None,
    )
    settle(path, precision)
    return path


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
def test_a_graph_that_computes_what_its_network_did_passes(
    tmp_path: Path, precision: Precision
) -> None:
    proof = Proof.of(network(), inputs())
    path = shipped(network(), tmp_path, precision)
    assert 0 <= proof.check(path, precision) < 0.05


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
def test_a_graph_of_other_weights_is_an_error(tmp_path: Path, precision: Precision) -> None:
    other = network()
    other.state_dict()["2.weight"].mul_(1.2)
    path = shipped(other, tmp_path, precision)
    with pytest.raises(LumiphoneError, match=r"mlp\.onnx differs from torch by 0\.") as error:
        Proof.of(network(), inputs()).check(path, precision)
    assert ("--precision fp32" in error.value.remedy) == (precision != "fp32")


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_weights_that_give_no_numbers_are_refused(tmp_path: Path, precision: Precision) -> None:
    broken = network()
    broken.state_dict()["0.bias"][3] = float("nan")
    path = shipped(broken, tmp_path, precision)
    with pytest.raises(LumiphoneError, match="differs from torch by nan"):
        Proof.of(broken, inputs()).check(path, precision)

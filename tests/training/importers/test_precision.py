from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from onnxscript import ir  # noqa: E402 - after the skip
from torch import nn  # noqa: E402

from engine.training.export import DATA_FROM, export_graph, parity  # noqa: E402
from engine.training.importers.precision import settle, settle_within  # noqa: E402
from engine.training.importers.proof import DIVERGENCES, Proof  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

    from engine.training.importers.precision import Precision

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(64, 256), nn.SiLU(), nn.Linear(256, 32))


def export(network: nn.Module, folder: Path, data_from: int = DATA_FROM) -> Path:
    """Write the network as it comes from torch, its weights beside it if they are many."""
    path = folder / "mlp.onnx"
    export_graph(
        network,
        [torch.randn(2, 5, 64)],
        path,
        input_names=["x"],
        output_names=["y"],
        dynamic_shapes={"x": {0: "B", 1: "T"}},
        halve_from=None,
        data_from=data_from,
    )
    return path


@pytest.fixture(scope="module")
def exported(network: nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(network, tmp_path_factory.mktemp("graphs"))


@pytest.mark.parametrize(
    ("precision", "share", "errors"),
    [("fp32", 1.0, (-1.0, 1e-6)), ("fp16", 0.5, (1e-5, 2e-3)), ("int8", 0.25, (1e-3, 5e-2))],
)
def test_smaller_forms_cost_what_they_must(  # noqa: PLR0917 - fixtures
    network: nn.Module,
    exported: Path,
    tmp_path: Path,
    precision: Precision,
    share: float,
    errors: tuple[float, float],
) -> None:
    path = tmp_path / exported.name
    shutil.copy(exported, path)
    settle(path, precision)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.stat().st_size == pytest.approx(share * exported.stat().st_size, rel=0.2)
    divergence = Proof.of(network, {"x": torch.randn(2, 9, 64)}).divergence(path)
    assert errors[0] < divergence < errors[1]


def test_settled_weights_need_no_turning_at_load(exported: Path, tmp_path: Path) -> None:
    path = tmp_path / exported.name
    shutil.copy(exported, path)
    settle(path, "fp32")
    weights = {value.name for value in ir.load(path).graph.initializers.values()}
    turned = [node.inputs[0] for node in ir.load(path).graph if node.op_type == "Transpose"]
    assert not weights & {value.name for value in turned if value}


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
def test_weights_that_lay_in_a_file_of_their_own_come_into_the_graph_if_they_are_few(
    network: nn.Module, precision: Precision, tmp_path: Path
) -> None:
    path = export(network, tmp_path, data_from=1)
    assert (tmp_path / "mlp.onnx.data").exists()

    settle(path, precision)

    assert [file.name for file in tmp_path.iterdir()] == ["mlp.onnx"]
    assert parity(network, path, {"x": torch.randn(2, 9, 64)}) < 0.1


@pytest.mark.parametrize("data_from", [1, DATA_FROM])
@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_a_graph_that_a_smaller_form_changes_too_much_keeps_full_precision(
    network: nn.Module,
    precision: Precision,
    data_from: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = export(network, tmp_path, data_from)
    proof = Proof.of(network, {"x": torch.randn(2, 9, 64)})
    monkeypatch.setitem(DIVERGENCES, precision, 1e-9)

    kept, error = settle_within(path, precision, proof)

    assert kept == "fp32"
    assert error < 1e-5
    assert [file.name for file in tmp_path.iterdir()] == ["mlp.onnx"]


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
def test_a_graph_that_a_smaller_form_changes_little_takes_it(
    network: nn.Module, precision: Precision, tmp_path: Path
) -> None:
    path = export(network, tmp_path)
    proof = Proof.of(network, {"x": torch.randn(2, 9, 64)})
    assert settle_within(path, precision, proof)[0] == precision

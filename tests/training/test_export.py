from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from onnxscript import ir  # noqa: E402 - after the skip
from torch import Tensor, nn  # noqa: E402

from engine.training.export import (  # noqa: E402
    DATA_FROM,
    export_graph,
    halve_weights,
    parity,
    weights_of,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.training


class Smoother(nn.Module):
    """One layer of each kind whose parameters an optimizing exporter would fold away."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(8, 32, 3, padding=1)
        self.norm = nn.BatchNorm1d(32)
        self.mix = nn.Linear(32, 64)
        self.head = nn.Linear(64, 8, bias=False)

    def forward(self, signal: Tensor, time: Tensor) -> Tensor:
        hidden = torch.relu(self.norm(self.conv(signal)))
        out: Tensor = self.head(torch.relu(self.mix(hidden.mT)))
        return out + time[:, None, None]


class FixedLength(nn.Module):
    """A table of 16 positions, so only signals of 16 fit."""

    def __init__(self) -> None:
        super().__init__()
        self.positions = nn.Parameter(torch.ones(16))

    def forward(self, signal: Tensor) -> Tensor:
        return signal + self.positions


def smoother(seed: int = 0) -> Smoother:
    torch.manual_seed(seed)
    network = Smoother()
    with torch.no_grad():
        for name, buffer in network.norm.named_buffers():
            if name.startswith("running"):
                buffer.uniform_(0.5, 2.0)
    return network.eval()


def export(
    network: Smoother, path: Path, halve_from: int | None, data_from: int = DATA_FROM
) -> None:
    export_graph(
        network,
        (torch.randn(2, 8, 16), torch.rand(2)),
        path,
        input_names=["signal", "time"],
        output_names=["out"],
        dynamic_shapes={"signal": {0: "B", 2: "T"}, "time": {0: "B"}},
        halve_from=halve_from,
        data_from=data_from,
    )


def inputs(batch: int, length: int) -> dict[str, Tensor]:
    return {"signal": torch.randn(batch, 8, length), "time": torch.rand(batch)}


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graphs")
    export(smoother(), folder / "full.onnx", None)
    export(smoother(), folder / "half.onnx", 1024)
    return folder


@pytest.mark.parametrize(("batch", "length"), [(1, 1), (2, 16), (3, 41)])
def test_the_graph_computes_what_the_network_does_at_any_size(
    graphs: Path, batch: int, length: int
) -> None:
    assert parity(smoother(), graphs / "full.onnx", inputs(batch, length)) < 1e-5


def test_halved_weights_cost_little_precision_and_half_the_bytes(graphs: Path) -> None:
    error = parity(smoother(), graphs / "half.onnx", inputs(2, 30))
    assert 0 < error < 1e-2
    big = {"mix.weight": 32 * 64}  # the only weight of 1024 elements or more
    saved = (graphs / "full.onnx").stat().st_size - (graphs / "half.onnx").stat().st_size
    assert saved == pytest.approx(2 * sum(big.values()), abs=200)


@pytest.mark.parametrize("name", ["full.onnx", "half.onnx"])
def test_weights_read_back_restart_the_same_network(graphs: Path, name: str) -> None:
    fresh = smoother(seed=1)
    weights = {key: torch.from_numpy(value) for key, value in weights_of(graphs / name).items()}
    report = fresh.load_state_dict(weights, strict=False)
    assert not set(report.missing_keys) - {"norm.num_batches_tracked"}
    assert parity(fresh, graphs / name, inputs(2, 20)) < 1e-5


def test_the_file_names_no_place_on_the_machine_it_was_made_on(graphs: Path) -> None:
    data = (graphs / "full.onnx").read_bytes()
    assert b".py" not in data
    assert b"stack_trace" not in data


def test_a_weight_that_float16_cannot_hold_stays_float32() -> None:
    array = np.full(2000, 1e6, np.float32)
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Identity", ["weight"], ["out"])],
        "huge",
        [],
        [onnx.helper.make_tensor_value_info("out", onnx.TensorProto.FLOAT, [2000])],
        [onnx.numpy_helper.from_array(array, "weight")],
    )
    model = ir.from_proto(onnx.helper.make_model(graph))
    halve_weights(model)
    assert list(model.graph.initializers) == ["weight"]


@pytest.mark.parametrize("halve_from", [None, 1024])
def test_large_weights_lie_in_a_file_of_their_own(tmp_path: Path, halve_from: int | None) -> None:
    path = tmp_path / "large.onnx"
    export(smoother(), path, halve_from, data_from=1024)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["large.onnx", "large.onnx.data"]
    assert parity(smoother(), path, inputs(2, 30)) < 1e-2
    assert b".py" not in path.read_bytes()
    weights = {key: torch.from_numpy(value) for key, value in weights_of(path).items()}
    assert not set(smoother().state_dict()) - set(weights) - {"norm.num_batches_tracked"}


def test_an_axis_fixed_by_the_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(torch.onnx.OnnxExporterError, match="static shape of 16"):
        export_graph(
            FixedLength(),
            (torch.randn(2, 16),),
            tmp_path / "fixed.onnx",
            input_names=["signal"],
            output_names=["out"],
            dynamic_shapes={"signal": {0: "B", 1: "T"}},
        )
    assert list(tmp_path.iterdir()) == []

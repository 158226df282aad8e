import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from engine.codec import decode
from engine.packs.stages import MotionStage
from engine.training.motion.export import OUTPUTS, export
from engine.training.motion.network import CONTEXT
from engine.training.motion.stage import motion_stage
from engine.training.motion.train import new_network
from engine.training.scenes.scene import KINDS
from engine.training.warm_start import load_weights

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(2)
    path = tmp_path_factory.mktemp("export") / "motion.onnx"
    export(new_network().eval(), path)
    return path


def _run(graph: Path, frames: np.ndarray) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    return list(session.run(list(OUTPUTS), {"frames": frames}))


@pytest.mark.parametrize("count", [1, 2, 77])
def test_the_graph_takes_any_number_of_pictures(graph: Path, count: int) -> None:
    frames = np.random.default_rng(0).random((1, count, 64, 64), dtype=np.float32)

    events, strengths, offsets, curves = _run(graph, frames)

    assert events.shape == (1, count, 3)
    assert strengths.shape == offsets.shape == (1, count)
    assert curves.shape == (1, count, 2)
    assert events.min() >= 0
    assert events.sum(2).max() <= 1 + 1e-5


def test_chunks_with_context_equal_one_run(graph: Path) -> None:
    frames = np.random.default_rng(1).random((1, 120, 64, 64), dtype=np.float32)
    whole = _run(graph, frames)

    chunk = _run(graph, frames[:, 40 - CONTEXT : 70 + CONTEXT])

    for one, other in zip(whole, chunk, strict=True):
        np.testing.assert_allclose(one[:, 40:70], other[:, CONTEXT : CONTEXT + 30], atol=2e-4)


def test_a_shipped_graph_is_a_starting_point_for_training(graph: Path) -> None:
    torch.manual_seed(2)
    exported, network = new_network(), new_network()

    load_weights(network, graph)

    for name, weight in exported.state_dict().items():
        # Stored as float16.
        torch.testing.assert_close(network.state_dict()[name], weight, rtol=1e-3, atol=1e-4)


def test_what_the_pack_is_told_can_be_read_as_a_motion_stage() -> None:
    stage = motion_stage()

    assert decode(MotionStage, json.loads(json.dumps(asdict(stage)))) == stage
    assert [kind.name for kind in stage.kinds] == list(KINDS)
    assert stage.context == CONTEXT

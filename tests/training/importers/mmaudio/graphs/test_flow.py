from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from onnxscript import ir  # noqa: E402 - after the skip

from engine.inference.sampler import FlowSampler  # noqa: E402
from engine.training.export import cpu_session  # noqa: E402
from engine.training.importers.mmaudio.graphs.flow import (  # noqa: E402
    CONDITION_INPUTS,
    PREPARED,
    export_conditions,
    export_nulls,
    export_velocity,
)
from engine.training.importers.mmaudio.variants import GUIDANCE, STEPS  # noqa: E402
from engine.training.importers.precision import settle  # noqa: E402
from tests.training.importers.mmaudio.golden_flow import (  # noqa: E402
    FIRST,
    RUNS,
    SECOND,
    Case,
    golden,
)

if TYPE_CHECKING:
    from pathlib import Path

    from engine.inference.arrays import Floats

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder with the three graphs for each generation."""
    folders = {}
    for case in (FIRST, SECOND):
        folder = folders[case.variant.name] = tmp_path_factory.mktemp(case.name)
        parts = case.parts()
        conditions, velocity = folder / "conditions.onnx", folder / "velocity.onnx"
        assert export_conditions(parts.conditions, case.config, conditions).error(conditions) < 1e-4
        export_nulls(parts.nulls, folder / "nulls.onnx")
        assert export_velocity(parts.flow, case.config, velocity).error(velocity) < 1e-4
    return folders


def prepared(case: Case, folder: Path) -> dict[str, Floats]:
    """The conditions of the guided and of the empty branch, ready for the steps."""
    given = {name: tensor.numpy() for name, tensor in case.inputs().items()}
    nulls = dict(
        zip(CONDITION_INPUTS, cpu_session(folder / "nulls.onnx").run(None, {}), strict=True)
    )
    empty = {
        "clip": np.broadcast_to(nulls["clip"], given["clip"].shape),
        "sync": np.broadcast_to(nulls["sync"], given["sync"].shape),
        "text": given["negative"],
    }
    feeds = {name: np.concatenate([given[name], empty[name]]) for name in CONDITION_INPUTS}
    return dict(
        zip(PREPARED, cpu_session(folder / "conditions.onnx").run(None, feeds), strict=True)
    )


@pytest.mark.parametrize("case", RUNS, ids=lambda case: case.name)
def test_a_whole_run_with_guidance_is_the_original_one(graphs: dict[str, Path], case: Case) -> None:
    folder = graphs[case.variant.name]
    step, conditions = cpu_session(folder / "velocity.onnx"), prepared(case, folder)
    weights = np.array([GUIDANCE, 1 - GUIDANCE], np.float32)

    def velocity(latent: Floats, time: float) -> Floats:
        feeds = {"latent": latent[None], "time": np.array([time], np.float32), **conditions}
        guided: Floats = np.tensordot(weights, step.run(None, feeds)[0], axes=1)
        return guided

    made = FlowSampler("euler", STEPS).sample(velocity, case.inputs()["latent"][0].numpy())
    statistics = case.parts().statistics
    latent = made * statistics.latent_std[0].numpy() + statistics.latent_mean[0].numpy()
    np.testing.assert_allclose(latent, golden(f"{case.name}/run"), atol=1e-4)


def test_each_branch_has_the_velocity_that_it_has_alone(graphs: dict[str, Path]) -> None:
    folder = graphs[FIRST.variant.name]
    step, conditions = cpu_session(folder / "velocity.onnx"), prepared(FIRST, folder)
    shared = {
        "latent": FIRST.inputs()["latent"].numpy(),
        "time": np.array([0.5], np.float32),
    }
    (both,) = step.run(None, shared | conditions)
    for branch in range(2):
        alone = {name: value[branch : branch + 1] for name, value in conditions.items()}
        np.testing.assert_allclose(step.run(None, shared | alone)[0][0], both[branch], atol=1e-5)


def test_learned_nulls_are_the_checkpoint_s(graphs: dict[str, Path]) -> None:
    nulls = FIRST.parts().nulls
    clip, sync, text = cpu_session(graphs[FIRST.variant.name] / "nulls.onnx").run(None, {})
    np.testing.assert_array_equal(clip[0], nulls.empty_clip_feat.numpy())
    np.testing.assert_array_equal(sync[0], nulls.empty_sync_feat.numpy())
    np.testing.assert_array_equal(text[0], nulls.empty_string_feat.numpy())


def test_settled_filters_lie_apart_so_that_they_are_in_memory_once(
    graphs: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "velocity.onnx"
    shutil.copy(graphs[FIRST.variant.name] / path.name, path)
    settle(path, "fp32")
    graph = ir.load(path).graph
    cut = {
        value.name
        for node in graph
        if node.op_type in {"Gather", "Split", "Slice", "Transpose"}
        for value in node.inputs[:1]
        if value and value.const_value is not None and value.const_value.size > 1024
    }
    assert not cut

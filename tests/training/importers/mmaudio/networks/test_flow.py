import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from hypothesis import given, settings  # noqa: E402 - after the skip
from hypothesis import strategies as st  # noqa: E402
from torch import Tensor  # noqa: E402 - after the skip
from torch.nn import functional as F  # noqa: E402

from engine.training.importers.mmaudio.networks.flow import nearest_points  # noqa: E402
from engine.training.importers.mmaudio.networks.flow_config import FlowConfig  # noqa: E402
from engine.training.importers.mmaudio.networks.flow_weights import (  # noqa: E402
    flow_shapes,
    load_flow,
)
from engine.training.importers.mmaudio.networks.rotary import (  # noqa: E402
    pairs_apart,
    rotary_angles,
    rotate,
)
from engine.training.importers.mmaudio.variants import VARIANTS  # noqa: E402
from tests.training.importers.mmaudio.golden_flow import (  # noqa: E402
    CASES,
    TIME,
    TRUE_SIZE,
    Case,
    golden,
)
from tests.training.importers.mmaudio.seeded import seeded_state  # noqa: E402

pytestmark = pytest.mark.training

TINY = FlowConfig(4, heads=1, joint_blocks=1, fused_blocks=1)


@pytest.mark.parametrize("case", [*CASES, TRUE_SIZE], ids=lambda case: case.name)
def test_the_velocity_is_the_original_one(case: Case) -> None:
    parts, given = case.parts(), case.inputs()
    with torch.inference_mode():
        prepared = parts.conditions(given["clip"], given["sync"], given["text"])
        velocity = parts.flow(given["latent"], torch.tensor([TIME]), *prepared)
    np.testing.assert_allclose(velocity[0].numpy(), golden(f"{case.name}/velocity"), atol=2e-5)


def test_the_published_models_hold_what_is_known_of_them() -> None:
    facts = {  # tensors, millions of parameters
        "small_16k": (251, 157.3),
        "small_44k": (251, 157.4),
        "medium_44k": (251, 621.8),
        "large_44k": (416, 1030.0),
        "large_44k_v2": (416, 1030.6),
    }
    for name, (tensors, millions) in facts.items():
        shapes = flow_shapes(VARIANTS[name].flow)
        assert len(shapes) == tensors
        assert sum(np.prod(shape) for shape in shapes.values()) / 1e6 == pytest.approx(
            millions, abs=0.06
        )


@settings(max_examples=200, deadline=None)
@given(points=st.integers(1, 800), latents=st.integers(1, 1400))
def test_every_latent_follows_the_sync_point_that_torch_calls_nearest(
    points: int, latents: int
) -> None:
    numbers = torch.arange(points, dtype=torch.float32)
    spread = F.interpolate(numbers[None, None], size=latents, mode="nearest-exact")[0, 0]
    assert torch.equal(nearest_points(points, latents, numbers.device), spread.long())


def test_pairs_moved_apart_turn_as_neighbours_would() -> None:
    generator = torch.Generator().manual_seed(0)
    query, key = torch.randn(2, 8, generator=generator)
    angles = rotary_angles(torch.arange(6.0), 8)

    def neighbours(row: Tensor) -> Tensor:
        turns = torch.polar(torch.ones_like(angles), angles)
        turned: Tensor = torch.view_as_real(torch.view_as_complex(row.view(4, 2)) * turns)
        return turned.flatten(1)

    def halves(row: Tensor) -> Tensor:
        return rotate(pairs_apart(row, 8).expand(6, 8), (angles.cos(), angles.sin()))

    expected = neighbours(query) @ neighbours(key).T
    torch.testing.assert_close(halves(query) @ halves(key).T, expected)


def test_tables_that_older_checkpoints_hold_are_no_weights() -> None:
    state = seeded_state(flow_shapes(TINY), 0)
    state["latent_rot"] = state["clip_rot"] = state["t_embed.freqs"] = torch.zeros(3)
    parts = load_flow(TINY, state)
    assert torch.equal(parts.statistics.latent_mean, state["latent_mean"])


def test_no_tensor_may_be_missing_unknown_or_of_another_shape() -> None:
    state = seeded_state(flow_shapes(TINY), 0)
    short = {name: tensor for name, tensor in state.items() if name != "final_layer.conv.bias"}
    with pytest.raises(KeyError, match=r"final_layer\.conv\.bias"):
        load_flow(TINY, short)
    with pytest.raises(ValueError, match=r"unknown tensors: extra\.weight"):
        load_flow(TINY, state | {"extra.weight": torch.zeros(2)})
    with pytest.raises(ValueError, match=r"size mismatch for final_layer\.conv\.bias"):
        load_flow(TINY, state | {"final_layer.conv.bias": torch.zeros(5)})

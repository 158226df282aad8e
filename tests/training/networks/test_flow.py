import pytest

torch = pytest.importorskip("torch")

from torch import Tensor  # noqa: E402 - after the check for torch

from engine.training.networks.flow import (  # noqa: E402 - after the check for torch
    Flow,
    FlowConfig,
    rotary_angles,
    rotate,
)

pytestmark = pytest.mark.training

SMALL = FlowConfig(
    latent_channels=6, text_channels=8, width=32, heads=4, blocks=2, modulation_rank=8
)


def shaken(config: FlowConfig) -> Flow:
    """A network whose zero-initialised gates are open."""
    torch.manual_seed(0)
    network = Flow(config).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return network


def inputs(frames: int = 12) -> list[Tensor]:
    generator = torch.Generator().manual_seed(3)
    return [
        torch.randn(2, frames, 6, generator=generator),
        torch.rand(2, generator=generator),
        torch.randn(2, 8, generator=generator),
        torch.rand(2, 2 * frames, 4, generator=generator),
        torch.eye(3)[:2],
    ]


def test_the_velocity_has_the_shape_of_the_latent_and_starts_at_zero() -> None:
    velocity = Flow(SMALL)(*inputs())
    assert velocity.shape == (2, 12, 6)
    assert not velocity.any()


@pytest.mark.parametrize("which", [0, 1, 2, 3, 4], ids=["latent", "time", "text", "cues", "stem"])
def test_every_input_matters(which: int) -> None:
    network = shaken(SMALL)
    before = inputs()
    after = [tensor.clone() for tensor in before]
    after[which] = after[which] * 0.5
    with torch.no_grad():
        assert not torch.allclose(network(*before), network(*after), atol=1e-4)


def test_clips_of_a_batch_do_not_touch_each_other() -> None:
    network = shaken(SMALL)
    together = inputs()
    with torch.no_grad():
        both = network(*together)
        alone = network(*(tensor[1:] for tensor in together))
    assert torch.allclose(both[1:], alone, atol=1e-5)


def test_rotary_products_depend_on_distance_alone() -> None:
    cosines, sines = rotary_angles(20, 8, torch.device("cpu"))
    generator = torch.Generator().manual_seed(0)
    query, key = torch.randn(2, 8, generator=generator)
    rows = rotate(query.expand(1, 1, 20, 8), cosines, sines)[0, 0]
    columns = rotate(key.expand(1, 1, 20, 8), cosines, sines)[0, 0]
    products = rows @ columns.T
    assert torch.allclose(products[3, 5], products[11, 13], atol=1e-5)
    assert not torch.allclose(products[3, 5], products[3, 9], atol=1e-3)

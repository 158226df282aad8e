from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch")

from engine.training.autoencoder.adversary import (  # noqa: E402 - after the check for torch
    Adversary,
    Balance,
    apart,
)

if TYPE_CHECKING:
    from torch import Tensor, nn

pytestmark = pytest.mark.training
CPU = torch.device("cpu")


def noise(seed: int, count: int = 4) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    sound: Tensor = 0.1 * torch.randn(count, 4096, generator=generator)
    return sound


def hum(count: int) -> Tensor:
    """Repeats every 256 samples."""
    return noise(9, count)[:, :256].repeat(1, 16)


def test_it_learns_to_tell_a_hum_from_noise_and_pulls_away_from_the_hum() -> None:
    torch.manual_seed(0)
    adversary = Adversary(CPU, 1e-3, (512,))
    for step in range(40):
        gradient, figures = adversary.judge(hum(8), noise(step))
    assert figures["told"] > 0.9
    assert gradient.shape == (8, 4096)
    with torch.no_grad():
        moved = hum(8) - 0.01 * gradient / gradient.abs().max()
        before, after = (adversary.network(sound)[0][0].mean() for sound in (hum(8), moved))
    assert after > before


def test_it_compares_each_output_with_its_own_recording() -> None:
    """Levels of loudness and colour differ from pair to pair; within a pair only the hum tells."""
    torch.manual_seed(0)
    adversary = Adversary(CPU, 1e-3, (512,))
    for step in range(60):
        colours = torch.linspace(0.0, 0.9, 4).unsqueeze(1)
        recordings = noise(step)
        recordings = recordings - colours * recordings.roll(1, dims=1)
        made = torch.cat([recordings, recordings])
        _gradient, figures = adversary.judge(made + 0.02 * hum(8), recordings)
    assert figures["told"] > 0.8


def test_it_goes_on_where_it_was_saved() -> None:
    torch.manual_seed(0)
    first, second = Adversary(CPU, 1e-3, (512,)), Adversary(CPU, 1e-3, (512,))
    for step in range(3):
        first.judge(hum(8), noise(step))
    second.resume(copy.deepcopy(first.state()))
    one, other = (each.judge(hum(8), noise(5)) for each in (first, second))
    assert torch.equal(one[0], other[0])
    one, other = (each.judge(hum(8), noise(6)) for each in (first, second))
    assert torch.equal(one[0], other[0])


def test_each_step_is_of_gradients_that_the_processes_share() -> None:
    seen: list[nn.Module] = []
    adversary = Adversary(CPU, 1e-3, (512,), average_gradients=seen.append)
    adversary.judge(hum(8), noise(1))
    assert seen == [adversary.network]


def test_features_are_nearest_as_another_draw_of_the_same_chance() -> None:
    target, first, second = noise(1), noise(2), noise(3)
    other_draws, _ = apart(torch.cat([first, second, target]))
    one_draw_twice, _ = apart(torch.cat([first, first, target]))
    assert other_draws < one_draw_twice
    assert apart(torch.cat([target, target, target]))[0] == 0


def test_the_distance_of_features_has_the_gradient_of_its_definition() -> None:
    layer = torch.cat([noise(1), noise(2), noise(3)]).requires_grad_()
    distance, made = apart(layer)
    first, second, target = layer.chunk(3)
    near = (first - target).abs().mean() + (second - target).abs().mean()
    value = (near - (first - second).abs().mean()) / target.detach().abs().mean()
    (expected,) = torch.autograd.grad(value, layer)
    outputs = slice(0, 8)
    assert torch.allclose(distance, value)
    assert torch.allclose(made[outputs], expected[outputs], atol=1e-7)
    assert not made[8:].any()


def test_gradients_come_in_given_shares_of_the_first_one_s_size() -> None:
    first, second = torch.tensor([3.0, 0.0]), torch.tensor([0.0, 100.0])
    balance = Balance()
    assert balance((first, 1.0), (second, 2.0)).tolist() == pytest.approx([3.0, 6.0])
    # One outlier is an outlier: it is measured against the running size.
    assert float(balance((first, 1.0), (10 * second, 2.0))[1]) == pytest.approx(55.0, rel=0.01)


def test_nothing_to_hold_against_an_output_pulls_nowhere() -> None:
    balance = Balance()
    assert balance((torch.ones(2), 1.0), (torch.zeros(2), 2.0)).tolist() == [1.0, 1.0]

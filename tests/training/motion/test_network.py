import pytest
import torch

from engine.training.motion.losses import losses
from engine.training.motion.network import CONTEXT, MotionEncoder, stack

pytestmark = pytest.mark.training


def _network() -> MotionEncoder:
    torch.manual_seed(0)
    return MotionEncoder(3, 2).eval()


def test_it_answers_for_every_picture_within_its_ranges() -> None:
    event, kind, strength, offset, curves = _network()(torch.rand(2, 7, 64, 64))

    assert event.shape == strength.shape == offset.shape == (2, 7)
    assert kind.shape == (2, 7, 3)
    assert curves.shape == (2, 7, 2)
    assert 0 <= strength.min() <= strength.max() <= 1
    assert offset.abs().max() <= 0.5


def test_an_answer_depends_on_the_stated_context_and_no_more() -> None:
    network, frames = _network(), torch.rand(1, 2 * CONTEXT + 21, 64, 64)
    middle = CONTEXT + 10
    with torch.inference_mode():
        whole = network(frames)[0][0, middle]
        cut = frames[:, middle - CONTEXT : middle + CONTEXT + 1]
        alone = network(cut)[0][0, CONTEXT]
        short = network(cut[:, 1:-1])[0][0, CONTEXT - 1]

    assert alone.item() == pytest.approx(whole.item(), abs=1e-5)
    assert short.item() != pytest.approx(whole.item(), abs=1e-9)


def test_it_does_not_see_exposure() -> None:
    frames = torch.rand(1, 6, 64, 64)

    half, full = stack(frames * 0.5), stack(frames)

    # All but the small constant that keeps black pictures from being blown up.
    assert (half - full).abs().mean() < 0.12 * full.abs().mean()


def test_a_black_clip_gives_finite_answers() -> None:
    answers = _network()(torch.zeros(1, 5, 64, 64))

    assert all(torch.isfinite(answer).all() for answer in answers)


def test_right_answers_cost_less_than_wrong_ones() -> None:
    event = torch.zeros(1, 9)
    event[0, 4] = 1
    kind = torch.zeros(1, 9, 3)
    kind[0, 4, 1] = 1
    flat = torch.full((1, 9), 0.3)
    curves = torch.rand(1, 9, 2)
    truth = (event, kind, flat, flat, curves)
    right = losses(((event - 0.5) * 20, kind * 20, flat, flat, torch.logit(curves)), truth)
    wrong = losses(((0.5 - event) * 20, -kind * 20, 1 - flat, -flat, -torch.logit(curves)), truth)

    assert all(one < other for one, other in zip(right, wrong, strict=True))


def test_it_is_small() -> None:
    assert sum(weight.numel() for weight in _network().parameters()) < 1_500_000

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.errors import CancelledError, InferenceError
from engine.inference.sampler import FlowSampler

if TYPE_CHECKING:
    from engine.inference.arrays import Floats
    from engine.packs.manifest import Method

START = np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)


def growth(latent: Floats, time: float) -> Floats:
    """Return 2 x t, whose solution from x0 is x0 e at t = 1."""
    return latent * np.float32(2 * time)


def error_of(method: Method, steps: int) -> float:
    exact = START * np.e
    return float(np.abs(FlowSampler(method, steps).sample(growth, START) - exact).max())


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("heun", 2), ("multistep", 2)])
def test_twice_the_steps_divide_the_error_by_two_to_the_order(method: Method, order: int) -> None:
    errors = [error_of(method, steps) for steps in (16, 32, 64)]
    measured = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    np.testing.assert_allclose(measured, order, atol=0.25)


@pytest.mark.parametrize("method", ["euler", "heun", "multistep"])
@pytest.mark.parametrize("steps", [1, 7])
def test_a_straight_flow_is_followed_exactly(method: Method, steps: int) -> None:
    goal = np.ones_like(START)
    end = FlowSampler(method, steps).sample(lambda _x, _t: goal - START, START)
    np.testing.assert_allclose(end, goal, atol=1e-6)


@pytest.mark.parametrize(
    ("method", "times"), [("euler", [0, 0.5]), ("heun", [0, 0.5, 0.5, 1]), ("multistep", [0, 0.5])]
)
def test_the_velocity_is_asked_at_the_methods_times(method: Method, times: list[float]) -> None:
    asked: list[float] = []

    def velocity(latent: Floats, time: float) -> Floats:
        asked.append(time)
        return latent

    FlowSampler(method, 2).sample(velocity, START)
    assert asked == times


@pytest.mark.parametrize("shift", [0.5, 1.0, 4.0])
def test_a_shift_makes_the_first_steps_smaller_and_the_last_ones_larger(shift: float) -> None:
    times = FlowSampler("euler", 1000, shift).times()
    sizes = np.diff(times)
    assert (times[0], times[-1], len(times)) == (0.0, 1.0, 1001)
    assert sizes[0] * 1000 == pytest.approx(1 / shift, rel=0.01)
    assert sizes[-1] * 1000 == pytest.approx(shift, rel=0.01)


def test_steps_of_unequal_size_keep_the_order_of_the_multistep_method() -> None:
    exact = START * np.e
    errors = [
        float(np.abs(FlowSampler("multistep", steps, 3.0).sample(growth, START) - exact).max())
        for steps in (64, 128)
    ]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.3)


def test_the_noise_is_left_as_it_was() -> None:
    before = START.copy()
    FlowSampler("euler", 3).sample(growth, START)
    np.testing.assert_array_equal(START, before)


def test_every_step_is_told() -> None:
    told: list[tuple[int, int]] = []
    FlowSampler("heun", 3).sample(growth, START, lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("method", ["euler", "heun", "multistep"])
def test_cancelling_acts_before_the_next_evaluation(method: Method) -> None:
    evaluations = 0

    def velocity(latent: Floats, _time: float) -> Floats:
        nonlocal evaluations
        evaluations += 1
        return latent

    with pytest.raises(CancelledError):
        FlowSampler(method, 50).sample(velocity, START, cancelled=lambda: evaluations == 3)
    assert evaluations == 3


def test_values_that_are_no_numbers_are_reported() -> None:
    with pytest.raises(InferenceError, match="no numbers") as error:
        FlowSampler("euler", 2).sample(lambda x, _t: x * np.float32(np.nan), START)
    assert "guidance" in error.value.remedy

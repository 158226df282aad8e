import itertools

import numpy as np
import pytest

from engine.training.scenes.gait import Stride, walk
from engine.training.scenes.scene import GRID, Set

TIMES = (np.arange(3 * GRID) / GRID).astype(np.float32)


def _stride() -> Stride:
    return Stride((0.9 * TIMES).astype(np.float32), 0.4, 0.5, 0.1)


def test_a_foot_strikes_once_a_stride_when_its_swing_ends() -> None:
    strikes = _stride().strikes(TIMES, 0.0)

    assert strikes == pytest.approx([0.4 / 0.9, 1.4 / 0.9, 2.4 / 0.9], abs=1 / GRID)


def test_the_foot_is_on_the_ground_and_stands_still_until_it_is_lifted_again() -> None:
    stride = _stride()
    ahead, lifted = stride.foot(0.0)

    for seconds in stride.strikes(TIMES, 0.0):
        stands = slice(int(seconds * GRID) + 1, int((seconds + 0.5) * GRID))
        assert np.ptp(ahead[stands]) == pytest.approx(0, abs=1e-5)
        assert lifted[stands].max() == pytest.approx(0, abs=1e-5)
        before = int((seconds - 0.1) * GRID)
        assert lifted[before] > 0.01


def test_the_two_feet_strike_in_turns() -> None:
    stride = _stride()

    both = sorted(
        [(seconds, "left") for seconds in stride.strikes(TIMES, 0.0)]
        + [(seconds, "right") for seconds in stride.strikes(TIMES, 0.5)]
    )

    sides = [side for _, side in both]
    assert all(one != other for one, other in itertools.pairwise(sides))


def test_a_walker_makes_footsteps_and_nothing_else() -> None:
    scene = walk(Set(np.random.default_rng(1), 4.0, 16 / 9))

    assert {contact.kind for contact in scene.contacts} == {"footstep"}

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.training.scenes.falling import bounce, collide, flight
from engine.training.scenes.scene import GRID, Set


def _stage(seed: int) -> Set:
    return Set(np.random.default_rng(seed), 4.0, 16 / 9)


def test_a_dropped_thing_lands_when_galileo_says() -> None:
    times = (np.arange(4 * GRID) / GRID).astype(np.float32)

    _, contacts = flight(times, 0.5, 1.0, 0.0, 8.0, 0.5)

    assert contacts[0][0] == pytest.approx(0.5 + 0.5)
    assert contacts[0][1] == pytest.approx(4.0)
    assert contacts[1][0] == pytest.approx(1.0 + 2 * 2.0 / 8.0)


@settings(max_examples=40, deadline=None)
@given(
    height=st.floats(0.1, 2),
    gravity=st.floats(1, 20),
    restitution=st.floats(0, 0.95),
    velocity=st.floats(-1, 2),
)
def test_it_touches_the_floor_at_its_contacts_and_is_never_below(
    height: float, gravity: float, restitution: float, velocity: float
) -> None:
    times = (np.arange(4 * GRID) / GRID).astype(np.float32)

    above, contacts = flight(times, 0.2, height, velocity, gravity, restitution)

    assert above.min() >= -1e-4
    for seconds, speed in contacts:
        place = min(int(seconds * GRID), len(above) - 1)
        assert above[place] <= (speed + gravity / GRID) / GRID + 1e-3


def test_a_bounce_is_weaker_than_the_one_before() -> None:
    scene = bounce(_stage(4))

    assert scene.contacts
    assert all(0 < contact.strength <= 1 for contact in scene.contacts)


def test_discs_stay_on_the_table_and_only_approaching_ones_click() -> None:
    scene = collide(_stage(2))

    for body in scene.bodies:
        inside = body.poses[:, :2]
        assert inside.min() > -0.1
        assert inside[:, 0].max() < 16 / 9 + 0.1
    assert len(scene.contacts) < 100

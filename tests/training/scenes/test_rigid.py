from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.training.scenes.rigid import heap, pins, table
from engine.training.scenes.scene import GRID, Body, Scene, Set, strength_of

FAMILIES = (heap, pins, table)
Family = Callable[[Set], Scene]


def _staged(family: Family, seed: int) -> Scene:
    return family(Set(np.random.default_rng(seed), 4.0, 16 / 9))


def _jolts(scene: Scene) -> NDArray[np.float64]:
    """Return by how much the speed of any body changes at an instant, heights a second."""
    paths = np.stack([body.poses[:, :2] for body in scene.bodies]).astype(np.float64)
    jolts: NDArray[np.float64] = np.abs(np.diff(paths, 2, axis=1) * GRID).sum(-1).max(0)
    return jolts


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", range(4))
def test_some_body_changes_its_speed_at_each_contact(family: Family, seed: int) -> None:
    scene = _staged(family, seed)
    jolts = _jolts(scene)

    for contact in scene.contacts:
        place = round(contact.seconds * GRID)
        assert jolts[max(place - 2, 0) : place + 2].max() > 0.02


@pytest.mark.parametrize("family", FAMILIES)
def test_contacts_are_ordered_apart_and_within_the_scene(family: Family) -> None:
    for seed in range(4):
        scene = _staged(family, seed)
        moments = [contact.seconds for contact in scene.contacts]
        assert all(0 < moment <= 4 for moment in moments)
        assert all(gap >= 0.06 for gap in np.diff(moments))
        assert all(0 < contact.strength <= 1 for contact in scene.contacts)


def test_what_falls_first_is_heard_as_hard_as_it_falls() -> None:
    for seed in range(6):
        scene = _staged(heap, seed)
        first = scene.contacts[0]
        before = round(first.seconds * GRID) - 3
        speeds = [
            float(np.hypot(*(body.poses[before + 1, :2] - body.poses[before, :2]))) * GRID
            for body in scene.bodies
        ]
        # A bounce gives back at most three quarters of the speed; others may join within 60 ms.
        assert first.strength <= strength_of(2 * 2 * max(speeds)) + 1e-6


def _holds(body: Body, instant: int, x: float, y: float) -> bool:
    """Whether a place lies in a body's picture, or within a fiftieth of the height beside it."""
    centre_x, centre_y, angle, width, height = body.poses[instant, :5].astype(float)
    across = (x - centre_x) * np.cos(angle) + (y - centre_y) * np.sin(angle)
    down = (y - centre_y) * np.cos(angle) - (x - centre_x) * np.sin(angle)
    return bool(abs(across) < width / 2 + 0.02 and abs(down) < height / 2 + 0.02)


@pytest.mark.parametrize("seed", range(12))
def test_all_that_is_met_can_be_seen(seed: int) -> None:
    scene = _staged(heap, seed)
    assert scene.floor is not None
    for contact in scene.contacts:
        assert contact.place is not None
        x, y = contact.place
        instant = round(contact.seconds * GRID)
        holding = sum(_holds(body, instant, x, y) for body in scene.bodies)
        assert holding >= (1 if abs(y - scene.floor - 0.08) < 0.03 else 2)


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_falls_through_the_floor(family: Family) -> None:
    for seed in range(6):
        scene = _staged(family, seed)
        lowest = 1.0 if scene.floor is None else scene.floor + 0.08
        for body in scene.bodies:
            assert body.poses[:, 1].max() < lowest + 0.02


def test_equal_seeds_give_equal_scenes() -> None:
    one, other = _staged(pins, 3), _staged(pins, 3)
    assert one.contacts == other.contacts
    for left, right in zip(one.bodies, other.bodies, strict=True):
        np.testing.assert_array_equal(left.poses, right.poses)

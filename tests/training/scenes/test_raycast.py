import numpy as np

from engine.training.scenes.held_out import SILENT, SOUNDING
from engine.training.scenes.raycast import Ball, Box, look
from engine.training.scenes.sample import room
from engine.training.scenes.staging import point


def test_a_ball_covers_the_middle_and_casts_a_shadow() -> None:
    stage = room()
    empty = look(stage, [], 64, 36).astype(int)
    ball = look(stage, [Ball(point(0, 0, 0.55), 0.2, point(0.1, 0.1, 0.9))], 64, 36).astype(int)

    changed = np.abs(ball - empty).sum(2) > 30
    assert changed[18, 32]
    below = changed[20:].sum()
    assert below > 3
    assert np.all(ball[changed].sum(1).mean() != empty[changed].sum(1).mean())


def test_a_box_is_hit_from_the_front_face_first() -> None:
    box = Box(point(0, 0, 0), point(0.5, 0.25, 0.5), point(1, 1, 1))

    distance, normal = box.hit(point(0, -2, 0), np.array([[0, 1, 0]], np.float32))

    np.testing.assert_allclose(distance, [1.75], rtol=1e-5)
    np.testing.assert_allclose(normal, [[0, -1, 0]], atol=1e-6)


def test_a_turned_box_is_met_where_it_has_turned_to() -> None:
    box = Box(point(0, 0, 0), point(1.0, 0.1, 0.05), point(1, 1, 1), np.pi / 2)
    rays = np.array([[0, 1, 0]], np.float32)

    above, _ = box.hit(point(0, -2, 0.8), rays)
    beside, _ = box.hit(point(0.8, -2, 0), rays)

    assert above[0] < 3
    assert beside[0] > 100


def test_held_out_scenes_know_their_contacts_and_silent_ones_have_none() -> None:
    for staged in SOUNDING.values():
        staging = staged()
        assert len(staging.contacts) >= 3
        assert staging.shapes(1.0)
    assert not any(staged().contacts for staged in SILENT.values())

import numpy as np
import pytest

from engine.training.scenes.scene import GRID, Set
from engine.training.scenes.strokes import air_stroke, door, hammer, stroke


def _stage(seed: int) -> Set:
    return Set(np.random.default_rng(seed), 5.0, 16 / 9)


@pytest.mark.parametrize("seed", range(6))
def test_a_stroke_touches_at_its_hits_and_comes_from_away(seed: int) -> None:
    blow = stroke(_stage(seed), (0.4, 1.0), (0.06, 0.2))

    assert blow.hits
    for seconds, speed in blow.hits:
        index = int(np.ceil(seconds * GRID))
        assert blow.share[min(index, len(blow.share) - 1)] == pytest.approx(1, abs=0.05)
        if seconds > 0.1:
            assert blow.share[int((seconds - 0.03) * GRID)] < 1
        assert speed > 0


@pytest.mark.parametrize("seed", range(6))
def test_a_stroke_never_jumps(seed: int) -> None:
    blow = stroke(_stage(seed), (0.15, 0.4), (0.04, 0.1))

    fastest = max(speed for _, speed in blow.hits)
    assert np.abs(np.diff(blow.share)).max() * GRID < 1.5 * fastest + 5


def test_a_blow_in_the_air_touches_nothing() -> None:
    blow = air_stroke(_stage(3), (0.5, 1.5))

    assert not blow.hits
    assert blow.share.max() < 0.97


def test_a_silent_hammer_has_no_contacts() -> None:
    assert not hammer(_stage(1), silent=True).contacts
    assert hammer(_stage(1)).contacts


def test_a_door_sounds_when_it_shuts() -> None:
    scene = door(_stage(2))

    leaf = scene.bodies[-1].poses
    assert scene.contacts
    for contact in scene.contacts:
        index = int(np.ceil(contact.seconds * GRID))
        moved = (
            np.abs(leaf[index, 0] - leaf[:, 0]).max() + np.abs(leaf[index, 3] - leaf[:, 3]).max()
        )
        assert moved > 0.02

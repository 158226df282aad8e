import numpy as np
import pytest

from engine.training.motion.targets import targets
from engine.training.scenes.scene import KINDS, Contact

QUIET = np.zeros(50, np.float32)


def test_the_bump_is_highest_at_the_nearest_picture_and_the_offset_leads_to_the_contact() -> None:
    truth = targets([Contact(0.412, 0.7, "footstep")], 50, QUIET)

    nearest = round(0.412 * 25)
    assert int(truth.event.argmax()) == nearest
    assert (nearest + truth.offset[nearest]) / 25 == pytest.approx(0.412, abs=1e-4)
    assert truth.strength[nearest] == pytest.approx(0.7)
    assert truth.kind[nearest, KINDS.index("footstep")] == 1


def test_two_near_contacts_keep_their_own_kinds() -> None:
    truth = targets([Contact(0.4, 0.5, "impact"), Contact(0.48, 0.9, "splash")], 50, QUIET)

    assert truth.kind[10, KINDS.index("impact")] == 1
    assert truth.kind[12, KINDS.index("splash")] == 1
    assert truth.kind.sum(1).max() == 1


def test_energy_rises_at_a_contact_and_dies_away() -> None:
    energy = targets([Contact(1.0, 0.8)], 50, QUIET).curves[:, 0]

    assert energy[24] == 0
    assert energy[25] > 0.6
    assert energy[30] < 0.4
    assert np.all(np.diff(energy[25:]) <= 0)


def test_continuous_sound_is_energy_without_onset() -> None:
    curves = targets([], 50, np.full(50, 0.4, np.float32)).curves

    np.testing.assert_allclose(curves[:, 0], 0.4)
    assert not curves[:, 1].any()


def test_silence_is_zero_everywhere() -> None:
    truth = targets([], 50, QUIET)

    assert not truth.event.any()
    assert not truth.curves.any()

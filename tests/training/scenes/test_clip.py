import numpy as np
import pytest

from engine.training.scenes.clip import FAMILIES, SILENT, SIZE, SOUNDING, choose_family, render
from engine.training.scenes.scene import KINDS


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_renders_pictures_with_truth_inside_the_clip(family: str) -> None:
    clip = render(np.random.default_rng(8), 40, family=family)

    assert clip.pictures.shape == (40, SIZE, SIZE)
    assert clip.pictures.dtype == np.uint8
    assert all(0 <= contact.seconds < 40 / 25 for contact in clip.contacts)
    assert {contact.kind for contact in clip.contacts} <= set(KINDS)
    assert clip.energy.shape == (40,)
    assert 0 <= clip.energy.min() <= clip.energy.max() <= 1


@pytest.mark.parametrize("family", SILENT)
def test_silent_families_have_no_events_and_no_energy(family: str) -> None:
    clip = render(np.random.default_rng(3), 30, family=family)

    assert not clip.contacts
    assert not clip.energy.any()


def test_equal_seeds_render_equal_clips() -> None:
    one = render(np.random.default_rng(21), 30)
    other = render(np.random.default_rng(21), 30)

    np.testing.assert_array_equal(one.pictures, other.pictures)
    assert one.contacts == other.contacts


def test_contacts_are_sorted_by_time() -> None:
    clips = [render(np.random.default_rng(seed), 60) for seed in range(4)]

    for clip in clips:
        times = [contact.seconds for contact in clip.contacts]
        assert times == sorted(times)


def test_the_share_of_silent_families_is_as_asked() -> None:
    random = np.random.default_rng(0)

    quiet = sum(choose_family(random, 0.5) in SILENT for _ in range(400))

    assert 160 < quiet < 240
    assert choose_family(random, 0.0) in SOUNDING

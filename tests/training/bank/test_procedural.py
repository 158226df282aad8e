from __future__ import annotations

import numpy as np
import pytest

from engine.training.bank.procedural import Procedure, procedures
from engine.training.bank.recording import SAMPLE_RATE, cleaned
from engine.training.clips.onsets import detect_onsets

pytestmark = pytest.mark.training

CATALOGUE = {each.name: each for each in procedures()}
FIRST_TAKES = [name for name in CATALOGUE if name.endswith("-00")]


def centroid(procedure: Procedure) -> float:
    samples = procedure.render()
    power = np.square(np.abs(np.fft.rfft(samples)))
    return float((power * np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)).sum() / power.sum())


def middle(family: str) -> float:
    takes = [each for name, each in CATALOGUE.items() if name.startswith(f"{family}-")]
    return float(np.median([centroid(take) for take in takes]))


def test_names_are_unique() -> None:
    assert len(CATALOGUE) == sum(1 for _ in procedures())


@pytest.mark.parametrize("name", FIRST_TAKES)
def test_every_kind_of_sound_passes_the_banks_checks(name: str) -> None:
    recording = cleaned(CATALOGUE[name].render(), SAMPLE_RATE)
    assert -35 < recording.rms_db < -5


def test_a_sound_is_always_the_same_and_takes_differ() -> None:
    first, second = CATALOGUE["impact-wood-small-00"], CATALOGUE["impact-wood-small-01"]
    assert np.array_equal(first.render(), first.render())
    assert not np.array_equal(first.render()[:1000], second.render()[:1000])


@pytest.mark.parametrize("material", ["wood", "metal", "glass", "stone", "plastic", "rubber"])
def test_a_blow_is_one_onset(material: str) -> None:
    samples = np.pad(CATALOGUE[f"impact-{material}-middle-00"].render(), (4800, 0))
    onsets = detect_onsets(samples)
    assert len(onsets) == 1
    assert abs(onsets[0].sample - 4800) < 0.005 * SAMPLE_RATE


def test_larger_bodies_sound_lower() -> None:
    assert middle("impact-wood-small") > middle("impact-wood-large")
    assert middle("impact-glass-small") > middle("impact-glass-large")


def test_glass_is_brighter_than_wood_and_wood_than_rubber() -> None:
    brightness = [middle(f"impact-{stuff}-middle") for stuff in ("glass", "wood", "rubber")]
    assert brightness == sorted(brightness, reverse=True)


def test_storms_are_brighter_than_breezes() -> None:
    assert centroid(CATALOGUE["wind-storm-00"]) > centroid(CATALOGUE["wind-breeze-00"])

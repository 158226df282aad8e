from __future__ import annotations

import numpy as np
import pytest

from engine.training.clips.onsets import SAMPLE_RATE
from engine.training.evaluation.cue_sheets import random_sheet, with_energy_of
from engine.training.evaluation.following import following

SECONDS = 8


def clicks(times: list[float], late: float = 0.0) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    sound = np.zeros(SECONDS * SAMPLE_RATE, np.float32)
    burst = np.random.default_rng(0).standard_normal(4800) * np.exp(-np.arange(4800) / 900)
    for time in times:
        at = round((time + late) * SAMPLE_RATE)
        sound[at : at + 4800] += 0.2 * burst[: len(sound) - at]
    return sound


SHEETS = [random_sheet(SECONDS, np.random.default_rng(seed)) for seed in range(4)]
SOUNDS = [clicks([event.seconds for event in sheet.events]) for sheet in SHEETS]
WITH_ENERGY = [with_energy_of(*pair) for pair in zip(SHEETS, SOUNDS, strict=True)]


def test_sounds_that_follow_their_sheets_agree_far_better_than_chance() -> None:
    figures = following("clicks", SOUNDS, WITH_ENERGY)
    assert figures.sync.f1_strict > 0.95
    assert figures.sync.chance_strict < 0.6
    assert figures.energy == pytest.approx(1)
    assert figures.chance_energy < 0.5


def test_lateness_shows_in_the_offset_and_between_the_tolerances() -> None:
    late = [clicks([e.seconds for e in sheet.events], 0.07) for sheet in SHEETS]
    figures = following("late clicks", late, WITH_ENERGY)
    assert figures.sync.offset_ms == pytest.approx(70, abs=10)
    assert figures.sync.f1_lenient > 0.9
    assert figures.sync.f1_strict < 0.5


def test_silence_follows_nothing_and_has_no_offset() -> None:
    figures = following("silence", [np.zeros_like(sound) for sound in SOUNDS], WITH_ENERGY)
    assert (figures.sync.f1_lenient, figures.sync.recall, figures.energy) == (0, 0, 0)
    assert figures.sync.offset_ms is None

from __future__ import annotations

import numpy as np
import pytest

from engine.media.reader import Picture
from engine.mood import MoodReader

RATE = 25.0


def mood(light: float, change: float, cuts: int = 0, seconds: int = 4) -> str:
    """The mood of pictures of this mean brightness (0 to 1) that change so much a second."""
    reader = MoodReader(RATE)
    swing = change / RATE
    for index in range(round(seconds * RATE)):
        level = 255 * (light + (swing if index % 2 else -swing) / 2)
        reader.observe(Picture("watched", index, np.full((8, 8, 1), round(level), np.uint8)))
    return reader.words(cuts)


@pytest.mark.parametrize(
    ("light", "change", "words"),
    [
        (0.1, 0.0, "quiet mysterious music"),
        (0.1, 2.0, "tense dramatic music"),
        (0.4, 0.0, "calm music"),
        (0.4, 0.4, "adventurous music"),
        (0.8, 0.0, "peaceful hopeful music"),
        (0.8, 2.0, "lively upbeat music"),
    ],
)
def test_light_and_motion_make_the_mood(light: float, change: float, words: str) -> None:
    assert mood(light, change) == words


def test_cuts_quicken_a_still_film() -> None:
    assert mood(0.1, 0.0, cuts=1) == "ominous suspenseful music"
    assert mood(0.1, 0.0, cuts=3) == "tense dramatic music"


def test_its_pace_is_counted_per_second() -> None:
    assert mood(0.4, 0.0, cuts=4, seconds=4) != mood(0.4, 0.0, cuts=4, seconds=60)


def test_without_pictures_there_is_no_mood() -> None:
    assert MoodReader(RATE).words(0) == ""

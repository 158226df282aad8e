from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine.media.quality import PictureQuality
from engine.media.reader import Picture, open_clip
from tests.media.film import Bytes, Film
from tests.media.test_shots import SIZE, pan

if TYPE_CHECKING:
    from pathlib import Path


def _warnings(pictures: list[Bytes]) -> tuple[str, ...]:
    quality = PictureQuality()
    for index, pixels in enumerate(pictures):
        quality.observe(Picture("motion", index, pixels.reshape(*pixels.shape[:2], -1)))
    return quality.warnings()


def _only(warnings: tuple[str, ...]) -> str:
    assert len(warnings) == 1
    assert warnings[0].count(". ") >= 1  # what is wrong and costs, then what helps
    return warnings[0]


def _letterboxed(pixels: Bytes) -> Bytes:
    framed = np.zeros((SIZE, SIZE), np.uint8)
    framed[14:50] = pixels[14:50]
    return framed


def test_good_pictures_bring_no_warning() -> None:
    assert _warnings(pan(1, 30)) == ()
    assert _warnings([_letterboxed(pixels) for pixels in pan(1, 30)]) == ()
    assert _warnings([np.repeat(pixels[..., None], 3, axis=2) for pixels in pan(1, 30)]) == ()


def test_no_pictures_bring_no_warning() -> None:
    assert _warnings([]) == ()


def test_darkness_is_noticed() -> None:
    assert "almost black" in _only(_warnings([pixels // 10 for pixels in pan(1, 30)]))


def test_an_empty_picture_is_noticed() -> None:
    grey = np.full((SIZE, SIZE), 128, np.uint8)
    assert "one flat colour" in _only(_warnings([grey] * 30))


def test_a_standing_picture_is_noticed() -> None:
    assert "hardly ever changes" in _only(_warnings([pan(1, 1)[0]] * 30))


def test_repeated_pictures_of_a_slow_film_are_not_taken_for_a_standing_one() -> None:
    assert _warnings([pixels for pixels in pan(1, 20) for _ in range(2)]) == ()


def test_bad_focus_is_noticed() -> None:
    soft = [cv2.GaussianBlur(pixels.astype(np.float32), (0, 0), 10) for pixels in pan(1, 30)]
    lively = [np.clip(128 + 3 * (p - p.mean()), 0, 255).astype(np.uint8) for p in soft]
    assert "out of focus" in _only(_warnings(lively))


def test_flicker_is_noticed() -> None:
    shaken = [
        (pixels * (0.7 + 0.3 * (k % 2))).astype(np.uint8) for k, pixels in enumerate(pan(1, 30))
    ]
    assert "flickers" in _only(_warnings(shaken))


def test_a_small_and_slow_file_is_noticed(tmp_path: Path) -> None:
    clip = open_clip(Film(size=(128, 96), rate=Fraction(8), frames=8).write(tmp_path))
    small, slow = PictureQuality(clip).warnings()
    assert "very small (128x96)" in small
    assert "only 8 pictures a second" in slow


def test_an_ordinary_file_is_not(tmp_path: Path) -> None:
    clip = open_clip(Film(size=(320, 240), frames=8).write(tmp_path))
    assert PictureQuality(clip).warnings() == ()

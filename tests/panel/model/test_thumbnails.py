from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from addon.panel.model.thumbnails import HEIGHT, thumbnails
from engine.errors import CancelledError
from engine.span import Span
from tests.media.film import Film, number_in

if TYPE_CHECKING:
    from pathlib import Path


def test_small_pictures_lie_evenly_over_the_clip(film: Path) -> None:
    strip = list(thumbnails(Span(film, Fraction(25), 50)))
    assert [thumbnail.index for thumbnail in strip] == list(range(8))
    assert [number_in(thumbnail.pixels) for thumbnail in strip] == [0, 6, 12, 18, 25, 31, 37, 43]


def test_a_trimmed_and_retimed_clip_shows_what_its_timeline_shows(film: Path) -> None:
    span = Span(film, Fraction(25), 20, media_start=Fraction(2, 5), speed=Fraction(2))
    numbers = [number_in(thumbnail.pixels) for thumbnail in thumbnails(span)]
    assert numbers[0] == 10
    assert numbers == sorted(numbers)
    assert numbers[-1] > 35


def test_they_have_the_clips_own_aspect_ratio(tmp_path: Path) -> None:
    wide = Film(frames=5, size=(256, 96)).write(tmp_path)
    (strip,) = thumbnails(Span(wide, Fraction(25), 5))
    assert strip.pixels.shape == (HEIGHT, HEIGHT * 256 // 96, 3)


def test_in_a_long_clip_each_is_sought_by_itself(tmp_path: Path) -> None:
    film = Film(frames=90, rate=Fraction(2)).write(tmp_path)
    strip = list(thumbnails(Span(film, Fraction(2), 90)))
    assert len(strip) == 48
    assert [number_in(strip[index].pixels) for index in (0, 24, 47)] == [0, 45, 88]


def test_a_single_frame_has_one(film: Path) -> None:
    assert len(list(thumbnails(Span(film, Fraction(25), 1)))) == 1


def test_reading_them_can_be_cancelled(film: Path) -> None:
    with pytest.raises(CancelledError):
        list(thumbnails(Span(film, Fraction(25), 50), lambda: True))

from __future__ import annotations

import os
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from engine.errors import InputError
from engine.media.reader import never
from engine.protocol import ClipRange
from engine.service.sources import Sources
from engine.source import sum_of
from engine.span import Span
from tests.flashes import GREY, flash_film

if TYPE_CHECKING:
    from pathlib import Path

    from engine.progress import Cancelled

NTSC = Fraction(24000, 1001)


def test_a_clip_without_a_stretch_is_the_whole_file_at_its_own_rate(film: Path) -> None:
    source = Sources().open(ClipRange(str(film), name="Dog"), never)
    span = source.span
    assert span == Span(film, Fraction(25), 50)
    assert source.name == "Dog"


@pytest.mark.parametrize(
    ("start", "rate", "speed", "frames"),
    [
        (Fraction(1), None, Fraction(1), 25),
        (Fraction(1), Fraction(50), Fraction(1), 50),
        (Fraction(0), NTSC, Fraction(1), 48),  # 47.95: the last picture shows in part
        (Fraction(0), None, Fraction(2), 25),
        (Fraction(1), None, Fraction(1, 2), 50),
        (Fraction(199, 100), None, Fraction(4), 1),
    ],
)
def test_without_a_length_a_stretch_lasts_to_the_end(
    film: Path, start: Fraction, rate: Fraction | None, speed: Fraction, frames: int
) -> None:
    clip = ClipRange(str(film), start, rate=rate, speed=speed)
    assert Sources().open(clip, never).span.frames == frames


def test_a_stretch_may_not_begin_where_the_file_has_ended(film: Path) -> None:
    with pytest.raises(InputError, match=r"lasts 2\.00 s, but is to begin at 2\.00 s"):
        Sources().open(ClipRange(str(film), Fraction(2)), never)


def test_a_file_is_summed_up_again_only_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = flash_film(tmp_path)
    read: list[Path] = []

    def counted(path: Path, cancelled: Cancelled) -> str:
        read.append(path)
        return sum_of(path, cancelled)

    monkeypatch.setattr("engine.service.sources.sum_of", counted)
    opened = Sources()
    before = opened.open(ClipRange(str(film)), never).sha256
    assert opened.open(ClipRange(str(film), frames=3), never).sha256 == before
    assert len(read) == 1
    flash_film(tmp_path, colour=GREY)
    os.utime(film, ns=(0, 0))  # a clock too coarse to tell would be no fault of the code
    assert opened.open(ClipRange(str(film)), never).sha256 != before
    assert len(read) == 2

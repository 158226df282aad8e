from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.media.reader import Clip, open_clip
from tests.media.film import Film

if TYPE_CHECKING:
    from pathlib import Path

_MILLISECOND = Fraction(1, 1000)
_RATES = (
    *(Fraction(18), Fraction(24)),
    *(Fraction(n, 1001) for n in (24000, 30000, 60000)),
)
_ONE = 1 << 16
QUARTER_CLOCKWISE = (0, _ONE, 0, -_ONE, 0, 0, 0, 0, 1 << 30)  # what a phone held upright writes


def _opened(film: Film, folder: Path) -> Clip:
    return open_clip(film.write(folder))


def test_a_plain_clip_is_described(clip: Path) -> None:
    assert open_clip(clip) == Clip(
        path=clip,
        width=128,
        height=96,
        rate=Fraction(25),
        frames=50,
        duration=Fraction(2),
        variable_rate=False,
        interlaced=False,
        rotation=0,
        bit_depth=8,
        has_audio=False,
        timecode=None,
        codec="h264",
    )


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.mov", "clip.ts", "clip.h264"])
@pytest.mark.parametrize(
    "rate",
    [
        Fraction(18),
        Fraction(24000, 1001),
        Fraction(24),
        Fraction(30000, 1001),
        Fraction(60000, 1001),
    ],
    ids=str,
)
def test_rates_are_exact_in_every_container(tmp_path: Path, name: str, rate: Fraction) -> None:
    found = _opened(Film(name, rate=rate, frames=60), tmp_path)
    assert (found.rate, found.frames, found.variable_rate) == (rate, 60, False)
    assert abs(found.duration - 60 / rate) <= 2 * _MILLISECOND


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    frames=st.integers(1, 70),
    rate=st.sampled_from([Fraction(25), Fraction(30000, 1001), Fraction(18), Fraction(50)]),
    suffix=st.sampled_from(["mp4", "mkv", "avi"]),
)
def test_no_picture_is_lost_or_invented(
    tmp_path: Path, frames: int, rate: Fraction, suffix: str
) -> None:
    film = Film(f"clip.{suffix}", codec="mpeg4", rate=rate, frames=frames, size=(32, 32))
    found = _opened(film, tmp_path)
    assert found.frames == frames
    assert found.rate == rate or frames < 3  # two stamps in milliseconds do not tell 29.97 from 30


def test_a_variable_rate_is_noticed_and_an_editing_rate_named(tmp_path: Path) -> None:
    stamps = [33 * k + (70 if k > 20 else 0) + (k % 5 == 2) * 9 for k in range(60)]
    film = Film("phone.mp4", rate=Fraction(30), time_base=_MILLISECOND, stamps=stamps)
    found = _opened(film, tmp_path)
    assert found.variable_rate
    assert found.rate == 30
    assert found.frames == pytest.approx(float(found.duration * 30), abs=1)


def test_a_slide_show_gets_a_rate_to_edit_at(tmp_path: Path) -> None:
    film = Film("slides.mp4", time_base=_MILLISECOND, stamps=[0, 4000, 8000, 12000])
    found = _opened(film, tmp_path)
    assert (found.rate, found.variable_rate) == (Fraction(25), True)
    assert found.duration > 12


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_late_start_does_not_lengthen_the_clip(tmp_path: Path, suffix: str) -> None:
    stamps = [5000 + 40 * k for k in range(25)]
    found = _opened(Film(f"late.{suffix}", time_base=_MILLISECOND, stamps=stamps), tmp_path)
    assert (found.duration, found.frames) == (Fraction(1), 25)


def test_what_an_edit_list_hides_does_not_count(tmp_path: Path) -> None:
    stamps = [-400 + 40 * k for k in range(25)]  # MP4 skips what lies before zero
    found = _opened(Film(time_base=_MILLISECOND, stamps=stamps), tmp_path)
    assert (found.duration, found.frames) == (Fraction(3, 5), 15)


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_a_turned_clip_is_described_as_shown(tmp_path: Path, suffix: str) -> None:
    found = _opened(Film(f"phone.{suffix}", frames=5, matrix=QUARTER_CLOCKWISE), tmp_path)
    assert (found.width, found.height, found.rotation) == (96, 128, 90)


def test_oblong_pixels_are_made_square(tmp_path: Path) -> None:
    film = Film(frames=5, size=(180, 144), pixel_aspect=Fraction(16, 15))
    found = _opened(film, tmp_path)
    assert (found.width, found.height) == (192, 144)


def test_fields_are_noticed(tmp_path: Path) -> None:
    film = Film(frames=10, options={"x264-params": "tff=1:interlaced=1"})
    assert _opened(film, tmp_path).interlaced


def test_ten_bits_are_noticed(tmp_path: Path) -> None:
    found = _opened(Film(codec="libx265", pix_fmt="yuv420p10le", frames=5), tmp_path)
    assert (found.bit_depth, found.codec) == (10, "hevc")


def test_sound_and_timecode_of_the_clip_are_noticed(tmp_path: Path) -> None:
    film = Film("cut.mov", frames=10, audio=True, metadata={"timecode": "01:00:00:00"})
    found = _opened(film, tmp_path)
    assert found.has_audio
    assert found.timecode == "01:00:00:00"


def test_sound_longer_than_the_pictures_is_no_damage(tmp_path: Path) -> None:
    film = Film("long-sound.mkv", frames=10, audio=True)  # 0.4 s beside 1 s
    assert _opened(film, tmp_path).frames == 10


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"), [("still.png", "png", "rgb24"), ("one.mp4", "libx264", "yuv420p")]
)
def test_a_single_picture_is_a_clip(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    found = _opened(Film(name, codec=codec, pix_fmt=pix_fmt, frames=1), tmp_path)
    assert (found.frames, found.rate, found.duration) == (1, Fraction(25), Fraction(1, 25))


def test_a_gif_is_a_clip(tmp_path: Path) -> None:
    film = Film("loop.gif", codec="gif", pix_fmt="rgb8", rate=Fraction(10), frames=20)
    found = _opened(film, tmp_path)
    assert (found.frames, found.rate, found.codec) == (20, Fraction(10), "gif")

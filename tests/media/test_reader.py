from __future__ import annotations

import subprocess
import sys
import textwrap
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import CancelledError, MediaError
from engine.media.reader import PictureSpec, open_clip, read_pictures
from engine.span import Span
from tests.media.film import Film, number_in

if TYPE_CHECKING:
    from pathlib import Path

_MILLISECOND = Fraction(1, 1000)
_WATCHED = PictureSpec(Fraction(25), 32, 32, "squash", "grey")


def _numbers(span: Span, rate: Fraction | None = None) -> list[int]:
    spec = PictureSpec(rate or span.rate, 32, 32, "squash", "grey")
    return [number_in(picture.pixels) for picture in read_pictures(span, {"all": spec})]


@given(
    duration=st.fractions(Fraction(1, 1000), 700, max_denominator=1001),
    rate=st.sampled_from([Fraction(25), Fraction(2), Fraction(375, 8), Fraction(24000, 1001)]),
)
def test_pictures_cover_the_duration_and_no_more(duration: Fraction, rate: Fraction) -> None:
    count = PictureSpec(rate, 8, 8, "squash", "grey").count(duration)
    assert (count - 1) / rate < duration <= count / rate


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.ts", "a.avi", "a.gif"])
@pytest.mark.parametrize("rate", [Fraction(18), Fraction(24000, 1001), Fraction(25)], ids=str)
def test_each_picture_of_a_steady_clip_is_read_once(
    tmp_path: Path, name: str, rate: Fraction
) -> None:
    codecs = {"a.avi": ("mpeg4", "yuv420p"), "a.gif": ("gif", "rgb8")}
    codec, pix_fmt = codecs.get(name, ("libx264", "yuv420p"))
    if name == "a.gif":
        rate = Fraction(20)  # GIF counts hundredths of a second
    path = Film(name, codec, rate, frames=40, pix_fmt=pix_fmt).write(tmp_path)
    found = open_clip(path)
    assert _numbers(Span(path, found.rate, found.frames)) == list(range(40))


@pytest.mark.parametrize("start", [0, 3, 17, 33, 49])
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_span_begins_at_its_picture(tmp_path: Path, suffix: str, start: int) -> None:
    rate = Fraction(30000, 1001)
    path = Film(f"clip.{suffix}", rate=rate, frames=60).write(tmp_path)
    span = Span(path, rate, 10, media_start=start / rate)
    assert _numbers(span) == list(range(start, start + 10))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(
    steps=st.lists(st.integers(11, 300), min_size=5, max_size=40),
    offset=st.integers(0, 4000),
    rate=st.sampled_from([Fraction(25), Fraction(24000, 1001), Fraction(60)]),
    suffix=st.sampled_from(["mp4", "mkv"]),
)
def test_with_a_variable_rate_stamps_decide_what_is_on_screen(
    tmp_path: Path, steps: list[int], offset: int, rate: Fraction, suffix: str
) -> None:
    stamps = [offset + sum(steps[:k]) for k in range(len(steps) + 1)]
    film = Film(f"vfr.{suffix}", size=(32, 32), time_base=_MILLISECOND, stamps=stamps)
    path = film.write(tmp_path)
    shown = [Fraction(stamp - offset, 1000) for stamp in stamps]
    count = int(shown[-1] * rate) + 1
    expected = [
        {sum(time <= k / rate + slack for time in shown) - 1 for slack in (0, _MILLISECOND)}
        for k in range(count)
    ]
    numbers = _numbers(Span(path, rate, count))
    assert all(number in right for number, right in zip(numbers, expected, strict=True))


@given(speed=st.fractions(Fraction(1, 5), 5, max_denominator=20))
def test_speed_moves_through_the_clip_faster_or_slower(clip: Path, speed: Fraction) -> None:
    span = Span(clip, Fraction(25), 8, speed=speed, media_start=Fraction(2, 5))
    assert _numbers(span) == [min(10 + int(k * speed), 49) for k in range(8)]


def test_an_edit_list_is_obeyed(tmp_path: Path) -> None:
    path = Film(time_base=_MILLISECOND, stamps=[-400 + 40 * k for k in range(25)]).write(tmp_path)
    assert _numbers(Span(path, Fraction(25), 15)) == list(range(10, 25))


def test_all_streams_come_ordered_by_time_from_one_pass(clip: Path) -> None:
    specs = {
        "motion": _WATCHED,
        "scene": PictureSpec(Fraction(2), 48, 40, "centre-crop", "rgb"),
    }
    pictures = list(read_pictures(Span(clip, Fraction(25), 50), specs))
    assert sum(picture.stream == "motion" for picture in pictures) == 50
    assert sum(picture.stream == "scene" for picture in pictures) == 4
    times = [picture.index / specs[picture.stream].rate for picture in pictures]
    assert times == sorted(times)
    shapes = {picture.stream: picture.pixels.shape for picture in pictures}
    assert shapes == {"motion": (32, 32, 1), "scene": (40, 48, 3)}
    assert all(picture.pixels.dtype == np.uint8 for picture in pictures)
    for picture in pictures:
        shown = int(picture.index / specs[picture.stream].rate * 25)
        assert number_in(picture.pixels) == shown


def test_the_last_picture_is_held_beyond_the_end(tmp_path: Path) -> None:
    path = Film("still.png", codec="png", pix_fmt="rgb24", frames=1).write(tmp_path)
    assert _numbers(Span(path, Fraction(25), 100)) == [0] * 100


def test_a_span_that_begins_after_the_end_is_refused(clip: Path) -> None:
    with pytest.raises(MediaError, match=r"clip.mp4 ends before 9.00 s.* lasts 2.00 s"):
        _numbers(Span(clip, Fraction(25), 5, media_start=Fraction(9)))


def test_a_missing_end_is_noticed_while_reading(tmp_path: Path) -> None:
    film = Film(frames=100, container_options={"movflags": "faststart"})
    path = film.write(tmp_path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(MediaError, match=r"cut short: it states 4\.0 s"):
        _numbers(Span(path, Fraction(25), 100))
    assert _numbers(Span(path, Fraction(25), 20)) == list(range(20))  # what is there can be used


def test_reading_stops_when_cancelled(clip: Path) -> None:
    asked = iter([False] * 10 + [True] * 100)
    pictures = read_pictures(
        Span(clip, Fraction(25), 50), {"all": _WATCHED}, cancelled=lambda: next(asked)
    )
    read: list[int] = []
    with pytest.raises(CancelledError):
        read.extend(picture.index for picture in pictures)
    assert 5 < len(read) < 15


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the memory used")
def test_memory_does_not_grow_with_the_clip(tmp_path: Path) -> None:
    grey = np.full((1080, 1920, 3), 128, np.uint8)
    path = Film(frames=120, size=(1920, 1080), pictures=[grey] * 120).write(tmp_path)
    script = f"""
        import gc
        from fractions import Fraction
        from pathlib import Path
        from engine.media.reader import PictureSpec, read_pictures
        from engine.span import Span
        gc.disable()  # nothing may wait for it
        spec = PictureSpec(Fraction(25), 64, 64, "letterbox", "grey")
        for _ in read_pictures(Span(Path({str(path)!r}), Fraction(25), 120), {{"all": spec}}):
            pass
        print(next(line.split()[1] for line in open("/proc/self/status") if "VmHWM" in line))
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )
    used = int(run.stdout) // 1024
    assert used < 250  # MiB; all frames together are 356


def test_a_long_hold_of_the_last_picture_stops_when_cancelled(clip: Path) -> None:
    asked = iter([False] * 100)
    pictures = read_pictures(
        Span(clip, Fraction(25), 10**9), {"all": _WATCHED}, cancelled=lambda: next(asked, True)
    )
    with pytest.raises(CancelledError):
        for _ in pictures:
            pass

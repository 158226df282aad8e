from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.media.frames import opened_frames
from tests.media.film import Film, number_in

if TYPE_CHECKING:
    from pathlib import Path

    from av.video.frame import VideoFrame

_COUNT = 200
_PLAIN = {"g": "60", "bf": "3"}
_OPEN = {"g": "40", "bf": "3", "x264-params": "open-gop=1"}
_FILMS = {
    name: Film(file, codec, frames=_COUNT, size=(64, 48), options=options)
    for name, file, codec, options in (
        ("mp4", "long.mp4", "libx264", _PLAIN),
        ("open groups", "open.mp4", "libx264", _OPEN),
        ("mkv", "long.mkv", "libx264", _PLAIN),
        ("transport stream", "long.ts", "libx264", _PLAIN),
        ("program stream", "long.mpg", "mpeg2video", {}),
        ("avi", "long.avi", "mpeg4", {}),
        ("bare", "long.h264", "libx264", _PLAIN),
    )
}


@pytest.fixture(scope="module", params=_FILMS)
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Film = _FILMS[request.param]
    return made.write(tmp_path_factory.mktemp("long"))


def _number(frame: VideoFrame) -> int:
    return number_in(np.asarray(frame.to_ndarray(format="gray"), np.uint8)[..., None])


@settings(max_examples=15)
@given(start=st.fractions(0, _COUNT // 25 - 1, max_denominator=1000))
def test_reading_can_begin_anywhere(film: Path, start: Fraction) -> None:
    first: Fraction | None = None
    with opened_frames(film) as reader:
        for time, frame in reader.frames(start):
            assert _number(frame) == round(time * 25)
            first = first if first is not None else time
            if time > start:
                break
    assert first is not None
    assert first <= start + reader.tolerance


def test_every_frame_comes_once_in_order(film: Path) -> None:
    with opened_frames(film) as reader:
        frames = [(timed.time, _number(timed.frame)) for timed in reader.frames(Fraction(0))]
    assert [number for _, number in frames] == list(range(_COUNT))
    assert all(earlier[0] < later[0] for earlier, later in pairwise(frames))


def test_a_damaged_frame_does_not_end_the_film(tmp_path: Path) -> None:
    path = Film("dented.mp4", codec="mjpeg", pix_fmt="yuvj420p", frames=30).write(tmp_path)
    data = bytearray(path.read_bytes())
    begin = data.index(b"mdat")  # how long it is depends on the machine's cores
    middle = begin + int.from_bytes(data[begin - 4 : begin], "big") // 2
    data[middle : middle + 300] = bytes(300)
    path.write_bytes(data)
    with opened_frames(path) as reader:
        last = [timed.time for timed in reader.frames(Fraction(0))][-1]
    assert last == Fraction(29, 25)

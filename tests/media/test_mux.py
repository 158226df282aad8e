from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import av
import numpy as np
import pytest

from engine.errors import CancelledError, InputError, MediaError, OutputError
from engine.media.reader import PictureSpec, open_clip, read_pictures
from engine.media.writer import mux, write_wav
from engine.span import Span
from tests.media.film import Film, number_in
from tests.media.test_clip import QUARTER_CLOCKWISE

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE_RATE = 48_000
_LONG_GROUPS = {"g": "24", "bf": "2"}
Codec = Literal["aac", "pcm"]


def _take(path: Path, span: Span, impulse: Fraction) -> Path:
    """A take that is silent but for one click, ``impulse`` seconds into the span."""
    samples = np.zeros((2, span.samples(SAMPLE_RATE)), np.float32)
    middle = round(impulse * SAMPLE_RATE)
    samples[:, middle - 12 : middle + 13] = 0.8 * np.hanning(25)
    write_wav(path, samples, SAMPLE_RATE)
    return path


def _whole(path: Path) -> Span:
    clip = open_clip(path)
    return Span(path, clip.rate, clip.frames)


def _packets(path: Path) -> list[bytes]:
    with av.open(path) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def _shown(path: Path) -> list[tuple[Fraction, int]]:
    """Time on the file's clock and number of every shown picture."""
    with av.open(path) as container:
        return [
            (
                (frame.pts or 0) * Fraction(frame.time_base or 0),
                number_in(np.asarray(frame.to_ndarray(format="gray"), np.uint8)[..., None]),
            )
            for frame in container.decode(video=0)
        ]


def _impulse(path: Path) -> Fraction:
    """Time of the loudest sample on the file's clock, in seconds."""
    with av.open(path) as container:
        best, time = 0.0, Fraction(-1)
        for frame in container.decode(audio=0):
            samples = frame.to_ndarray()[0, :: 1 if frame.format.is_planar else 2]
            level = np.abs(samples.astype(np.float64))
            if level.max() > best:
                place = Fraction(int(level.argmax()), SAMPLE_RATE)
                best = float(level.max())
                time = (frame.pts or 0) * Fraction(frame.time_base or 0) + place
    return time


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_pictures_are_copied_bit_for_bit(clip: Path, tmp_path: Path, suffix: str) -> None:
    span = _whole(clip)
    out = mux(span, _take(tmp_path / "take.wav", span, Fraction(1)), tmp_path / f"out.{suffix}")
    assert out == tmp_path / f"out.{suffix}"
    assert _packets(out) == _packets(clip)
    assert [number for _, number in _shown(out)] == list(range(50))


@pytest.mark.parametrize("codec", ["aac", "pcm"])
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.avi"])
def test_sound_is_in_sync_to_the_millisecond(
    tmp_path: Path, name: str, suffix: str, codec: Codec
) -> None:
    encoder = "mpeg4" if name == "a.avi" else "libx264"
    clip = Film(name, encoder, frames=40, options=_LONG_GROUPS).write(tmp_path)
    span = _whole(clip)
    take = _take(tmp_path / "take.wav", span, Fraction(20, 25))
    out = mux(span, take, tmp_path / f"out.{suffix}", codec)
    pictures = {number: time for time, number in _shown(out)}
    assert abs(_impulse(out) - pictures[20]) < Fraction(1, 1000)


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize("start", [1, 17, 24, 40])
def test_part_of_a_clip_is_in_sync_wherever_it_begins(
    tmp_path: Path, suffix: str, start: int
) -> None:
    rate = Fraction(24000, 1001)
    clip = Film("clip.mov", rate=rate, frames=60, options=_LONG_GROUPS).write(tmp_path)
    span = Span(clip, rate, 12, media_start=start / rate)
    take = _take(tmp_path / "take.wav", span, 6 / rate)
    out = mux(span, take, tmp_path / f"out.{suffix}")
    shown = _shown(out)
    pictures = {number: time for time, number in shown}
    assert set(range(start, start + 12)) <= set(pictures)
    assert abs(_impulse(out) - pictures[start + 6]) < Fraction(1, 1000)
    assert max(pictures) <= start + 12 + 3  # what those before it are predicted from
    if suffix != "mkv":  # an edit list hides what comes before
        assert shown[0] == (Fraction(0), start)


def test_what_an_edit_list_hides_stays_hidden(tmp_path: Path) -> None:
    clip = Film(time_base=Fraction(1, 1000), stamps=[-400 + 40 * k for k in range(40)]).write(
        tmp_path
    )
    span = _whole(clip)
    out = mux(span, _take(tmp_path / "take.wav", span, Fraction(1, 5)), tmp_path / "out.mp4")
    assert _shown(out)[0] == (Fraction(0), 10)
    assert _packets(out) == _packets(clip)
    assert abs(_impulse(out) - Fraction(1, 5)) < Fraction(1, 1000)


@pytest.mark.parametrize(
    ("film", "codec", "wanted", "written"),
    [
        (Film("a.webm", "libvpx"), "aac", "out.mp4", "out.mkv"),
        (Film("a.mov", "prores_ks", pix_fmt="yuv422p10le"), "aac", "out.mp4", "out.mov"),
        (Film("a.mp4"), "pcm", "out.mp4", "out.mov"),
        (Film("a.webm", "libvpx-vp9"), "pcm", "out.mp4", "out.mkv"),
        (Film("a.webm", "libvpx-vp9"), "aac", "out.mp4", "out.mp4"),
        (Film("a.mp4"), "aac", "out.webm", "out.mp4"),
    ],
    ids=["vp8", "prores", "pcm", "vp9 and pcm", "vp9", "webm"],
)
def test_the_container_fits_what_it_holds(
    tmp_path: Path, film: Film, codec: Codec, wanted: str, written: str
) -> None:
    clip = film.write(tmp_path)
    span = _whole(clip)
    take = _take(tmp_path / "take.wav", span, Fraction(1, 2))
    out = mux(span, take, tmp_path / wanted, codec)
    assert out == tmp_path / written
    assert _packets(out) == _packets(clip)
    with av.open(out) as container:
        name = container.streams.audio[0].codec_context.name
    assert name == {"aac": "aac", "pcm": "pcm_s24le"}[codec]


def test_pcm_keeps_every_sample(clip: Path, tmp_path: Path) -> None:
    span = _whole(clip)
    take = _take(tmp_path / "take.wav", span, Fraction(1))
    out = mux(span, take, tmp_path / "out.mov", "pcm")
    samples = []
    for path in (take, out):
        with av.open(path) as container:
            frames = list(container.decode(audio=0))
            samples.append(np.concatenate([frame.to_ndarray().ravel() for frame in frames]))
    assert (samples[0] == samples[1]).all()


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_rotation_pixel_shape_and_timecode_stay(tmp_path: Path, suffix: str) -> None:
    film = Film(
        "phone.mov",
        matrix=QUARTER_CLOCKWISE,
        pixel_aspect=Fraction(16, 15),
        metadata={"timecode": "10:00:00:00"},
        audio=True,
    )
    clip = film.write(tmp_path)
    span = _whole(clip)
    out = mux(span, _take(tmp_path / "t.wav", span, Fraction(1, 2)), tmp_path / f"out.{suffix}")
    before, after = open_clip(clip), open_clip(out)
    kept = ("width", "height", "rotation", "rate", "frames", "timecode", "codec", "bit_depth")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    with av.open(out) as container:
        assert len(container.streams.audio) == 1  # the take replaces the clip's own sound


def test_a_copied_clip_reads_like_the_original(clip: Path, tmp_path: Path) -> None:
    span = _whole(clip)
    out = mux(span, _take(tmp_path / "t.wav", span, Fraction(1)), tmp_path / "out.mp4")
    spec = {"all": PictureSpec(Fraction(25), 48, 48, "squash", "rgb")}
    pairs = zip(read_pictures(span, spec), read_pictures(_whole(out), spec), strict=True)
    assert all((one.pixels == other.pixels).all() for one, other in pairs)


def test_another_speed_is_refused(clip: Path, tmp_path: Path) -> None:
    span = Span(clip, Fraction(25), 10, speed=Fraction(2))
    with pytest.raises(InputError, match="Take the WAV file"):
        mux(span, tmp_path / "take.wav", tmp_path / "out.mp4")


def test_pictures_without_times_are_refused(tmp_path: Path) -> None:
    clip = Film("bare.h264").write(tmp_path)
    span = _whole(clip)
    take = _take(tmp_path / "take.wav", span, Fraction(1, 2))
    with pytest.raises(MediaError, match="Re-wrap it as MP4"):
        mux(span, take, tmp_path / "out.mp4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bare.h264", "take.wav"]


def test_a_take_that_is_no_sound_is_refused(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "take.wav").write_text("no sound")
    with pytest.raises(MediaError, match=r"take\.wav cannot be read as sound"):
        mux(_whole(clip), tmp_path / "take.wav", tmp_path / "out.mp4")


def test_a_missing_folder_is_named(clip: Path, tmp_path: Path) -> None:
    span = _whole(clip)
    take = _take(tmp_path / "take.wav", span, Fraction(1))
    with pytest.raises(OutputError, match="Create the folder first"):
        mux(span, take, tmp_path / "gone" / "out.mp4")


def test_cancelling_leaves_nothing_behind(clip: Path, tmp_path: Path) -> None:
    span = _whole(clip)
    take = _take(tmp_path / "take.wav", span, Fraction(1))
    asked = iter([False] * 20 + [True])
    with pytest.raises(CancelledError):
        mux(span, take, tmp_path / "out.mp4", cancelled=lambda: next(asked))
    assert [path.name for path in tmp_path.iterdir()] == ["take.wav"]

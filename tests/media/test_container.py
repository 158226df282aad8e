from __future__ import annotations

import subprocess
import sys
import textwrap
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np
import pytest

from engine.errors import MediaError
from engine.media.reader import open_clip
from engine.media.writer import write_wav
from tests.media.film import Film, numbered_picture

if TYPE_CHECKING:
    from pathlib import Path

_FAST_START = {"movflags": "faststart"}


def _refusal(path: Path) -> MediaError:
    with pytest.raises(MediaError) as refused:
        open_clip(path)
    assert str(path) in refused.value.what
    assert refused.value.remedy
    return refused.value


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "does not exist" in _refusal(tmp_path / "gone.mp4").what


def test_a_folder_is_no_clip(tmp_path: Path) -> None:
    assert "is a folder" in _refusal(tmp_path).what


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    assert "is empty" in _refusal(path).what


@pytest.mark.parametrize("name", ["notes.mp4", "notes.txt", "notes.nfo", "notes.mkv"])
def test_text_is_no_video_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("Scene 1\nA door slams.\n" * 200)
    _refusal(path)


def test_a_playlist_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u8"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\nhttp://127.0.0.1:9/x.ts\n")
    _refusal(path)


def test_sound_alone_is_no_clip(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    write_wav(path, np.zeros((2, 4800), np.float32), 48000)
    assert "no video stream" in _refusal(path).what


def test_a_cover_picture_is_not_moving_pictures(tmp_path: Path) -> None:
    path = tmp_path / "song.mka"
    with av.open(path, "w", format="matroska") as container:
        container.add_attachment("cover.png", "image/png", _png())
        sound = container.add_stream("aac", rate=48000)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.float32), "fltp", "mono")
        silence.sample_rate = 48000
        container.mux([*sound.encode(silence), *sound.encode(None)])
    assert "only a cover picture" in _refusal(path).what


def test_a_cover_picture_beside_the_video_is_ignored(tmp_path: Path) -> None:
    film = Film("covered.mkv", frames=10, cover=_png())
    found = open_clip(film.write(tmp_path))
    assert (found.width, found.height, found.codec) == (128, 96, "h264")


def _png() -> bytes:
    written, data = cv2.imencode(".png", numbered_picture(5, 64, 64))
    assert written
    return data.tobytes()


def test_a_file_without_its_index_is_called_incomplete(tmp_path: Path) -> None:
    path = Film(frames=50).write(tmp_path)
    path.write_bytes(path.read_bytes()[:-600])  # the index lies at the end
    assert "damaged, incomplete" in _refusal(path).what


def test_a_cut_short_mp4_is_refused_with_its_lengths(tmp_path: Path) -> None:
    path = Film(frames=100, container_options=_FAST_START).write(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    assert "cut short: it states 4.0 s" in _refusal(path).what


def test_a_cut_short_matroska_file_is_refused_with_its_lengths(tmp_path: Path) -> None:
    path = Film("short.mkv", frames=150).write(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert "cut short: it states 6.0 s" in _refusal(path).what


def test_a_header_without_pictures_is_refused(tmp_path: Path) -> None:
    path = Film(frames=50, container_options=_FAST_START).write(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"mdat") + 4])
    assert "No picture in" in _refusal(path).what


def test_garbage_in_place_of_pictures_is_refused(tmp_path: Path) -> None:
    path = Film(frames=50, container_options=_FAST_START).write(tmp_path)
    data = path.read_bytes()
    start = data.index(b"mdat") + 4
    path.write_bytes(data[:start] + b"\xa5" * (len(data) - start))
    assert "No picture in" in _refusal(path).what


def test_an_absurd_rate_is_refused(tmp_path: Path) -> None:
    path = Film(rate=Fraction(5000), frames=30).write(tmp_path)
    assert "5000 pictures a second" in _refusal(path).what


def test_an_absurd_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "banner.png"
    assert cv2.imwrite(str(path), np.zeros((2, 20_000, 3), np.uint8))
    assert "20000x2 pixels" in _refusal(path).what


def test_broken_files_leave_standard_error_alone(tmp_path: Path) -> None:
    path = Film(frames=100, container_options=_FAST_START).write(tmp_path)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    data[start + 3000 : start + 4500] = bytes(1500)
    path.write_bytes(data)
    script = f"""
        from fractions import Fraction
        from pathlib import Path
        from engine.media.reader import PictureSpec, read_pictures
        from engine.span import Span
        spec = PictureSpec(Fraction(25), 64, 64, "squash", "grey")
        path = Path({str(path)!r})
        print(sum(1 for _ in read_pictures(Span(path, Fraction(25), 100), {{"all": spec}})))
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "100"
    assert run.stderr == ""

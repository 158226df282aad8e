"""What a clip is: its size, rate, length and peculiarities, found by looking at the pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.errors import MediaError
from engine.media.fitting import Orientation, is_interlaced, shown_size
from engine.media.frames import FrameReader, opened_frames
from engine.media.timing import measured

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Clip:
    """One media file with moving pictures.

    Attributes:
        path: The file.
        width: Pixels across as shown, after rotation and with square pixels.
        height: Pixels down as shown.
        rate: Nominal pictures per second; for a variable rate the usual one nearest to it.
        frames: Pictures at ``rate`` that cover ``duration``.
        duration: Seconds from the first shown picture to the end of the last.
        variable_rate: Whether pictures stand for unequal times.
        interlaced: Whether the pictures are two fields taken at two times.
        rotation: Degrees (0, 90, 180, 270) by which the stored picture is turned clockwise.
        bit_depth: Bits per component.
        has_audio: Whether the file has sound of its own.
        timecode: SMPTE start timecode, if the file carries one.
        codec: FFmpeg's name of the video codec ("h264").
    """

    path: Path
    width: int
    height: int
    rate: Fraction
    frames: int
    duration: Fraction
    variable_rate: bool
    interlaced: bool
    rotation: int
    bit_depth: int
    has_audio: bool
    timecode: str | None
    codec: str


def open_clip(path: Path) -> Clip:
    """Look at a media file: decode its first picture, read stamps at both ends.

    Raises:
        MediaError: Missing, no video, damaged or cut short, or of a rate or size nobody can mean.
    """
    with opened_frames(path) as reader:
        container, stream, first = reader.container, reader.stream, reader.first
        orientation = Orientation.of(first)
        width, height = shown_size(first, stream, orientation)
        timing = measured(reader, path)
        _check_complete(reader, path, timing.duration)
        return Clip(
            path=path,
            width=width,
            height=height,
            rate=timing.rate,
            # A quarter of a picture absorbs clocks that count whole milliseconds.
            frames=max(1, math.ceil(timing.duration * timing.rate - Fraction(1, 4))),
            duration=timing.duration,
            variable_rate=timing.variable,
            interlaced=is_interlaced(first, stream),
            rotation=orientation.turns * 90,
            bit_depth=max(component.bits for component in first.format.components),
            has_audio=bool(container.streams.audio),
            timecode=_timecode([container.metadata, *(s.metadata for s in container.streams)]),
            codec=stream.codec_context.codec.canonical_name,
        )


def _timecode(sources: list[dict[str, str]]) -> str | None:
    # QuickTime writes "timecode", Matroska "TIMECODE".
    tags = ((key.lower(), value) for data in sources for key, value in data.items())
    return next((value for key, value in tags if key == "timecode" and value), None)


def _check_complete(reader: FrameReader, path: Path, duration: Fraction) -> None:
    """Refuse a file whose end is missing."""
    entries = reader.stream.index_entries
    cut = False
    if len(entries) and reader.container.format.name.startswith("mov"):
        last = entries[len(entries) - 1]
        cut = last.pos + last.size > path.stat().st_size
    declared = reader.declared_duration() or Fraction(0)
    if cut or declared - duration > max(Fraction(1), declared / 50):
        raise truncated(path, min(duration, declared or duration), declared)


def truncated(path: Path, readable: Fraction, declared: Fraction) -> MediaError:
    """Return the error for a file whose pictures end (s) before its stated length (s)."""
    return MediaError(
        f"{path} is cut short: it states {float(declared):.1f} s of pictures, "
        f"but they end after {float(readable):.1f} s or earlier",
        "Copy or export it again; the transfer was probably interrupted",
    )

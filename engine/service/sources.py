"""Clips as messages name them, opened; a file that has not changed is summed up once."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import InputError, MediaError
from engine.media.reader import open_clip
from engine.source import Source, sum_of
from engine.span import Span

if TYPE_CHECKING:
    from fractions import Fraction

    from engine.media.reader import Clip
    from engine.progress import Cancelled
    from engine.protocol import ClipRange

_REMEMBERED = 100


class _Version(NamedTuple):
    """A file as it was when it was read."""

    path: Path
    size: int
    modified: int  # nanoseconds


class Sources:
    """Opens clips, and remembers the sums of their files."""

    def __init__(self) -> None:
        self._sums: dict[_Version, str] = {}

    def open(self, wanted: ClipRange, cancelled: Cancelled) -> Source:
        """Open a clip and measure off the stretch that is meant.

        Raises:
            MediaError: The file cannot be used.
            InputError: The stretch has no meaning, or begins after the file's end.
            CancelledError: ``cancelled`` returned True.
        """
        clip = open_clip(checked_path(wanted.media))
        span = _span(clip, wanted)
        return Source(clip, span, self._sum(clip.path, cancelled), wanted.name)

    def _sum(self, path: Path, cancelled: Cancelled) -> str:
        try:
            state = path.stat()
        except OSError as error:
            raise MediaError(f"{path} is gone ({error.strerror})", "Put it back") from error
        version = _Version(path, state.st_size, state.st_mtime_ns)
        if version not in self._sums:
            if len(self._sums) >= _REMEMBERED:
                del self._sums[next(iter(self._sums))]
            self._sums[version] = sum_of(path, cancelled)
        return self._sums[version]


def checked_path(text: str) -> Path:
    """Return a path that a message gave.

    Raises:
        InputError: No file can have that name.
    """
    try:
        possible = b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        possible = False
    if not possible:
        shown = ascii(text if len(text) < 200 else text[:200] + "...")
        raise InputError(f"{shown} is no path", "Choose another file or folder")
    return Path(text)


def _span(clip: Clip, wanted: ClipRange) -> Span:
    rate = wanted.rate if wanted.rate is not None else clip.rate
    frames = wanted.frames
    if frames is None:  # a speed without meaning is the span's to refuse
        frames = _frames_to_end(clip, wanted, rate) if wanted.speed > 0 else 1
    return Span(clip.path, rate, frames, wanted.media_start, wanted.speed)


def _frames_to_end(clip: Clip, wanted: ClipRange, rate: Fraction) -> int:
    """How many pictures of the timeline the rest of the file lasts, a last partial one included."""
    whole = clip.frames / clip.rate
    if not wanted.media_start < whole:
        raise InputError(
            f"{clip.path} lasts {float(whole):.2f} s,"
            f" but is to begin at {float(wanted.media_start):.2f} s",
            "Begin earlier",
        )
    return math.ceil((whole - wanted.media_start) / wanted.speed * rate)

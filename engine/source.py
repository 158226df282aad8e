"""What is to be sounded, opened and identified: a clip, a span of it, and the file's sum."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine.errors import InputError, MediaError
from engine.media.reader import never, open_clip
from engine.packs.verify import measure
from engine.provenance import Origin
from engine.span import Span
from engine.timebase import format_timecode, parse_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.media.reader import Clip


@dataclass(frozen=True, slots=True)
class Source:
    """A span whose file was looked at.

    Attributes:
        clip: What the file is.
        span: Which stretch of it is meant.
        sha256: Of the file, in hexadecimal.
        name: What a timeline calls it; empty: as its file.
    """

    clip: Clip
    span: Span
    sha256: str
    name: str = ""

    @property
    def origin(self) -> Origin:
        """What a sidecar says of the clip."""
        return Origin(self.clip.path.absolute(), self.sha256)

    @classmethod
    def open(
        cls,
        path: Path,
        start: str | None = None,
        end: str | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> Self:
        """Open a clip and measure off the stretch from ``start`` to ``end``.

        Args:
            path: The clip.
            start: First picture, read by :func:`engine.timebase.parse_time`; the clip's if None.
            end: The picture after the last; the clip's end if None.
            cancelled: Whether to stop.

        Raises:
            MediaError: The file cannot be used.
            InputError: The stretch is empty or reaches beyond the clip.
            CancelledError: ``cancelled`` returned True.
        """
        clip = open_clip(path)
        first = parse_time(start, clip.rate) if start else 0
        after = parse_time(end, clip.rate) if end else clip.frames
        if not first < after <= clip.frames:
            length = format_timecode(clip.frames, clip.rate)
            raise InputError(
                f"{path} has no stretch from picture {first} to {after}",
                f"Choose a start before the end, both within its {clip.frames} pictures ({length})",
            )
        span = Span(path, clip.rate, after - first, media_start=first / clip.rate)
        return cls(clip, span, sum_of(path, cancelled))

    @classmethod
    def of_span(cls, span: Span, cancelled: Callable[[], bool] = never) -> Self:
        """Open the file of a span that a timeline measured off.

        Raises:
            MediaError: The file cannot be used.
            CancelledError: ``cancelled`` returned True.
        """
        return cls(open_clip(span.media), span, sum_of(span.media, cancelled))


def sum_of(path: Path, cancelled: Callable[[], bool]) -> str:
    """Return the SHA-256 of a clip's file in hexadecimal.

    Raises:
        MediaError: It cannot be read.
        CancelledError: ``cancelled`` returned True.
    """
    try:
        return measure(path, cancelled=cancelled).sha256
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise MediaError(
            f"{path} cannot be read ({reason})", "Check that its drive is there"
        ) from error

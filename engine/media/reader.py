"""Pictures of a span, at the rates and sizes that the models want, in one pass over the file."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import CancelledError, MediaError
from engine.media.clip import Clip, open_clip, truncated
from engine.media.fitting import Colour, Fit, Fitter, Orientation, Pixels, Scaling
from engine.media.frames import FrameReader, TimedFrame, opened_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from engine.span import Span

__all__ = ["Clip", "Picture", "PictureSpec", "never", "open_clip", "read_pictures"]


def never() -> bool:
    """Return False: nobody cancels."""
    return False


@dataclass(frozen=True, slots=True)
class PictureSpec:
    """The pictures that one model wants.

    Attributes:
        rate: Pictures per second of the span.
        width: Pixels across.
        height: Pixels down.
        fit: How another aspect ratio is brought to this size.
        colour: "rgb" or "grey".
        scaling: The filter that makes the size.
    """

    rate: Fraction
    width: int
    height: int
    fit: Fit
    colour: Colour
    scaling: Scaling = "bilinear"

    def count(self, duration: Fraction) -> int:
        """Return how many pictures a span of ``duration`` seconds has.

        Picture k is the one shown at k / rate seconds of the span.
        """
        return max(1, math.ceil(duration * self.rate))


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of one stream.

    Attributes:
        stream: Which of the wanted streams.
        index: Its number in that stream.
        pixels: uint8 [height, width, 3 or 1], read-only; equal pictures may share memory.
    """

    stream: str
    index: int
    pixels: Pixels


class _Wish(NamedTuple):
    time: Fraction  # seconds in the file
    order: int
    number: int
    stream: str


def read_pictures(
    span: Span, specs: Mapping[str, PictureSpec], cancelled: Callable[[], bool] = never
) -> Iterator[Picture]:
    """Yield the pictures of all streams, ordered by time, decoding the file once.

    Picture k is what is on screen at ``span.media_time(k / rate)``. After the clip's last picture
    that picture stays (an editor's hold or freeze). Memory stays bounded whatever the length.

    Raises:
        MediaError: The file cannot be used, ends before the span begins, or is cut short.
        CancelledError: ``cancelled`` returned True.
    """
    with opened_frames(span.media) as reader:
        screen = _Screen(reader, specs)
        wishes = heapq.merge(*(_wishes(span, i, *item) for i, item in enumerate(specs.items())))
        wish = next(wishes, None)
        for frame in reader.frames(span.media_start):
            if cancelled():
                raise CancelledError
            while wish is not None and wish.time < frame.time - reader.tolerance and screen.on:
                yield screen.picture(wish)
                wish = next(wishes, None)
            if wish is None:
                return
            screen.show(frame)
        if wish is not None:
            screen.check_end(span)
        while wish is not None:
            if cancelled():
                raise CancelledError
            yield screen.picture(wish)
            wish = next(wishes, None)


def _wishes(span: Span, order: int, stream: str, spec: PictureSpec) -> Iterator[_Wish]:
    for index in range(spec.count(span.duration)):
        yield _Wish(span.media_time(index / spec.rate), order, index, stream)


class _Screen:
    """The frame that is on screen now, and small pictures of it, made when first asked for."""

    def __init__(self, reader: FrameReader, specs: Mapping[str, PictureSpec]) -> None:
        self.on: TimedFrame | None = None
        self._reader = reader
        turned = Orientation.of(reader.first)
        self._fitters = {
            name: Fitter(
                spec.width, spec.height, spec.fit, spec.colour, turned, scaling=spec.scaling
            )
            for name, spec in specs.items()
        }
        self._made: dict[str, Pixels] = {}

    def show(self, frame: TimedFrame) -> None:
        self.on = frame
        self._made.clear()

    def picture(self, wish: _Wish) -> Picture:
        if wish.stream not in self._made and self.on is not None:
            fitter = self._fitters[wish.stream]
            self._made[wish.stream] = fitter.pixels(self.on.frame, self._reader.stream)
        return Picture(wish.stream, wish.number, self._made[wish.stream])

    def check_end(self, span: Span) -> None:
        """Refuse what lies outside the file, or in a part of it that is missing."""
        reader = self._reader
        end = self.on.time + reader.interval if self.on is not None else Fraction(0)
        declared = reader.declared_duration() or end
        wanted = min(span.media_time(span.duration), declared)
        if wanted - end > max(Fraction(1), declared / 50):
            raise truncated(span.media, end, declared)
        if self.on is None or span.media_start > max(end, declared):
            raise MediaError(
                f"{span.media} ends before {float(span.media_start):.2f} s, where the span begins",
                f"Begin the span earlier; the clip lasts {float(max(end, declared)):.2f} s",
            )

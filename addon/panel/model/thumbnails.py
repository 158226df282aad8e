"""Small pictures of a clip, evenly spread over it. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.media.reader import PictureSpec, never, open_clip, read_pictures
from engine.span import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

HEIGHT = 108  # pixels: a filmstrip of 54 at 200 % scale
_SPACING = Fraction(1, 4)  # seconds between two, at least
_MOST = 48
_ONE_PASS = Fraction(40)  # seconds of file; of longer stretches each picture is sought by itself


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """One picture of the strip.

    Attributes:
        index: Its number; it shows the clip at index / count of its length.
        count: How many the strip has.
        pixels: uint8 [108, width, 3].
    """

    index: int
    count: int
    pixels: NDArray[np.uint8]


def thumbnails(span: Span, cancelled: Callable[[], bool] = never) -> Iterator[Thumbnail]:
    """Yield small pictures of a span from its first to its last.

    Raises:
        MediaError: The file cannot be used.
        CancelledError: ``cancelled`` returned True.
    """
    clip = open_clip(span.media)
    width = max(2, round(HEIGHT * clip.width / clip.height))
    count = int(min(max(span.duration // _SPACING, 1), _MOST))
    rate = count / span.duration
    if span.duration * span.speed <= _ONE_PASS:
        spec = PictureSpec(rate, width, HEIGHT, "squash", "rgb")
        for picture in read_pictures(span, {"strip": spec}, cancelled):
            if picture.index < count:
                yield Thumbnail(picture.index, count, picture.pixels)
        return
    spec = PictureSpec(span.rate, width, HEIGHT, "squash", "rgb")
    for index in range(count):
        moment = Span(span.media, span.rate, 1, span.media_time(index / rate), span.speed)
        for picture in read_pictures(moment, {"strip": spec}, cancelled):
            yield Thumbnail(index, count, picture.pixels)

"""Decoding: frames in the order in which they are shown, each with its time, from any place on.

Which picture is shown when is decided by timestamps alone, so variable frame rates, edit lists,
reordered frames and clips that do not begin at zero need no case of their own. Times are seconds
from the first shown frame.
"""

from __future__ import annotations

from contextlib import contextmanager
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from av.error import FFmpegError

from engine.errors import MediaError
from engine.media.container import MAX_SIDE, opened
from engine.timebase import snap_rate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_DECODE_UP_TO = Fraction(1)  # sooner than this, decoding from the beginning beats a seek
_STEPS_BACK = (0, 1, 4, 15, 60)  # seconds before the wanted time, tried in turn
_WITH_DURATION = ("mov", "matroska", "avi", "asf", "flv", "gif")
_ROUNDING = Fraction(1, 1000)  # the coarsest clock (Matroska, FLV) counts milliseconds


class TimedFrame(NamedTuple):
    """A decoded frame and when it is first shown."""

    time: Fraction
    frame: VideoFrame


class FrameReader:
    """Decodes the pictures of one open file.

    Attributes:
        container: The open file.
        stream: Its moving picture.
        first: The first shown frame.
        origin: Time of ``first`` on the stream's own clock, in seconds.
        interval: Nominal time between two frames, in seconds; for frames that carry no time.
        tolerance: By how much a stamp may be late through rounding, in seconds.
    """

    def __init__(self, container: InputContainer, stream: VideoStream, path: Path) -> None:
        """Decode the first frame.

        Raises:
            MediaError: No frame can be decoded, or its size is absurd.
        """
        self.container = container
        self.stream = stream
        self._path = path
        self._decoder = _decode(container, stream)
        first = next(self._decoder, None)
        if first is None:
            raise MediaError(
                f"No picture in {path} can be decoded",
                "Check that the file plays, then copy or export it again",
            )
        if max(first.width, first.height) > MAX_SIDE:
            raise MediaError(
                f"{path} is {first.width}x{first.height} pixels large",
                f"Export it with at most {MAX_SIDE} pixels a side",
            )
        self.first = first
        self.origin = _stamp(first) or Fraction(0)
        # Of a bare stream FFmpeg claims 25 a second; the codec's own header knows better.
        bare = stream.codec_context.framerate if first.pts is None else None
        rate = bare or stream.average_rate or stream.guessed_rate
        self.interval = 1 / snap_rate(Fraction(rate)) if rate else Fraction(1, 25)
        self.tolerance = min(Fraction(stream.time_base or _ROUNDING), _ROUNDING)

    def declared_duration(self) -> Fraction | None:
        """Return how long the file claims the pictures last (s), if it says so of them alone.

        Of streams without a header (MPEG, bare H.264) FFmpeg only guesses from the bit rate.
        """
        if not self.container.format.name.startswith(_WITH_DURATION):
            return None
        if self.stream.duration and self.stream.time_base:
            return self.stream.duration * self.stream.time_base
        if self.container.duration and not self.container.streams.audio:
            start = max(self.container.start_time or 0, 0)
            # Matroska counts from zero, others from the first stamp: the shorter claim is safe.
            return Fraction(self.container.duration - start, 1_000_000)
        return None

    def frames(self, start: Fraction) -> Iterator[TimedFrame]:
        """Yield frames from the one shown at ``start`` seconds (or an earlier one) to the last.

        May be called once; times rise strictly.
        """
        decoded: Iterator[VideoFrame] = chain([self.first], self._decoder)
        if start > _DECODE_UP_TO and self._seekable():
            decoded = self._seek(start)
        last: Fraction | None = None
        for frame in decoded:
            stamp = _stamp(frame)
            if stamp is not None:
                time = stamp - self.origin
            else:
                time = Fraction(0) if last is None else last + self.interval
            if last is not None and time <= last:
                continue  # a stamp that goes back: the file's clock is broken here
            last = time
            yield TimedFrame(time, frame)

    def _seekable(self) -> bool:
        # In program streams only some packets are stamped; after a seek the others are guessed
        # one picture wrong. A bare stream has no stamps at all.
        return self.container.format.name != "mpeg" and _stamp(self.first) is not None

    def _seek(self, start: Fraction) -> Iterator[VideoFrame]:
        """Return frames from one not later than ``start``; a seek alone may land too late."""
        for back in _STEPS_BACK:
            if start - back <= 0:
                break
            decoded = self._decode_from(self.origin + start - back)
            frame = next(decoded, None)
            stamp = None if frame is None else _stamp(frame)
            if (
                frame is not None
                and stamp is not None
                and stamp - self.origin <= start + self.tolerance
            ):
                return chain([frame], decoded)
        return self._decode_anew()

    def _decode_from(self, time: Fraction) -> Iterator[VideoFrame]:
        base = Fraction(self.stream.time_base or _ROUNDING)
        try:
            self.container.seek(int(time / base), stream=self.stream)
        except (FFmpegError, OSError, OverflowError):  # too far for the file, or for any
            return iter(())
        return _decode(self.container, self.stream)

    def _decode_anew(self) -> Iterator[VideoFrame]:
        # Files that cannot seek cannot be rewound either.
        with opened(self._path) as (container, stream):
            yield from _decode(container, stream)


@contextmanager
def opened_frames(path: Path) -> Iterator[FrameReader]:
    """Open ``path`` and decode its first frame.

    Raises:
        MediaError: As :func:`engine.media.container.opened` and :class:`FrameReader`.
    """
    with opened(path) as (container, stream):
        yield FrameReader(container, stream, path)


def _decode(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Yield what can be decoded: damaged packets are passed over, a damaged end ends it."""
    try:
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except FFmpegError:  # the picture before stays on screen
                continue
            yield from frames
    except (FFmpegError, OSError):
        return


def _stamp(frame: VideoFrame) -> Fraction | None:
    """Time on the stream's clock in seconds."""
    if frame.pts is None or frame.time_base is None:
        return None
    return frame.pts * frame.time_base

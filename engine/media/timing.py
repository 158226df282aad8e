"""How fast a clip runs and how long it lasts, measured on the stamps of its packets.

Containers state average rates and the durations of the longest track, of the edit, or nothing;
the stamps of the first and the last pictures do not lie. Nothing is decoded here.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import islice, pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from av.error import FFmpegError

from engine.errors import InputError, MediaError
from engine.media.container import opened
from engine.timebase import checked_rate, snap_rate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    from engine.media.frames import FrameReader

_SAMPLE = 240  # packets; enough to tell a steady rate from a wandering one
_REORDERED = 16  # the longest wait of a picture for its turn (H.264, H.265)
_TAIL = Fraction(3)  # seconds read at the end to find the last picture
_SLIDE_SHOW_RATE = Fraction(25)  # timeline rate for clips with less than one picture a second
_EDITING_RATES = (
    *(Fraction(n) for n in (24, 25, 30, 48, 50, 60, 100, 120, 240)),
    *(Fraction(n * 1000, 1001) for n in (24, 30, 60)),
)


class Timing(NamedTuple):
    """Nominal rate (pictures per second), whether the true one varies, and duration (s)."""

    rate: Fraction
    variable: bool
    duration: Fraction


def measured(reader: FrameReader, path: Path) -> Timing:
    """Measure the file that ``reader`` has open.

    Raises:
        MediaError: Pictures follow each other faster than anyone can mean.
    """
    # Opened anew: not every file can be rewound.
    with opened(path) as (container, stream):
        sample = list(islice(_packets(container, stream), _SAMPLE))
        base = Fraction(stream.time_base or 1)
        stamps = sorted(packet.pts for packet in sample if packet.pts is not None)
        settled = stamps[:-_REORDERED] if len(stamps) == _SAMPLE else stamps
        steps = [(later - earlier) * base for earlier, later in pairwise(settled)]
        rate, variable = _rate([step for step in steps if step], 1 / reader.interval, base, path)
        if not stamps:  # a bare stream without a clock
            count = len(sample) + sum(1 for _ in _packets(container, stream))
            return Timing(rate, variable, max(1, count) * reader.interval)
        end = _end(container, stream, reader, 1 / rate)
    return Timing(rate, variable, max(end - reader.origin, 1 / rate))


def _packets(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    """Yield the packets of shown pictures; a damaged end ends it."""
    try:
        for packet in container.demux(stream):
            if packet.size and not packet.is_discard:
                yield packet
    except (FFmpegError, OSError):
        return


def _rate(
    steps: list[Fraction], average: Fraction, base: Fraction, path: Path
) -> tuple[Fraction, bool]:
    """Return the nominal rate and whether the true one varies; steps in seconds."""
    if not steps:
        return _sane(average, path), False
    step = median(steps)
    measured_rate = 1 / step
    coarse = max(Fraction(3, 2) * base, step / 30)
    if all(abs(one - step) <= coarse for one in steps) and abs(1 / average - step) <= coarse:
        return _sane(average, path), False
    nearest = min(_EDITING_RATES, key=lambda usual: abs(usual - measured_rate))
    usual = abs(1 / nearest - step) <= coarse
    return _sane(nearest if usual else snap_rate(measured_rate), path), True


def _sane(rate: Fraction, path: Path) -> Fraction:
    if rate < 1:
        return _SLIDE_SHOW_RATE
    try:
        return checked_rate(rate, str(path))
    except InputError as error:
        raise MediaError(error.what, error.remedy) from error


def _end(
    container: InputContainer, stream: VideoStream, reader: FrameReader, step: Fraction
) -> Fraction:
    """Return when the last picture ends, on the stream's clock (s)."""
    base = Fraction(stream.time_base or 1)
    declared = reader.declared_duration() or Fraction(container.duration or 0, 1_000_000)
    back = _TAIL
    while True:
        start = max(declared - back, Fraction(0))
        try:
            container.seek(int((reader.origin + start) / base), stream=stream)
        except (FFmpegError, OSError):
            return reader.origin + declared
        ends = [
            (packet.pts * base, (packet.duration or 0) * base or step)
            for packet in _packets(container, stream)
            if packet.pts is not None
        ]
        if ends:
            time, length = max(ends)
            return time + length
        if start == 0:
            return reader.origin + declared
        back *= 20

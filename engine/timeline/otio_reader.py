"""Reads OpenTimelineIO; its floating-point rates and values become exact fractions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

import opentimelineio as otio

from engine.errors import InputError
from engine.timebase import checked_rate, snap_rate
from engine.timeline.location import media_path
from engine.timeline.nesting import Item, Layers, View, Window
from engine.timeline.sequence import Media, Sequence

if TYPE_CHECKING:
    from pathlib import Path

_WHOLE = Fraction(1, 1000)  # frames; less is rounding of floats
_FINEST = 1_000_000
_NONE = (Fraction(0), Fraction(0))
_Offsets: TypeAlias = tuple[Fraction, Fraction]


def load(path: Path) -> otio.schema.Timeline:
    """Return the timeline that a file holds.

    Raises:
        InputError: It cannot be read, or holds something else.
    """
    try:
        found = otio.adapters.read_from_file(str(path), adapter_name="otio_json")
    except (otio.exceptions.OTIOError, ValueError, OSError, RuntimeError, UnicodeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{path} cannot be read as OTIO ({reason})", "Export it again") from error
    if isinstance(found, otio.schema.SerializableCollection):
        timelines = [entry for entry in found if isinstance(entry, otio.schema.Timeline)]
        if len(timelines) == 1:
            return timelines[0]
    if not isinstance(found, otio.schema.Timeline):
        what = f"{path} holds a {type(found).__name__}, not one timeline"
        raise InputError(what, "Export the one timeline that is to be sounded")
    return found


def read(path: Path) -> Sequence:
    """Read the timeline of an ``.otio`` file.

    Raises:
        InputError: It cannot be read or has a rate that nobody can mean.
    """
    timeline = load(path)
    try:
        return _sequence(timeline, path)
    except otio.exceptions.OTIOError as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{path} has clips without times ({reason})", "Export it again") from error


def _sequence(timeline: otio.schema.Timeline, path: Path) -> Sequence:
    rate = checked_rate(_rate(timeline), path.name)
    start = timeline.global_start_time
    stack = timeline.tracks
    trim = stack.source_range
    window = Window(
        rate,
        inner=seconds(trim.start_time) if trim else Fraction(0),
        end=round(seconds(trim.duration) * rate) if trim else None,
    )
    reader, tracks = _Reader(path.parent), []
    numbers = {"video": 0, "audio": 0}
    for track in stack:
        kind = "audio" if getattr(track, "kind", "") == otio.schema.TrackKind.Audio else "video"
        numbers[kind] += 1
        name = track.name or f"{kind[0].upper()}{numbers[kind]}"
        layers = Layers("audio" if kind == "audio" else "video", name)
        # A disabled track keeps its place in the count and is empty to us.
        if _enabled(track):
            reader.lay(track, View(window, layers))
        tracks += layers.tracks()
    return Sequence(
        timeline.name or path.stem,
        rate,
        round(seconds(start) * rate) if start else 0,
        drop_frame=False,  # OTIO does not say
        tracks=tuple(tracks),
    )


def seconds(time: otio.opentime.RationalTime) -> Fraction:
    """Return a time in seconds, exactly."""
    value = Fraction(time.value)
    nearest = Fraction(round(value))
    exact = nearest if abs(value - nearest) < _WHOLE else value.limit_denominator(_FINEST)
    return exact / rate_of(time)


def rate_of(time: otio.opentime.RationalTime) -> Fraction:
    """Return the standard rate that a time's floating-point rate stands for.

    Raises:
        InputError: A rate that nobody can mean.
    """
    if not time.rate > 0:
        raise InputError(f"The edit has a time at {time.rate:g} frames a second", "Export it again")
    return snap_rate(Fraction(time.rate))


def _rate(timeline: otio.schema.Timeline) -> Fraction:
    if timeline.global_start_time is not None:
        return rate_of(timeline.global_start_time)
    for item in timeline.find_children(descended_from_type=otio.schema.Item):
        if item.source_range is not None:
            return rate_of(item.source_range.duration)
    for clip in timeline.find_clips():
        if clip.media_reference and clip.media_reference.available_range:
            return rate_of(clip.media_reference.available_range.duration)
    raise InputError("The edit has no times", "Export a timeline with clips on it")


def _enabled(item: Any) -> bool:  # noqa: ANN401 - older schemas lack the attribute
    return bool(getattr(item, "enabled", True))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Walks nested compositions; ``folder`` is where relative paths begin."""

    folder: Path

    def lay(self, child: otio.core.Item, view: View) -> None:
        """Lay out an item of a stack: it begins where the stack does."""
        length = seconds(child.trimmed_range().duration)
        self._lay_item(child, (Fraction(0), length), (_NONE, _NONE), view)

    def _lay_inside(self, nest: otio.core.Composition, view: View) -> None:
        if isinstance(nest, otio.schema.Stack):
            for number, child in enumerate(nest):
                self.lay(child, view.above(number))
            return
        position = Fraction(0)
        children = [None, *nest, None]
        for previous, child, following in zip(children, children[1:], children[2:], strict=False):
            begin, end = _offsets(child)
            if isinstance(child, otio.schema.Transition):
                name = child.name or child.transition_type or "Cross Dissolve"
                view.join(name, position - begin, position + end, position)
                continue
            length = seconds(child.trimmed_range().duration)
            around = (_offsets(previous), _offsets(following))
            self._lay_item(child, (position, length), around, view)
            position += length

    def _lay_item(
        self,
        child: otio.core.Item,
        place: tuple[Fraction, Fraction],
        around: tuple[_Offsets, _Offsets],
        view: View,
    ) -> None:
        if isinstance(child, otio.schema.Gap) or not _enabled(child):
            return
        (position, length), (before, after) = place, around
        speed, obstacle = _speed(child)
        item = Item(
            child.name or "clip",
            position - before[0],
            position + length + after[1],
            seconds(child.trimmed_range().start_time) - before[0] * speed,
            speed,
            sum(before, Fraction(0)),
            sum(after, Fraction(0)),
        )
        if isinstance(child, otio.schema.Clip):
            media = self._media(child)
            if media and media.start:
                item = replace(item, inner=item.inner - media.start)
            view.place(item, media, obstacle)
        elif inner := view.into(item):
            self._lay_inside(child, inner)

    def _media(self, clip: otio.schema.Clip) -> Media | None:
        reference = clip.media_reference
        if not isinstance(reference, otio.schema.ExternalReference) or not reference.target_url:
            return None
        path = media_path(reference.target_url, self.folder)
        available = reference.available_range
        if available is None:
            return Media(path, rate_of(clip.trimmed_range().start_time))
        return Media(
            path,
            rate_of(available.start_time),
            seconds(available.start_time),
            seconds(available.duration),
        )


def _offsets(child: object) -> _Offsets:
    if isinstance(child, otio.schema.Transition):
        return seconds(child.in_offset), seconds(child.out_offset)
    return _NONE


def _speed(item: otio.core.Item) -> tuple[Fraction, str]:
    speed, obstacle = Fraction(1), ""
    for effect in item.effects:
        if isinstance(effect, otio.schema.LinearTimeWarp):  # a freeze frame is one of scalar 0
            speed *= Fraction(effect.time_scalar).limit_denominator(10_000)
        elif isinstance(effect, otio.schema.TimeEffect):
            obstacle = "changes its speed along the way; render it first"
    return speed, obstacle

"""Reads Final Cut Pro 7 XML (xmeml 1 to 5) as Premiere, Resolve and others write it.

Written after Apple's "Final Cut Pro XML Interchange Format". The OpenTimelineIO adapter for this
form loses speed changes and track names, which sound cannot do without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from engine.errors import InputError
from engine.timebase import checked_rate, parse_time
from engine.timeline.location import media_path
from engine.timeline.nesting import Item, Layers, View, Window
from engine.timeline.sequence import Media, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.timeline.sequence import Track, TrackKind

_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)


def load(path: Path) -> ET.ElementTree[ET.Element]:
    """Return the document.

    Raises:
        InputError: It cannot be read, or is another XML.
    """
    try:
        data = path.read_bytes()
        # No editor declares entities, which can blow up without end.
        root = ET.fromstring(_ENTITY.sub(b"<!", data))  # noqa: S314 - and expat fetches nothing
    except (ET.ParseError, OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as XML ({error})", "Export it again") from error
    if root.tag != "xmeml":
        raise InputError(
            f"{path} is an XML of another kind (<{root.tag}>)",
            "Export the timeline as Final Cut Pro 7 XML or as OTIO",
        )
    return ET.ElementTree(root)


def sequence_of(document: ET.ElementTree[ET.Element], path: Path) -> ET.Element:
    """Return the one edit of a document.

    Raises:
        InputError: There is none, or there are several.
    """
    root = document.getroot()
    nested = {id(found) for item in root.iter("clipitem") for found in item.iter("sequence")}
    found = [entry for entry in root.iter("sequence") if id(entry) not in nested]
    whole = [entry for entry in found if entry.find("media") is not None]
    if len(whole) == 1:
        return whole[0]
    names = ", ".join(entry.findtext("name") or "unnamed" for entry in whole)
    what = f"{path} holds {len(whole)} sequences" + (f" ({names})" if names else "")
    raise InputError(what, "Export the one sequence that is to be sounded")


def read(path: Path) -> Sequence:
    """Read the sequence of an xmeml file.

    Raises:
        InputError: It cannot be read or has a rate that nobody can mean.
    """
    document = load(path)
    element = sequence_of(document, path)
    try:
        return _sequence(document, element, path)
    except (ValueError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path} has a number that is none ({error})", "Export it again"
        ) from error


def _sequence(document: ET.ElementTree[ET.Element], element: ET.Element, path: Path) -> Sequence:
    rate = checked_rate(rate_of(element) or Fraction(0), path.name)
    reader = _Reader.of(document, path.parent)
    kinds: tuple[TrackKind, ...] = ("video", "audio")
    tracks = [
        layered
        for kind in kinds
        for number, track in enumerate(element.findall(f"media/{kind}/track"), 1)
        for layered in reader.tracks(track, kind, number, Window(rate))
    ]
    code = element.find("timecode")
    return Sequence(
        element.findtext("name") or path.stem,
        rate,
        _first_frame(code, rate) if code is not None else 0,
        drop_frame=code is not None and code.findtext("displayformat") == "DF",
        tracks=tuple(tracks),
    )


def rate_of(element: ET.Element) -> Fraction | None:
    """Return the rate that an element states, or None."""
    base = element.findtext("rate/timebase")
    if base is None:
        return None
    ntsc = (element.findtext("rate/ntsc") or "").strip().upper() == "TRUE"
    return Fraction(base) * (Fraction(1000, 1001) if ntsc else 1)


def _first_frame(code: ET.Element, rate: Fraction) -> int:
    frame = code.findtext("frame")
    if frame is not None:
        return int(frame)
    return parse_time(code.findtext("string") or "00:00:00:00", rate)


@dataclass(frozen=True, slots=True)
class _Span:
    """A clipitem's place on its track, in frames, its transitions' overlaps included."""

    start: int
    end: int
    fade_in: int
    fade_out: int
    moved: int  # how much earlier than the stated start it begins


@dataclass(frozen=True, slots=True)
class _Reader:
    """Walks nested sequences; elements that are only named are looked up by their id."""

    folder: Path
    files: dict[str, ET.Element]
    sequences: dict[str, ET.Element]

    @classmethod
    def of(cls, document: ET.ElementTree[ET.Element], folder: Path) -> _Reader:
        root = document.getroot()
        files = {entry.get("id", ""): entry for entry in root.iter("file") if len(entry)}
        sequences = {entry.get("id", ""): entry for entry in root.iter("sequence") if len(entry)}
        return cls(folder, files, sequences)

    def tracks(
        self, track: ET.Element, kind: TrackKind, number: int, window: Window
    ) -> list[Track]:
        name = track.findtext("name") or track.get("MZ.TrackName") or f"{kind[0].upper()}{number}"
        layers = Layers(kind, name)
        if _true(track, "enabled"):
            self._lay(track, window.rate, View(window, layers))
        return layers.tracks()

    def _lay(self, track: ET.Element, rate: Fraction, view: View) -> None:
        for before, entry, after in _neighbours(track):
            if entry.tag == "transitionitem":
                start, end = _number(entry, "start"), _number(entry, "end")
                name = entry.findtext("effect/name") or "Cross Dissolve"
                view.join(name, start / rate, end / rate, _cut(entry) / rate)
            elif _true(entry, "enabled"):
                self._lay_clip(entry, _span(before, entry, after), rate, view)

    def _lay_clip(self, entry: ET.Element, span: _Span, rate: Fraction, view: View) -> None:
        speed, obstacle = _speed(entry)
        item = Item(
            entry.findtext("name") or "clip",
            span.start / rate,
            span.end / rate,
            _inner(entry, rate, span, speed),
            speed,
            span.fade_in / rate,
            span.fade_out / rate,
        )
        nest = entry.find("sequence")
        if nest is None:
            view.place(item, self._media(entry, rate), obstacle)
        elif inner := view.into(item):
            nest = self.sequences.get(nest.get("id", ""), nest)
            for number, track in enumerate(nest.findall(f"media/{view.layers.kind}/track")):
                if _true(track, "enabled"):
                    self._lay(track, rate_of(nest) or rate, inner.above(number))

    def _media(self, entry: ET.Element, rate: Fraction) -> Media | None:
        named = entry.find("file")
        if named is None:
            return None
        file = self.files.get(named.get("id", ""), named)
        location = file.findtext("pathurl")
        if not location:
            return None
        own = rate_of(file) or rate
        frames = file.findtext("duration")
        return Media(
            media_path(location.strip(), self.folder),
            own,
            _timecode(file, own),
            Fraction(frames) / own if frames and frames.strip() else None,
        )


def _timecode(file: ET.Element, rate: Fraction) -> Fraction:
    code = file.find("timecode")
    if code is None:
        return Fraction(0)
    own = rate_of(code) or rate
    return _first_frame(code, own) / own


def _neighbours(
    track: ET.Element,
) -> Iterator[tuple[ET.Element | None, ET.Element, ET.Element | None]]:
    entries = [e for e in track if e.tag in ("clipitem", "generatoritem", "transitionitem")]
    padded = [None, *entries, None]
    for index, entry in enumerate(entries):
        around = (padded[index], padded[index + 2])
        before, after = (
            one if one is not None and one.tag == "transitionitem" else None for one in around
        )
        yield before, entry, after


def _span(before: ET.Element | None, entry: ET.Element, after: ET.Element | None) -> _Span:
    """A clip's place. A stated -1 means: where the transition beside it begins or ends."""
    start, end = _number(entry, "start"), _number(entry, "end")
    fade_in = fade_out = moved = 0
    if before is not None:
        begin, reach = _number(before, "start"), _number(before, "end")
        if start == -1:
            start = begin
        elif begin < start <= reach:
            start, moved = begin, start - begin
        fade_in = max(0, reach - start)
    if after is not None:
        begin, reach = _number(after, "start"), _number(after, "end")
        if end == -1 or begin <= end < reach:
            end = reach
        fade_out = max(0, end - begin)
    length = _number(entry, "out") - _number(entry, "in")
    if start == -1:
        start = end - length
    if end == -1:
        end = start + length
    return _Span(start, end, fade_in, fade_out, moved)


def _cut(transition: ET.Element) -> int:
    start, end = _number(transition, "start"), _number(transition, "end")
    alignment = transition.findtext("alignment") or "center"
    edges = {"start": start, "start-black": start, "end": end, "end-black": end}
    return edges.get(alignment, (start + end) // 2)


def _inner(entry: ET.Element, rate: Fraction, span: _Span, speed: Fraction) -> Fraction:
    """Seconds of the file or nest that are shown first.

    Final Cut, Premiere and Resolve count ``in`` of a clip at another speed in frames as they are
    shown; others count the file's. Which one it is shows in how many there are.
    """
    own = rate_of(entry) or rate
    first, last = _number(entry, "in"), _number(entry, "out")
    offset = int(entry.findtext("subclipinfo/startoffset") or 0)
    stated = (span.end - span.start - span.moved) / rate
    counted = (last - first) / own
    of_file = abs(counted - stated * speed) < abs(counted - stated)
    begin = first / own if of_file else first / own * speed
    return begin + offset / own - span.moved / rate * speed


def _speed(entry: ET.Element) -> tuple[Fraction, str]:
    for effect in entry.findall("filter/effect"):
        if effect.findtext("effectid") == "timeremap":
            values = {
                parameter.findtext("parameterid"): (parameter.findtext("value") or "").strip()
                for parameter in effect.findall("parameter")
            }
            speed = Fraction(values.get("speed") or 100) / 100
            if values.get("reverse", "").upper() == "TRUE":
                speed = -abs(speed)
            if values.get("variablespeed", "0").upper() not in ("", "0", "FALSE"):
                return speed, "changes its speed along the way; render it first"
            return speed, ""
    return Fraction(1), ""


def _true(element: ET.Element, tag: str) -> bool:
    return (element.findtext(tag) or "TRUE").strip().upper() != "FALSE"


def _number(element: ET.Element, tag: str) -> int:
    return int(element.findtext(tag) or 0)

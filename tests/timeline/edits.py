"""Edits for the tests, made with opentimelineio from films in which something plainly happens."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import opentimelineio as otio

from tests.flashes import flash_film

if TYPE_CHECKING:
    from pathlib import Path

RATE = Fraction(24000, 1001)
HOUR = 24 * 3600  # 01:00:00:00 in frames
FLASHES = (20, 60)  # pictures of each film on which it lights up
FRAMES = 96  # of each film
# Frames of the edit of twelve clips on which a film lights up, by the track of its sound.
IMPACTS = ((10, 48, 97, 153, 177, 197, 211, 241, 266, 291), (102, 139, 245))
FILM_START = 1000  # timecode of each film's first picture, in frames


def time(frames: float) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, float(RATE))


def stretch(first: float, frames: float) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(time(first), time(frames))


def gap(frames: int) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=stretch(0, frames))


def clip(film: Path, first: int, frames: int, speed: float = 1, name: str = "") -> otio.schema.Clip:
    """A clip that shows ``frames`` frames from the film's picture ``first`` on."""
    media = otio.schema.ExternalReference(str(film), stretch(FILM_START, FRAMES))
    made = otio.schema.Clip(name or film.stem, media, stretch(FILM_START + first, frames))
    if speed != 1:
        made.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))
    return made


def dissolve(before: int, after: int) -> otio.schema.Transition:
    kind = otio.schema.TransitionTypes.SMPTE_Dissolve
    return otio.schema.Transition("Cross Dissolve", kind, time(before), time(after))


def track(name: str, *items: otio.core.Composable) -> otio.schema.Track:
    return otio.schema.Track(name, items, kind=otio.schema.TrackKind.Video)


def nest(first: int, frames: int, *tracks: otio.schema.Track) -> otio.schema.Stack:
    return otio.schema.Stack("nest", tracks, stretch(first, frames))


def timeline(*tracks: otio.schema.Track, start: int = HOUR) -> otio.schema.Timeline:
    return otio.schema.Timeline("reel", tracks, time(start))


def films(folder: Path) -> tuple[Path, Path]:
    """Two films of 96 pictures at 24000/1001 that light up on the same pictures."""
    names = ("dog.mp4", "wall.mp4")
    colours = ((1.0, 0.1, 0.1), (0.5, 0.5, 0.5))
    dog, wall = (
        flash_film(folder, name, flashes=FLASHES, frames=FRAMES, rate=RATE, colour=colour)
        for name, colour in zip(names, colours, strict=True)
    )
    return dog, wall


def twelve_clips(folder: Path) -> Path:
    """Write an edit of twelve clips with all that makes edits hard, and return its path.

    Trims, a gap, a dissolve, a clip at twice its speed, a nested stack of two tracks, two tracks,
    and a start at 01:00:00:00.
    """
    dog, wall = films(folder)
    inside = nest(
        6,
        54,
        track("in 1", clip(dog, 10, 30), clip(wall, 50, 30)),
        track("in 2", gap(36), clip(dog, 52, 20)),
    )
    first = track(
        "Main",
        clip(dog, 10, 40),
        clip(wall, 12, 30),
        gap(17),
        clip(dog, 50, 40),
        dissolve(6, 6),
        clip(wall, 8, 40),
        clip(dog, 0, 40, speed=2, name="fast dog"),
        inside,
        clip(wall, 55, 25),
        clip(dog, 15, 15),
    )
    second = track("Top", gap(100), clip(dog, 18, 20), gap(31), clip(wall, 58, 12))
    path = folder / "reel.otio"
    otio.adapters.write_to_file(timeline(first, second), str(path))
    return path

"""Which sound goes on which new track of the edit: stems apart, and nothing on top of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.timeline.sounding import Result

# What mixers call them: dialogue, music, effects, backgrounds.
_NAMES = {"dialogue": "DX", "score": "MX", "effects": "FX", "ambience": "BG"}
_ORDER = ("DX", "MX", "FX", "BG")


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound file on a track, in the sequence's frames.

    Attributes:
        name: What the clip is called.
        wav: The file.
        first: Where its audible part begins on the sequence.
        frames: How long that part is.
        before: Frames of the file before that part: its handle.
        file_frames: Length of the whole file.
        samples: The same in samples.
        sample_rate: Samples per second.
    """

    name: str
    wav: Path
    first: int
    frames: int
    before: int
    file_frames: int
    samples: int
    sample_rate: int

    @property
    def end(self) -> int:
        """The frame after its audible part."""
        return self.first + self.frames


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """A new track of sound.

    Attributes:
        name: DX, MX, FX or BG, numbered where there are several.
        sounds: In order of time; they do not overlap.
    """

    name: str
    sounds: tuple[Sound, ...]


def lay_tracks(results: Iterable[Result], default_stem: str) -> list[SoundTrack]:
    """Lay sounds on as few tracks as hold them without overlaps.

    Args:
        results: The sounds.
        default_stem: What they are where their job does not say.
    """
    tracks: dict[str, list[list[Sound]]] = {name: [] for name in _ORDER}
    for result in sorted(results, key=lambda result: result.job.placed.first):
        sound = _sound(result)
        ways = tracks[_NAMES[result.job.stem or default_stem]]
        free = next((way for way in ways if way[-1].end <= sound.first), None)
        if free is None:
            ways.append([sound])
        else:
            free.append(sound)
    return [
        SoundTrack(name if number == 1 else f"{name} {number}", tuple(way))
        for name in _ORDER
        for number, way in enumerate(tracks[name], 1)
    ]


def _sound(result: Result) -> Sound:
    job = result.job
    return Sound(
        name=result.wav.stem,
        wav=result.wav.absolute(),
        first=job.placed.first,
        frames=job.placed.frames,
        before=job.before,
        file_frames=job.span.frames,
        samples=result.samples,
        sample_rate=result.sample_rate,
    )

"""What a sound strip remembers of its making, as a custom property that is saved with the project.

It is JSON text: custom properties hold no integers over 31 bits, and seeds are longer.
"""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import bpy

from ..messages import Settings, Take
from . import folders, strips

if TYPE_CHECKING:
    from .reading import Stretch

KEY = "lumiphone"


@dataclass(frozen=True, slots=True)
class TakeRecord:
    """One take of one strip.

    Attributes:
        number: From 1, for this strip; the user's name for it.
        clip: The strip's name when it was made.
        media: The file of its pictures; None if they were rendered.
        media_start: Where in that file it begins, in seconds, as a fraction.
        frames: Its length in frames ...
        rate: ... at this rate, as a fraction.
        take: The files, and what they were made with; paths as Blender writes them ("//...").
        settings: What the user had asked for.
        apart: Whether each of its stems has a strip of its own.
    """

    number: int
    clip: str
    media: str | None
    media_start: str
    frames: int
    rate: str
    take: Take
    settings: Settings
    apart: bool = False

    @classmethod
    def of(
        cls, stretch: Stretch, number: int, take: Take, settings: Settings, *, apart: bool
    ) -> Self:
        """Return the record of a take that was just made."""
        wav, sidecar = folders.for_strip(take.wav), folders.for_strip(take.sidecar)
        return cls(
            number=number,
            clip=stretch.strip,
            media=stretch.media,
            media_start=str(stretch.media_start),
            frames=stretch.frames,
            rate=str(stretch.rate),
            take=dataclasses.replace(take, wav=wav, sidecar=sidecar),
            settings=settings,
            apart=apart and len(take.stems) > 1,
        )

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what ``dataclasses.asdict`` gave; unknown keys are ignored.

        Raises:
            TypeError: Something is missing.
        """
        inner = {"take": _known(Take, data["take"]), "settings": _known(Settings, data["settings"])}
        settings = inner["settings"] | {"stems": tuple(inner["settings"]["stems"])}
        return cls(
            **_known(cls, data) | {"take": Take(**inner["take"]), "settings": Settings(**settings)}
        )

    @property
    def label(self) -> str:
        """The strip's name: clip, take, and what is heard."""
        words = self.take.prompt or self.take.suggested_prompt
        clip = self.clip.rsplit(".", 1)[0] if "." in self.clip else self.clip
        return " · ".join(part for part in (clip, f"take {self.number}", words) if part)


@dataclass(frozen=True, slots=True)
class Memory:
    """What a sound strip remembers: its own take, and those without a strip."""

    record: TakeRecord
    others: tuple[TakeRecord, ...] = ()


def _known(kind: type, data: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(kind)}
    return {name: value for name, value in data.items() if name in names}


def remember(strip: Any, memory: Memory) -> None:
    """Write what the strip is to remember."""
    strip[KEY] = json.dumps(dataclasses.asdict(memory), ensure_ascii=False)


def recall(strip: Any) -> Memory | None:
    """Return what the strip remembers; None if it is no take of ours."""
    if strip.type != "SOUND" or KEY not in strip:
        return None
    try:
        data = json.loads(strip[KEY])
        others = tuple(TakeRecord.from_json(other) for other in data["others"])
        return Memory(TakeRecord.from_json(data["record"]), others)
    except (ValueError, TypeError, KeyError, AttributeError):  # edited by hand, or by a newer us
        return None


def memory_of(strip: Any) -> Memory:
    """Return what a strip that is known to be a take remembers."""
    memory = recall(strip)
    assert memory is not None  # noqa: S101 - it was found by its memory
    return memory


def source_of(scene: bpy.types.Scene, sound: Any) -> Any:
    """Return the strip that a take belongs to, or None: found by name, else by its file.

    A copy of both lies with the copy: the one that overlaps most in time wins.
    """
    memory = recall(sound)
    if memory is None:
        return None
    record = memory.record
    found = [
        strip
        for strip in strips.every(scene)
        if strip.type != "SOUND" and (strip.name == record.clip or _shows(strip, record.media))
    ]
    first, end = strips.first_frame(sound), strips.end_frame(sound)

    def nearness(strip: Any) -> tuple[int, bool]:
        common = min(end, strips.end_frame(strip)) - max(first, strips.first_frame(strip))
        return max(0, common), strip.name == record.clip

    return max(found, key=nearness, default=None)


def _shows(strip: Any, media: str | None) -> bool:
    return media is not None and strip.type == "MOVIE" and _absolute(strip.filepath) == media


def _absolute(path: str) -> str:
    return str(os.path.normpath(bpy.path.abspath(path)))


def takes_of(scene: bpy.types.Scene, source: str) -> list[tuple[Any, Memory]]:
    """Return the takes of the strip with this name that have strips, with what they remember."""
    found = []
    for strip in strips.every(scene):
        memory = recall(strip)
        if memory:
            owner = source_of(scene, strip)
            if owner.name == source if owner else memory.record.clip == source:
                found.append((strip, memory))
    return found


def all_records(takes: list[tuple[Any, Memory]]) -> dict[int, TakeRecord]:
    """Return the takes by number, those without a strip included."""
    known = {other.number: other for _, memory in takes for other in memory.others}
    return known | {memory.record.number: memory.record for _, memory in takes}

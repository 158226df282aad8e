"""Puts new takes on the timeline."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import bpy

from ..errors import HostError
from . import choice, insertion, stem_strips, strips
from .provenance import Memory, TakeRecord, all_records, memory_of, remember, takes_of

if TYPE_CHECKING:
    from ..messages import Settings, Take
    from .reading import Stretch


def place(
    stretch: Stretch,
    take: Take,
    settings: Settings,
    *,
    chosen: bool,
    instead_of: str | None = None,
    level: float = 0.0,
    apart: bool = False,
) -> Any:
    """Put a take beside its strip, and end an undo step; one that is there already is chosen.

    Args:
        stretch: The strip as it was read. If it was moved since, its sound moves with it.
        take: The take.
        settings: What it was made with.
        chosen: Whether it sounds; the strip's other takes then do not.
        instead_of: Name of the sound strip that makes way for it, and whose volume it takes over.
        level: Volume in dB where it takes nobody's place.
        apart: Whether each of its stems gets a strip of its own.

    Returns:
        Its sound strip; that of the chosen take if it got none of its own.

    Raises:
        HostError: The scene or the file is gone, or no channel is free.
    """
    scene = bpy.data.scenes.get(stretch.scene)
    if scene is None or scene.sequence_editor is None:
        raise HostError(f"Scene '{stretch.scene}' is gone", f"Its take lies at {take.wav}")
    takes = takes_of(scene, stretch.strip)
    records = all_records(takes)
    placed = next((number for number, record in records.items() if _same(record, take)), None)
    if placed is not None:
        return choice.use_take(scene, stretch.strip, placed)
    old = next((strip for strip, _ in takes if strip.name == instead_of), None)
    number = memory_of(old).record.number if old else max(records, default=0) + 1
    record = TakeRecord.of(stretch, number, take, settings, apart=apart)
    keeper = choice.chosen(takes)
    if keeper and not chosen and not old and choice.out_of_timeline():
        memory = memory_of(keeper)
        remember(keeper, replace(memory, others=(*memory.others, record)))
        insertion.undo_step(f"{record.label} kept")
        return keeper
    strip = _insert(scene, stretch, record, old)
    if not old:
        strip.volume = 10 ** (level / 20)
    if chosen:
        strip = choice.sound_alone(scene, stretch.strip, strip)
    else:
        strip.mute = True
    name = strip.name
    stem_strips.settle(scene, stretch.strip)
    strip = insertion.find(scene, name)[1]
    insertion.undo_step(f"{record.label} placed")
    return strip


def _insert(scene: bpy.types.Scene, stretch: Stretch, record: TakeRecord, old: Any) -> Any:
    others = memory_of(old).others if old else ()
    metas, first = _where(scene, stretch)
    try:
        strip = insertion.insert(scene, metas, first, record, near=stretch.channel, instead_of=old)
    except HostError as error:
        remedy = f"{error.remedy}; the take lies at {bpy.path.abspath(record.take.wav)}"
        raise HostError(error.what, remedy) from error
    remember(strip, Memory(record, others))
    return strip


def _same(record: TakeRecord, take: Take) -> bool:
    known = os.path.normpath(bpy.path.abspath(record.take.wav))
    return bool(known == os.path.normpath(take.wav))


def _where(scene: bpy.types.Scene, stretch: Stretch) -> tuple[tuple[str, ...], int]:
    """The metas around the strip and the first frame of its sound, as the strip lies now."""
    for metas, owner in strips.levels(scene):
        strip = strips.collection(owner).get(stretch.strip)
        if strip is not None:
            return metas, stretch.first + round(strips.content_start(strip) - stretch.content)
    return (), stretch.first

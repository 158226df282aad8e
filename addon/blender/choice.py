"""Which of a strip's takes sounds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..errors import HostError
from . import insertion, preferences, stem_strips, strips
from .provenance import Memory, TakeRecord, all_records, memory_of, remember, takes_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def out_of_timeline() -> bool:
    """Return whether the user wants takes that are not chosen out of the timeline."""
    return bool(preferences.current().other_takes == "OUT")


def chosen(takes: Sequence[tuple[Any, Memory]]) -> Any:
    """Return the strip of the take that sounds, else the first there is, else None."""
    sounding = [strip for strip, _ in takes if not strip.mute]
    return next(iter([*sounding, *(strip for strip, _ in takes)]), None)


def use_take(scene: bpy.types.Scene, source: str, number: int) -> Any:
    """Let take ``number`` of a strip sound in place of the one that does, and end an undo step.

    Where the user keeps the others out of the timeline, the sound strip keeps its place, volume
    and fades: only its sound changes.

    Raises:
        HostError: The strip has no such take, or its file is gone.
    """
    takes = takes_of(scene, source)
    records = all_records(takes)
    if number not in records:
        have = ", ".join(map(str, sorted(records))) or "none"
        raise HostError(f"Strip '{source}' has no take {number}", f"Choose among its takes: {have}")
    present = next((strip for strip, memory in takes if memory.record.number == number), None)
    if present is None:
        present = _bring_back(scene, chosen(takes), records[number])
    name = sound_alone(scene, source, present).name
    stem_strips.settle(scene, source)
    present = insertion.find(scene, name)[1]
    insertion.undo_step(f"{records[number].label} chosen")
    return present


def sound_alone(scene: bpy.types.Scene, source: str, strip: Any) -> Any:
    """Let one take of a strip sound; the others are muted or taken out, as the user prefers.

    The chosen strip remembers the takes that have no strip.
    """
    keep, out = strip.name, out_of_timeline()
    memory = memory_of(strip)
    known = {record.number: record for record in memory.others}
    for name, theirs in [(other.name, theirs) for other, theirs in takes_of(scene, source)]:
        if name == keep:
            continue
        known |= {record.number: record for record in theirs.others}
        if out:  # removing a strip invalidates what Python holds of the others
            known[theirs.record.number] = theirs.record
            insertion.remove(scene, name)
            continue
        other = insertion.find(scene, name)[1]
        other.mute = True
        remember(other, replace(theirs, others=()))
    with_strip = {each.record.number for _, each in takes_of(scene, source)}
    others = tuple(known[number] for number in sorted(known.keys() - with_strip))
    strip = insertion.find(scene, keep)[1]
    strip.mute = False
    remember(strip, replace(memory, others=others))
    return strip


def _bring_back(scene: bpy.types.Scene, strip: Any, record: TakeRecord) -> Any:
    """Give a take that has no strip one, or the strip of the chosen take."""
    memory = memory_of(strip)
    record = _located(record, Path(bpy.path.abspath(strip.sound.filepath)).parent)
    rest = tuple(other for other in memory.others if other.number != record.number)
    same_length = (record.frames, record.rate) == (memory.record.frames, memory.record.rate)
    if out_of_timeline() and same_length:
        old = strip.sound
        strip.sound = bpy.data.sounds.load(record.take.wav, check_existing=True)
        insertion.drop(old)
        strip.name = insertion.shortened(record.label)
        remember(strip, Memory(record, (*rest, memory.record)))
        return strip
    remember(strip, replace(memory, others=rest))
    metas, _ = insertion.find(scene, strip.name)
    first, near = strips.first_frame(strip), strip.channel
    new = insertion.insert(scene, metas, first, record, near=near)
    remember(new, Memory(record))
    return new


def _located(record: TakeRecord, near: Path) -> TakeRecord:
    """The record with its file where it is: a project that moved took the folder along."""
    path = Path(bpy.path.abspath(record.take.wav))
    beside = near / path.name
    if not path.is_file() and beside.is_file():
        return replace(record, take=replace(record.take, wav=str(beside)))
    if not path.is_file():
        raise HostError(f"The sound of {record.label} is missing: {path}", "Make another take")
    return record

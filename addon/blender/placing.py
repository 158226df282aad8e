"""Puts takes on the timeline, and chooses among them."""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..errors import HostError
from . import preferences, strips
from .provenance import Memory, TakeRecord, all_records, recall, remember, takes_of

if TYPE_CHECKING:
    from ..messages import Settings, Take
    from .reading import Stretch

CHANNELS = 128
_NAME_BYTES = 59  # a strip's name holds 63, of which Blender may use four to make it unique


def undo_step(message: str) -> None:
    """End an undo step: what changes from timers and scripts has none of its own."""
    with contextlib.suppress(RuntimeError):  # undo is switched off
        bpy.ops.ed.undo_push(message=f"Lumiphone: {message}")


def place(
    stretch: Stretch, take: Take, settings: Settings, *, chosen: bool, instead_of: str | None = None
) -> Any:
    """Put a new take beside its strip, and end an undo step.

    Args:
        stretch: The strip as it was read. If it was moved since, its sound moves with it.
        take: The take.
        settings: What it was made with.
        chosen: Whether it sounds; the strip's other takes then do not.
        instead_of: Name of the sound strip that makes way for it.

    Returns:
        Its sound strip; that of the chosen take if it got none of its own.

    Raises:
        HostError: The scene or the file is gone, or no channel is free.
    """
    scene = bpy.data.scenes.get(stretch.scene)
    if scene is None or scene.sequence_editor is None:
        raise HostError(f"Scene '{stretch.scene}' is gone", f"Its take lies at {take.wav}")
    takes = takes_of(scene, stretch.strip)
    old = next((strip for strip, _ in takes if strip.name == instead_of), None)
    number = max(all_records(takes), default=0) + 1
    channel = None
    if old:
        number, channel = recall(old).record.number, old.channel  # type: ignore[union-attr] # it is a take
    record = TakeRecord.of(stretch, number, take, settings)
    keeper = _chosen(takes)
    if not chosen and not old and keeper and preferences.current().other_takes == "OUT":
        memory = recall(keeper)
        assert memory is not None  # noqa: S101 - it is a take
        remember(keeper, replace(memory, others=(*memory.others, record)))
        undo_step(f"{record.label} kept")
        return keeper
    metas, first = _where(scene, stretch)
    others = recall(old).others if old else ()  # type: ignore[union-attr] # as above
    selected = bool(old and old.select)
    if old:
        strips.collection(strips.level(scene, metas)).remove(old)
    try:
        strip = _insert(scene, metas, (first, stretch.channel, channel), record)
    except HostError as error:
        raise HostError(error.what, f"{error.remedy}; the take lies at {take.wav}") from error
    strip.select = selected
    remember(strip, Memory(record, others))
    if chosen:
        sound_alone(scene, stretch.strip, strip)
    else:
        strip.mute = True
    undo_step(f"{record.label} placed")
    return strip


def _where(scene: bpy.types.Scene, stretch: Stretch) -> tuple[tuple[str, ...], int]:
    """The metas around the strip and the first frame of its sound, as the strip lies now."""
    for metas, owner in strips.levels(scene):
        strip = strips.collection(owner).get(stretch.strip)
        if strip is not None:
            return metas, stretch.first + round(strips.content_start(strip) - stretch.content)
    return (), stretch.first


def _insert(
    scene: bpy.types.Scene,
    metas: tuple[str, ...],
    place: tuple[int, int, int | None],
    record: TakeRecord,
) -> Any:
    first, near, wanted = place
    path = bpy.path.abspath(record.take.wav)
    if not os.path.isfile(path):  # noqa: PTH113 - new_sound says nothing
        raise HostError(f"The sound of {record.label} is missing: {path}", "Generate it again")
    owner = strips.level(scene, metas)
    channel = free_channel(owner, first, first + record.frames, near, wanted)
    active = scene.sequence_editor.active_strip
    name = shortened(record.label)
    strip = strips.collection(owner).new_sound(name, record.take.wav, channel, first)
    strip.select = False
    scene.sequence_editor.active_strip = active
    if strips.end_frame(strip) != first + record.frames:
        strips.set_end_frame(strip, first + record.frames)
    return strip


def free_channel(owner: Any, first: int, end: int, near: int, wanted: int | None = None) -> int:
    """Return the nearest channel that is unlocked, sounds, and is empty from first to end.

    Args:
        owner: The sequence editor or meta.
        first: First frame.
        end: The frame after the last.
        near: The channel beside which it should be; below comes before above.
        wanted: A channel that is better than any other.

    Raises:
        HostError: There is none.
    """
    taken = {
        strip.channel
        for strip in strips.collection(owner)
        if strips.first_frame(strip) < end and strips.end_frame(strip) > first
    }
    nearest = sorted(range(1, CHANNELS + 1), key=lambda channel: (abs(channel - near), channel))
    for channel in [wanted, *nearest] if wanted else nearest:
        settings = owner.channels[channel]
        if channel not in taken and not settings.lock and not settings.mute:
            return channel
    raise HostError(
        f"No channel is free from frame {first} to {end}",
        "Unlock or clear a channel beside the strip",
    )


def shortened(name: str) -> str:
    """Return as much of a name as a strip can bear."""
    whole = name.encode()
    return (
        name
        if len(whole) <= _NAME_BYTES
        else whole[: _NAME_BYTES - 3].decode("utf-8", "ignore") + "…"
    )


def _chosen(takes: list[tuple[Any, Memory]]) -> Any:
    """The strip of the take that sounds, or the first there is."""
    sounding = [strip for strip, _ in takes if not strip.mute]
    return next(iter([*sounding, *(strip for strip, _ in takes)]), None)


def sound_alone(scene: bpy.types.Scene, source: str, strip: Any) -> None:
    """Let one take of a strip sound; the others are muted or taken out, as the user prefers."""
    strip.mute = False
    memory = recall(strip)
    assert memory is not None  # noqa: S101 - it is a take
    keep = strip.name
    others = [(name.name, theirs) for name, theirs in takes_of(scene, source) if name.name != keep]
    out = preferences.current().other_takes == "OUT"
    known = {record.number: record for record in memory.others}
    for name, theirs in others:
        if out:
            _remove(scene, name)
        else:
            _find(scene, name)[1].mute = True
        known |= {record.number: record for record in theirs.others}
        if out:
            known[theirs.record.number] = theirs.record
        else:
            remember(_find(scene, name)[1], replace(theirs, others=()))
    known.pop(memory.record.number, None)
    present = set() if out else {theirs.record.number for _, theirs in others}
    kept = tuple(known[number] for number in sorted(known) if number not in present)
    remember(_find(scene, keep)[1], replace(memory, others=kept))


def _find(scene: bpy.types.Scene, name: str) -> tuple[Any, Any]:
    """The collection that holds the strip of this name, and the strip."""
    for _, owner in strips.levels(scene):
        found = strips.collection(owner).get(name)
        if found is not None:
            return strips.collection(owner), found
    raise HostError(f"Strip '{name}' is gone", "Undo, or generate again")


def _remove(scene: bpy.types.Scene, name: str) -> None:
    owner, strip = _find(scene, name)
    sound = strip.sound
    owner.remove(strip)
    if sound and not sound.users:
        bpy.data.sounds.remove(sound)


def use_take(scene: bpy.types.Scene, source: str, number: int) -> Any:
    """Let take ``number`` of a strip sound in place of the one that does.

    The sound strip of the chosen take keeps its place, volume and fades where the user keeps the
    others out of the timeline: only its sound changes.

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
        present = _swap(scene, _chosen(takes), records[number])
    sound_alone(scene, source, present)
    undo_step(f"{records[number].label} chosen")
    return present


def _swap(scene: bpy.types.Scene, strip: Any, record: TakeRecord) -> Any:
    """Bring back a take that has no strip."""
    memory = recall(strip)
    assert memory is not None  # noqa: S101 - it is a take
    record = _located(record, Path(bpy.path.abspath(strip.sound.filepath)).parent)
    rest = tuple(other for other in memory.others if other.number != record.number)
    same = (record.frames, record.rate) == (memory.record.frames, memory.record.rate)
    if preferences.current().other_takes == "OUT" and same:
        old = strip.sound
        strip.sound = bpy.data.sounds.load(record.take.wav, check_existing=True)
        if not old.users:
            bpy.data.sounds.remove(old)
        strip.name = shortened(record.label)
        remember(strip, Memory(record, (*rest, memory.record)))
        return strip
    metas = next(
        metas for metas, owner in strips.levels(scene) if strip.name in strips.collection(owner)
    )
    place = (strips.first_frame(strip), strip.channel, None)
    remember(strip, replace(memory, others=rest))
    new = _insert(scene, metas, place, record)
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

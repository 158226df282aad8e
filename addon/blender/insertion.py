"""Sound strips in and out of the timeline, never over another strip."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

import bpy

from ..errors import HostError
from . import strips

if TYPE_CHECKING:
    from .provenance import TakeRecord

CHANNELS = 128
_NAME_BYTES = 59  # a strip's name holds 63, of which Blender may use four to make it unique


def undo_step(message: str) -> None:
    """End an undo step: what changes from timers and scripts has none of its own."""
    with contextlib.suppress(RuntimeError):  # undo is switched off
        bpy.ops.ed.undo_push(message=f"Lumiphone: {message}")


def insert(
    scene: bpy.types.Scene,
    metas: tuple[str, ...],
    first: int,
    record: TakeRecord,
    *,
    near: int,
    instead_of: Any = None,
) -> Any:
    """Put a take's sound on a free channel; the user's selection stays.

    Args:
        scene: Where.
        metas: Names of the metas around it.
        first: Its first frame.
        record: The take.
        near: The channel beside which it should be.
        instead_of: A sound strip that goes when this one is there; its channel is the best.

    Returns:
        The sound strip.

    Raises:
        HostError: No channel is free, or the file is missing.
    """
    path = bpy.path.abspath(record.take.wav)
    if not os.path.isfile(path):  # noqa: PTH113 - new_sound would say nothing
        raise HostError(f"The sound of {record.label} is missing: {path}", "Generate it again")
    owner = strips.level(scene, metas)
    channel = free_channel(owner, first, first + record.frames, near, instead_of)
    active = scene.sequence_editor.active_strip
    strip = strips.collection(owner).new_sound(record.label[:1], record.take.wav, channel, first)
    strip.select = False
    if instead_of is not None:
        strip.select = instead_of.select
        strip.volume = instead_of.volume
        active = strip if active == instead_of else active
        remove(scene, instead_of.name)
    scene.sequence_editor.active_strip = active
    strip.name = shortened(record.label)
    if strips.end_frame(strip) != first + record.frames:
        strips.set_end_frame(strip, first + record.frames)
    return strip


def free_channel(owner: Any, first: int, end: int, near: int, instead_of: Any = None) -> int:
    """Return the nearest channel that is unlocked, sounds, and is empty from first to end.

    Args:
        owner: The sequence editor or meta.
        first: First frame.
        end: The frame after the last.
        near: The channel beside which it should be; below comes before above.
        instead_of: A strip that does not count; its channel is better than any other.

    Raises:
        HostError: There is none.
    """
    taken = {
        strip.channel
        for strip in strips.collection(owner)
        if strip != instead_of
        and strips.first_frame(strip) < end
        and strips.end_frame(strip) > first
    }
    nearest = sorted(range(1, CHANNELS + 1), key=lambda channel: (abs(channel - near), channel))
    for channel in [instead_of.channel, *nearest] if instead_of else nearest:
        settings = owner.channels[channel]
        if channel not in taken and not settings.lock and not settings.mute:
            return int(channel)
    raise HostError(
        f"No channel is free from frame {first} to {end}",
        "Unlock or clear a channel beside the strip",
    )


def shortened(name: str) -> str:
    """Return as much of a name as a strip can bear."""
    whole = name.encode()
    if len(whole) <= _NAME_BYTES:
        return name
    return whole[: _NAME_BYTES - 3].decode("utf-8", "ignore") + "…"


def find(scene: bpy.types.Scene, name: str) -> tuple[tuple[str, ...], Any]:
    """Return the names of the metas around the strip of this name, and the strip.

    Raises:
        HostError: There is none.
    """
    for metas, owner in strips.levels(scene):
        found = strips.collection(owner).get(name)
        if found is not None:
            return metas, found
    raise HostError(f"Strip '{name}' is gone", "Undo, or generate again")


def remove(scene: bpy.types.Scene, name: str) -> None:
    """Take a sound strip out, and its sound with it if nothing else uses that."""
    metas, strip = find(scene, name)
    sound = strip.sound
    strips.collection(strips.level(scene, metas)).remove(strip)
    drop(sound)


def drop(sound: Any) -> None:
    """Remove a sound that no strip uses any more."""
    if sound and not sound.users:
        bpy.data.sounds.remove(sound)

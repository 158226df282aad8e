"""Takes whose stems each have a strip of their own.

The strip of such a take sounds its first stem. Each other stem has a companion strip that remembers
whose it is and does as the take's strip does: sounds or is mute with it, and goes when it goes.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import bpy

from . import insertion, preferences, strips
from .provenance import memory_of, takes_of

if TYPE_CHECKING:
    from .provenance import TakeRecord

KEY = "lumiphone_stem"


def wanted() -> bool:
    """Return whether the user wants a strip for each stem of every take."""
    return bool(preferences.current().stem_strips == "APART")


def settle(scene: bpy.types.Scene, source: str) -> None:
    """Give the takes of a strip the companions that they should have, and take out all others.

    Args:
        scene: Where.
        source: Name of the strip whose takes they are.

    Raises:
        HostError: A stem's file is missing, or no channel is free.
    """
    companions: dict[tuple[str, str], str] = {}  # whose, which stem: the take's strip
    for strip, memory in takes_of(scene, source):
        record = memory.record
        if not record.apart:
            continue
        first, *rest = record.take.stems
        _sound(strip, _file(record, first))
        companions |= {(record.take.wav, stem): strip.name for stem in rest}
    for name, whose, stem in _companions(scene, source):
        strip = insertion.find(scene, name)[1]
        if (whose, stem) not in companions:
            insertion.remove(scene, name)  # which invalidates what Python holds of the others
            continue
        keeper = insertion.find(scene, companions.pop((whose, stem)))[1]
        strip.mute = keeper.mute
    for (_, stem), name in companions.items():
        _accompany(scene, source, name, stem)


def _accompany(scene: bpy.types.Scene, source: str, name: str, stem: str) -> None:
    """Put a stem beside its take's strip."""
    metas, keeper = insertion.find(scene, name)
    record = memory_of(keeper).record
    file = _file(record, stem)
    first, near, mute, volume = (
        round(strips.content_start(keeper)),
        keeper.channel,
        keeper.mute,
        keeper.volume,
    )
    part = replace(record, take=replace(record.take, wav=file))
    strip = insertion.insert(scene, metas, first, part, near=near)
    strip.name = insertion.shortened(f"{stem} of {record.label}")
    strip.mute, strip.volume = mute, volume
    strip[KEY] = json.dumps({"clip": source, "take": record.take.wav, "stem": stem})


def _companions(scene: bpy.types.Scene, source: str) -> list[tuple[str, str, str]]:
    """Companion strips of a strip's takes: name, whose (its sound) and which stem."""
    found = []
    for strip in strips.every(scene):
        if strip.type != "SOUND" or KEY not in strip:
            continue
        try:
            data = json.loads(strip[KEY])
            whose = (str(data["clip"]), str(data["take"]), str(data["stem"]))
        except (ValueError, TypeError, KeyError):  # edited by hand
            continue
        if whose[0] == source:
            found.append((strip.name, *whose[1:]))
    return found


def _file(record: TakeRecord, stem: str) -> str:
    """A stem's file, in the form of the take's; it lies beside it."""
    wav = record.take.wav
    folder = wav[: -len(wav.replace("\\", "/").rpartition("/")[2])]
    return folder + os.path.basename(record.take.stems[stem])  # noqa: PTH119 - "//" is Blender's


def _sound(strip: Any, file: str) -> None:
    """Let a strip sound a file."""
    if os.path.normpath(bpy.path.abspath(strip.sound.filepath)) == os.path.normpath(
        bpy.path.abspath(file)
    ):
        return
    old = strip.sound
    strip.sound = bpy.data.sounds.load(file, check_existing=True)
    insertion.drop(old)

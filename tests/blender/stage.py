"""What the tests' scripts use inside Blender's Python (see :mod:`tests.blender.process`).

import sys; sys.path.insert(0, arguments[0])    # the folder of this file
import stage
"""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST = 6


def scene() -> Any:  # noqa: ANN401 - bpy is untyped
    return bpy.context.scene


def strips(owner: Any = None) -> Any:  # noqa: ANN401
    owner = owner or scene().sequence_editor or scene().sequence_editor_create()
    return owner.strips if hasattr(owner, "strips") else owner.sequences


def project(rate: tuple[int, float], size: tuple[int, int], file: Path | None = None) -> Any:  # noqa: ANN401
    """An empty scene with a sequencer, saved under a name if there is one."""
    bpy.ops.wm.read_homefile(use_empty=True)
    render = scene().render
    render.fps, render.fps_base = rate
    render.resolution_x, render.resolution_y = size
    scene().view_settings.view_transform = "Standard"
    strips()
    if file:
        bpy.ops.wm.save_as_mainfile(filepath=str(file))
    return scene()


def use_pack(folder: str, name: str) -> None:
    """Let the engine work with this pack instead of the one in the bundle."""
    os.environ["LUMIPHONE_PACKS"] = folder
    preferences().pack = name


def preferences() -> Any:  # noqa: ANN401
    return bpy.context.preferences.addons["bl_ext.user_default.lumiphone"].preferences


def select(*names: str) -> None:
    for strip in strips():
        strip.select = strip.name in names


def layout() -> dict[str, dict[str, Any]]:
    """All strips of the timeline: where they lie and what they hold."""
    return {
        strip.name: {
            "type": strip.type,
            "channel": strip.channel,
            "first": strip.frame_final_start,
            "end": strip.frame_final_end,
            "mute": strip.mute,
            "select": strip.select,
            "file": strip.sound.filepath if strip.type == "SOUND" else "",
        }
        for strip in strips()
    }


def sounds() -> dict[str, dict[str, Any]]:
    return {name: strip for name, strip in layout().items() if strip["type"] == "SOUND"}


def state() -> dict[str, str]:
    """Every property of everything in the file, by its path."""
    found: dict[str, str] = {}
    for group in ("scenes", "sounds", "actions", "images", "movieclips", "texts"):
        for block in getattr(bpy.data, group):
            found.update(_properties(block, f"{group}/{block.name}", 0))
    found["file"] = f"{bpy.data.filepath} {bpy.data.is_dirty}"
    return found


def _properties(owner: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    if isinstance(owner, bpy.types.ID) or owner.bl_rna.identifier == "SoundStrip":
        for name, value in owner.items():
            yield f"{path}[{name}]", str(value)
    for known in owner.bl_rna.properties:
        name = known.identifier
        if name in {"rna_type", "depsgraph"} or depth > _DEEPEST:  # depsgraph: what is evaluated
            continue
        try:
            value = getattr(owner, name)
        except (AttributeError, RuntimeError):
            continue
        here = f"{path}.{name}"
        if known.type == "COLLECTION":
            for index, each in enumerate(value):
                yield from _properties(each, f"{here}[{index}]", depth + 1)
        elif known.type != "POINTER":
            yield here, str(tuple(value) if getattr(known, "is_array", False) else value)
        elif value is None or isinstance(value, bpy.types.ID):
            yield here, value.name if value else "None"
        else:
            yield from _properties(value, here, depth + 1)


def in_sequencer() -> Any:  # noqa: ANN401
    """A context in which the sequencer's own operators work."""
    window = bpy.context.window
    area = window.screen.areas[0]
    area.type = "SEQUENCE_EDITOR"
    if hasattr(bpy.context.workspace, "sequencer_scene"):
        bpy.context.workspace.sequencer_scene = scene()
    region = next(region for region in area.regions if region.type == "WINDOW")
    return bpy.context.temp_override(window=window, area=area, region=region)


def message_of(operator: Any, **values: object) -> str:  # noqa: ANN401
    """What an operator that fails says."""
    try:
        operator(**values)
    except RuntimeError as error:
        return str(error)
    return ""


def descendants() -> dict[int, str]:
    """The command lines of the processes below this one, by their ids."""
    found: dict[int, str] = {}
    parents = {os.getpid()}
    while True:
        fresh = {
            pid: words
            for pid, parent, words in _processes()
            if parent in parents and pid not in found
        }
        if not fresh:
            return found
        found |= fresh
        parents |= set(fresh)


def _processes() -> Iterator[tuple[int, int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            words = (folder / "cmdline").read_text().replace("\0", " ")
        except (OSError, IndexError):
            continue
        yield int(folder.name), parent, words


def kill_when(words: str, ready: Any) -> threading.Thread:  # noqa: ANN401
    """Kill the descendant whose command line has the words, once ``ready`` says so."""

    def wait() -> None:
        while True:
            time.sleep(0.05)
            victims = [pid for pid, line in descendants().items() if words in line]
            if victims and ready():
                os.kill(victims[0], signal.SIGKILL)
                return

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread

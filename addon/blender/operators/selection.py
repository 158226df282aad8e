"""What an operator can work on, and the reasons why there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import preferences, reading, strips
from ..provenance import Memory, recall, source_of, takes_of

if TYPE_CHECKING:
    import bpy

NOT_INSTALLED = "Install the engine first (button in the sidebar)"
NO_TAKE = "Select a strip that has takes, or a take"
READ_ONLY = "This scene is linked from another file"
NO_SEQUENCER = "There is nothing in the sequencer yet"


def scene_fault(context: bpy.types.Context) -> str:
    """Return why nothing can be placed in the sequencer's scene; empty if it can."""
    scene = strips.sequencer_scene(context)
    if scene.library:
        return READ_ONLY
    return "" if scene.sequence_editor else NO_SEQUENCER


def engine_fault() -> str:
    """Return why nothing can be generated; empty if it can."""
    runtime = preferences.runtime()
    if runtime.fault:
        return str(runtime.fault)
    return "" if runtime.ready else NOT_INSTALLED


def generation_fault(context: bpy.types.Context) -> str:
    """Return why the selected strips cannot be sounded; empty if they can."""
    if fault := scene_fault(context) or engine_fault():
        return fault
    return "" if reading.selected(context) else reading.SELECT_ONE


def take_fault(context: bpy.types.Context) -> str:
    """Return why no take can be worked on; empty if one can."""
    if fault := scene_fault(context):
        return fault
    return "" if selected_takes(context) else NO_TAKE


def selected_takes(context: bpy.types.Context) -> dict[str, tuple[Any, Memory]]:
    """Return a take for each strip whose picture or sound is selected, by the strip's name.

    A selected sound stands for itself, a picture for its take that sounds (else its first). A take
    whose picture is gone stands under the picture's old name.
    """
    scene = strips.sequencer_scene(context)
    if scene.sequence_editor is None:
        return {}
    owner = strips.level(scene, strips.opened(scene))
    found: dict[str, tuple[Any, Memory]] = {}
    pictures: list[str] = []
    for strip in [strip for strip in strips.collection(owner) if strip.select]:
        if memory := recall(strip):
            source = source_of(scene, strip)
            found.setdefault(source.name if source else memory.record.clip, (strip, memory))
        elif strip.type != "SOUND":
            pictures.append(strip.name)
    for name in pictures:
        takes = sorted(takes_of(scene, name), key=lambda take: take[0].mute)
        if takes and name not in found:
            found[name] = takes[0]
    return found

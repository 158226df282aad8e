"""Operators on what is there: choose a take, write markers, open the panel."""

import json
from pathlib import Path

import bpy

from ...errors import AddonError, HostError
from ...messages import Cue
from .. import choice, insertion, markers, strips
from ..provenance import Memory
from ..reading import Stretch, read
from ..studio import studio
from .selection import engine_fault, selected_takes, take_fault


class LUMIPHONE_OT_use_take(bpy.types.Operator):
    """Let another take of the selected strips sound"""

    bl_idname = "lumiphone.use_take"
    bl_label = "Replace with Take"
    bl_options = {"REGISTER"}  # ends its own undo step, from scripts too

    number: bpy.props.IntProperty(name="Take", description="Its number", default=1, min=1)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Say that there are no takes."""
        cls.poll_message_set(fault := take_fault(context))
        return not fault

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Choose the take for each selected strip."""
        scene = strips.sequencer_scene(context)
        try:
            for source in selected_takes(context):
                choice.use_take(scene, source, self.number)
        except AddonError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class LUMIPHONE_OT_place_markers(bpy.types.Operator):
    """Write what sounds when as markers over the selected strips.

    Move, add or delete them, then generate with 'Sound follows my markers'
    """

    bl_idname = "lumiphone.place_markers"
    bl_label = "Place Markers"
    bl_options = {"REGISTER"}  # ends its own undo step, from scripts too

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Say that there is nothing that has cues."""
        cls.poll_message_set(fault := take_fault(context))
        return not fault

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the cues that the takes were made with."""
        scene = strips.sequencer_scene(context)
        count = 0
        try:
            for source, (sound, memory) in selected_takes(context).items():
                count += markers.place(_cue_range(scene, source, sound), cues_of(sound, memory))
        except AddonError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        insertion.undo_step("markers placed")
        self.report({"INFO"}, f"{count} marker{'s' * (count != 1)} placed")
        return {"FINISHED"}


def _cue_range(scene: bpy.types.Scene, source: str, sound: bpy.types.Strip) -> Stretch:
    """Where the take lies: its cues count from its own first frame."""
    for metas, owner in strips.levels(scene):
        if sound.name in strips.collection(owner):
            return read(scene, metas, sound)
    raise HostError(f"The take of '{source}' is gone", "Undo, or generate again")


def cues_of(sound: bpy.types.Strip, memory: Memory) -> list[Cue]:
    """Return the events of the cue sheet that a take was made with.

    Raises:
        HostError: It cannot be read.
    """
    sidecar = Path(bpy.path.abspath(memory.record.take.sidecar))
    if not sidecar.is_file():
        sidecar = Path(bpy.path.abspath(sound.sound.filepath)).with_suffix(".json")
    try:
        data = json.loads(sidecar.read_text("utf-8"))
        sheet = data["cues"]
        if not isinstance(sheet, dict):  # "from the pictures": they lie beside it
            sheet = json.loads((sidecar.parent / data["cue_sheet"]).read_text("utf-8"))
        return [Cue(each["seconds"], each["strength"], each["kind"]) for each in sheet["events"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HostError(
            f"The cue sheet of {memory.record.label} cannot be read ({error})",
            "Regenerate the take",
        ) from error


class LUMIPHONE_OT_open_panel(bpy.types.Operator):
    """Open Lumiphone's window: clips, cues, prompts and takes at a glance"""

    bl_idname = "lumiphone.open_panel"
    bl_label = "Open Panel"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Say what is missing."""
        cls.poll_message_set(fault := engine_fault())
        return not fault

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Have the panel process show its window."""
        try:
            studio.show_panel()
        except AddonError as error:
            studio.error = error
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}

"""The tab "Lumiphone" in the sequencer's sidebar."""

import textwrap

import bpy

from . import folders, preferences, reading, strips
from .operators.generate import describe
from .operators.install import LUMIPHONE_OT_install_engine
from .operators.selection import selected_takes
from .provenance import all_records, takes_of
from .studio import studio

_PIXELS_PER_LETTER = 7  # of the interface's font at a scale of 1


class _Tab:
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Lumiphone"


class LUMIPHONE_PT_generate(_Tab, bpy.types.Panel):
    """What to hear, and the button."""

    bl_idname = "LUMIPHONE_PT_generate"
    bl_label = "Lumiphone"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout = self.layout
        fields = strips.sequencer_scene(context).lumiphone
        if not preferences.runtime().ready and not _draw_installing(layout):
            preferences.draw_installation(layout)
        column = layout.column()
        column.prop(fields, "prompt", text="", placeholder="Prompt (empty: from the pictures)")
        column.prop(fields, "negative_prompt", text="", placeholder="Without")
        layout.row(align=True).prop(fields, "stems")
        options = layout.column()
        options.use_property_split, options.use_property_decorate = True, False
        for name in ("takes", "seed", "quality", "follow_markers"):
            options.prop(fields, name)
        self._draw_buttons(context)
        _draw_remarks(context, layout)

    def _draw_buttons(self, context: bpy.types.Context) -> None:
        layout = self.layout
        count = len(reading.selected(context))
        text = f"Generate for {count} Strips" if count > 1 else "Generate"
        button = layout.column()
        button.scale_y = 1.4
        button.operator("lumiphone.generate", text=text, icon="PLAY_SOUND")
        for job in studio.jobs.values():
            layout.progress(factor=job.fraction, text=describe(job).removeprefix("Lumiphone: "))
        if studio.jobs:
            layout.operator("lumiphone.cancel", icon="CANCEL")
        layout.operator("lumiphone.open_panel", icon="WINDOW")


def _draw_installing(layout: bpy.types.UILayout) -> bool:
    installation = LUMIPHONE_OT_install_engine.running
    if installation:
        layout.progress(factor=installation.fraction, text=installation.words)
    return installation is not None


def _draw_remarks(context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
    """Draw the last error with its remedy, warnings about the pictures, and where takes go."""
    letters = int(context.region.width / (_PIXELS_PER_LETTER * context.preferences.system.ui_scale))
    if studio.error:
        _draw_text(layout, f"{studio.error.what}.", "ERROR", letters, alert=True)
        _draw_text(layout, f"{studio.error.remedy}.", "INFO", letters)
    for warning in studio.warnings:
        _draw_text(layout, warning, "INFO", letters)
    if remark := folders.remark():
        _draw_text(layout, f"{remark}.", "FILE_FOLDER", letters)


def _draw_text(
    layout: bpy.types.UILayout, text: str, icon: str, letters: int, *, alert: bool = False
) -> None:
    column = layout.column(align=True)
    column.alert = alert
    for line in textwrap.wrap(text, max(20, letters - 4)):
        column.label(text=line, icon=icon)
        icon = "BLANK1"


class LUMIPHONE_PT_takes(_Tab, bpy.types.Panel):
    """The takes of the selected strips."""

    bl_idname = "LUMIPHONE_PT_takes"
    bl_parent_id = "LUMIPHONE_PT_generate"
    bl_label = "Takes"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there are takes."""
        return bool(selected_takes(context))

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        scene = strips.sequencer_scene(context)
        for source in selected_takes(context):
            takes = takes_of(scene, source)
            sounding = {memory.record.number for strip, memory in takes if not strip.mute}
            column = self.layout.column(align=True)
            column.label(text=source)
            for number, record in sorted(all_records(takes).items()):
                icon = "RADIOBUT_ON" if number in sounding else "RADIOBUT_OFF"
                words = (
                    record.take.prompt or record.take.suggested_prompt or f"seed {record.take.seed}"
                )
                button = column.operator(
                    "lumiphone.use_take", text=f"{number}: {words}", icon=icon, emboss=False
                )
                button.number = number
        row = self.layout.row(align=True)
        row.operator("lumiphone.another_take", icon="ADD")
        row.operator("lumiphone.regenerate", icon="FILE_REFRESH")
        self.layout.operator("lumiphone.place_markers", icon="MARKER_HLT")


CLASSES = (LUMIPHONE_PT_generate, LUMIPHONE_PT_takes)

"""What holds for all projects: where takes go, what becomes of the others, model and device."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..runtime import Runtime

if TYPE_CHECKING:
    from typing import Any

# The extension: this package is its addon.blender.
EXTENSION = __package__.rsplit(".", 2)[0]
BUNDLE = Path(__file__).resolve().parents[2]
MEGABYTE = 1_000_000


class LumiphonePreferences(bpy.types.AddonPreferences):
    """The add-on's page in the preferences."""

    bl_idname = EXTENSION

    folder: bpy.props.StringProperty(
        name="Folder for takes",
        description="Where takes are written; empty: the folder 'lumiphone' beside the project",
        subtype="DIR_PATH",
    )
    relative: bpy.props.BoolProperty(
        name="Relative paths",
        description="Strips name their sound relative to the project",
        default=True,
    )
    other_takes: bpy.props.EnumProperty(
        name="Other takes",
        description="What becomes of the takes that are not chosen",
        items=[
            ("MUTED", "Muted in the timeline", "Each take has a strip; the chosen one sounds"),
            ("OUT", "Out of the timeline", "Only the chosen take has a strip; it knows the others"),
        ],
        default="MUTED",
    )
    stem_strips: bpy.props.EnumProperty(
        name="Stems",
        description="How effects, ambience and score of a take come into the timeline",
        items=[
            ("MIX", "Mixed in one strip", "A take is one strip; its stems lie beside it on disk"),
            ("APART", "A strip for each", "Each stem has a strip and a channel of its own"),
        ],
        default="MIX",
    )
    pack: bpy.props.StringProperty(
        name="Model", description="Id of the model pack; empty: the one that came with Lumiphone"
    )
    device: bpy.props.EnumProperty(
        name="Device",
        description="What computes the sound",
        items=[
            ("auto", "Automatic", "A graphics card where there is one that works"),
            ("cpu", "Processor", "Slower, works everywhere"),
            ("cuda", "NVIDIA graphics card", "Fails where there is none"),
        ],
        default="auto",
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the page."""
        layout = self.layout
        layout.use_property_split = True
        column = layout.column()
        for name in ("folder", "relative", "other_takes", "stem_strips", "pack", "device"):
            column.prop(self, name)
        draw_installation(layout)


def draw_installation(layout: bpy.types.UILayout) -> None:
    """Draw whether the engine is installed, and the button that installs it."""
    ready = runtime()
    box = layout.box()
    if ready.ready:
        box.label(text="The engine is installed", icon="CHECKMARK")
        return
    if ready.fault:
        box.label(text=f"{ready.fault.what}. {ready.fault.remedy}.", icon="ERROR")
        return
    size = f"about {ready.disk // MEGABYTE} MB on disk"
    if ready.download:
        size = f"{ready.download // MEGABYTE} MB to download, {size}"
    box.label(text=f"The engine's packages are not installed yet ({size})", icon="INFO")
    box.label(text="They go into a folder of their own; nothing of Blender's Python changes")
    if ready.download and not bpy.app.online_access:
        box.label(text="Allow online access in Preferences > System first", icon="ERROR")
    box.operator("lumiphone.install_engine", icon="IMPORT")


class Defaults:
    """What holds where the add-on has no page (it is not enabled as an extension)."""

    folder, relative, pack, device = "", True, "", "auto"
    other_takes, stem_strips = "MUTED", "MIX"


def current() -> "Any":
    """Return the add-on's preferences."""
    page = bpy.context.preferences.addons.get(EXTENSION)
    return page.preferences if page and page.preferences else Defaults


def own_folder() -> Path:
    """Return the folder that is the add-on's own and survives its updates."""
    try:
        return Path(bpy.utils.extension_path_user(EXTENSION, create=True))
    except ValueError:  # no extension: run from somewhere else
        return Path(bpy.utils.user_resource("DATAFILES", path="lumiphone", create=True))


@functools.cache  # the sidebar asks at every redraw
def runtime() -> Runtime:
    """Return the private packages for this Blender."""
    return Runtime(BUNDLE, own_folder())

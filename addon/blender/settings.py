"""What a scene remembers: scene.lumiphone."""

import bpy

from ..messages import DRAFT, FINE, Settings
from . import preferences

_EFFORTS = {"DRAFT": DRAFT, "NORMAL": 1.0, "FINE": FINE}
FRESH_SEED = -1


class LumiphoneSettings(bpy.types.PropertyGroup):
    """The sidebar's fields."""

    prompt: bpy.props.StringProperty(
        name="Prompt", description="What to hear; empty: what is seen in the pictures"
    )
    negative_prompt: bpy.props.StringProperty(name="Without", description="What not to hear")
    takes: bpy.props.IntProperty(
        name="Takes", description="How many to choose from", default=1, min=1, max=16
    )
    seed: bpy.props.IntProperty(
        name="Seed",
        description="The same seed gives the same take again; -1: a fresh one each time",
        default=FRESH_SEED,
        min=FRESH_SEED,
    )
    stems: bpy.props.EnumProperty(
        name="Sounds",
        description="Kinds of sound to make, as far as the model can; none: what it does best",
        items=[
            ("effects", "Effects", "What moves and strikes"),
            ("ambience", "Ambience", "The place"),
            ("score", "Score", "Music"),
            ("dialogue", "Dialogue", "Voices"),
        ],
        options={"ENUM_FLAG"},
        default=set(),
    )
    quality: bpy.props.EnumProperty(
        name="Quality",
        description="More steps sound cleaner and take longer",
        items=[
            ("DRAFT", "Draft", "Half the model's own number of steps, to try a prompt"),
            ("NORMAL", "Normal", "The model's own number of steps"),
            ("FINE", "Fine", "Four times as many steps, and several tries at a prompt"),
        ],
        default="NORMAL",
    )
    follow_markers: bpy.props.BoolProperty(
        name="Sound follows my markers",
        description="Markers over the strip say when something sounds, in place of the pictures; "
        "'impact 60%' in a marker's name sets kind and strength",
    )
    # Markers lie on whole frames; where ours came to lie exactly is kept here (see markers.py).
    marker_times: bpy.props.StringProperty(options={"HIDDEN"})


def wish(scene: bpy.types.Scene) -> Settings:
    """Return what the sidebar says, for the engine."""
    fields, page = scene.lumiphone, preferences.current()
    return Settings(
        prompt=fields.prompt.strip(),
        negative=fields.negative_prompt.strip(),
        stems=tuple(sorted(fields.stems)),
        takes=fields.takes,
        seed=None if fields.seed == FRESH_SEED else fields.seed,
        effort=_EFFORTS[fields.quality],
        pack=page.pack.strip() or None,
        device=page.device,
        cues_from_markers=fields.follow_markers,
    )

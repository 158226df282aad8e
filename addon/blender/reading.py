"""What the timeline shows: the stretch of each selected strip, and where its pictures are.

A plain strip (one file at the scene's own rate, shown as it is) is read straight from its file;
frame t then shows picture t - content start. All else is first rendered small by another Blender
(see :mod:`.pictures`), because no property tells which source picture is visible.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..errors import HostError
from . import strips

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

_PICTURES = {"MOVIE", "IMAGE", "SCENE", "META", "MOVIECLIP", "MASK"}
_ON_ONE = {"SPEED", "GLOW", "GAUSSIAN_BLUR", "TRANSFORM"}
_ON_TWO = {
    *("CROSS", "GAMMA_CROSS", "WIPE", "ADD", "SUBTRACT", "MULTIPLY", "ALPHA_OVER", "ALPHA_UNDER"),
    *("COLORMIX", "OVER_DROP", "COMPOSITOR"),
}
_SAME_RATE = 1e-5  # apart, relatively: 6 ms after ten minutes
NOTHING_SELECTED = "No strip with pictures is selected"
SELECT_ONE = "Select a movie, image, scene or meta strip in the sequencer"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A strip as it lay on the timeline when it was read.

    Attributes:
        scene: Name of its scene.
        metas: Names of the meta strips around it, outermost first.
        strip: Its name.
        channel: Where it lies.
        first: Its first visible frame.
        frames: How many are visible.
        content: The frame at which its untrimmed content begins.
        rate: Frames per second of the scene.
        media: The file to read it from; None if it must be rendered.
        media_start: Seconds into the file.
        why_rendered: What is not plain about it; empty if it is.
    """

    scene: str
    metas: tuple[str, ...]
    strip: str
    channel: int
    first: int
    frames: int
    content: float
    rate: Fraction
    media: str | None
    media_start: Fraction
    why_rendered: str

    @property
    def id(self) -> str:
        """The strip's name for the panel; the same at each reading."""
        return "/".join((self.scene, *self.metas, self.strip))

    @property
    def end(self) -> int:
        """The frame after its last."""
        return self.first + self.frames

    def samples(self, sample_rate: int) -> int:
        """Return how many samples its sound has."""
        return round(self.frames / self.rate * sample_rate)


def selected(context: bpy.types.Context) -> list[Any]:
    """Return the selected strips that show something of their own, in order of time."""
    scene = strips.sequencer_scene(context)
    if scene.sequence_editor is None:
        return []
    owner = strips.level(scene, strips.opened(scene))
    chosen = [strip for strip in strips.collection(owner) if strip.select]
    return sorted(_shown(chosen), key=lambda strip: (strips.first_frame(strip), strip.channel))


def _shown(chosen: list[Any]) -> Iterable[Any]:
    """Leave out what shows nothing, an effect's selected input, and a transition between two."""
    names = {strip.name for strip in chosen}
    covered = {
        source.name for strip in chosen if strip.type in _ON_ONE for source in strips.inputs(strip)
    }
    for strip in chosen:
        sources = {source.name for source in strips.inputs(strip)}
        if strip.type in _PICTURES or strip.type in _ON_ONE:
            if strip.name not in covered:
                yield strip
        elif strip.type in _ON_TWO and not sources & names:
            yield strip


def read_selected(context: bpy.types.Context) -> tuple[Stretch, ...]:
    """Read all selected strips.

    Raises:
        HostError: None is selected, or one's file is missing.
    """
    scene = strips.sequencer_scene(context)
    found = tuple(read(scene, strips.opened(scene), strip) for strip in selected(context))
    if not found:
        raise HostError(NOTHING_SELECTED, SELECT_ONE)
    return found


def read(scene: bpy.types.Scene, metas: tuple[str, ...], strip: Any) -> Stretch:
    """Read one strip.

    Raises:
        HostError: Its file is missing.
    """
    first, rate = strips.first_frame(strip), strips.rate(scene)
    file = _file(scene, strip)
    why = why_rendered(scene, strip)
    shown = first - strips.content_start(strip) + strips.content_trim(strip) if not why else 0
    return Stretch(
        scene=scene.name,
        metas=metas,
        strip=strip.name,
        channel=strip.channel,
        first=first,
        frames=strips.end_frame(strip) - first,
        content=strips.content_start(strip),
        rate=rate,
        media=None if why else file,
        media_start=round(shown) / rate,
        why_rendered=why,
    )


def _file(scene: bpy.types.Scene, strip: Any) -> str | None:
    """The (first) file of a strip that has any; without it Blender would show a pink picture."""
    if strip.type == "MOVIE":
        named = strip.filepath
    elif strip.type == "IMAGE" and strip.elements:
        named = os.path.join(strip.directory, strip.elements[0].filename)  # noqa: PTH118 - "//..."
    else:
        return None
    path = Path(os.path.normpath(bpy.path.abspath(named, library=scene.library)))
    if path.is_file():
        return str(path)
    raise HostError(
        f"The file of strip '{strip.name}' is missing: {path}",
        "Find it with File > External Data > Find Missing Files, or replace the strip",
    )


def why_rendered(scene: bpy.types.Scene, strip: Any) -> str:
    """Return what keeps a strip from being read straight from its file; empty if nothing does."""
    if strip.type != "MOVIE":
        return str(strip.type).lower().replace("_", " ") + " strip"
    scene_rate = float(strips.rate(scene))
    checks = {
        "retimed": len(strip.retiming_keys) > 0,
        "another rate": abs(strip.fps - scene_rate) > scene_rate * _SAME_RATE,
        "held at its ends": _overhangs(strip),
        "reversed": strip.use_reverse_frames,
        "strobed": strip.strobe > 1,
        "flipped": strip.use_flip_x or strip.use_flip_y,
        "graded": _graded(strip),
        "cropped or moved": _reframed(scene, strip),
        "another stream": strip.stream_index != 0 or strip.use_multiview,
        "animated": strips.animated(scene, strip),
    }
    return ", ".join(what for what, so in checks.items() if so)


def _overhangs(strip: Any) -> bool:
    """Whether a picture is held beyond the content, or the content begins between two frames."""
    start = strips.content_start(strip)
    return (
        start != round(start)
        or strips.first_frame(strip) < start
        or strips.end_frame(strip) > start + strips.content_length(strip)
    )


def _graded(strip: Any) -> bool:
    modified = any(not modifier.mute for modifier in strip.modifiers)
    return bool(
        modified
        or strip.color_multiply != 1
        or strip.color_saturation != 1
        or strip.blend_alpha != 1
    )


def _reframed(scene: bpy.types.Scene, strip: Any) -> bool:
    """Whether other than the whole picture is seen; merely larger or smaller is the same."""
    crop, transform, render = strip.crop, strip.transform, scene.render
    if crop.min_x or crop.max_x or crop.min_y or crop.max_y or transform.rotation:
        return True
    if transform.offset_x or transform.offset_y or transform.scale_x != transform.scale_y:
        return True
    picture = strip.elements[0]
    scale = transform.scale_x
    too_wide = picture.orig_width * scale > render.resolution_x + 1
    too_high = picture.orig_height * scale > render.resolution_y + 1
    return bool(scale <= 0 or too_wide or too_high)

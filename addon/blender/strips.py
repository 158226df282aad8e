"""The sequencer's names as they differ from Blender 4.2 to 5.2: the one place that knows them.

4.2 and 4.3 call strips "sequences"; 5.0 knows only strips and lets the sequencer show another scene
than the window; 5.1 renames the times and warns about the old names; 5.0 has layered actions only.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    from collections.abc import Iterator

# A scene's rate base is a 32-bit float: 1.001 arrives as 1.0010000467300415.
_BASE_DENOMINATOR = 10_000


def _named(owner: Any, *names: str) -> Any:
    for name in names:
        if hasattr(owner, name):
            return getattr(owner, name)
    raise AttributeError(f"{owner!r} has none of {', '.join(names)}")


def sequencer_scene(context: bpy.types.Context) -> bpy.types.Scene:
    """Return the scene that the sequencer shows."""
    return getattr(context, "sequencer_scene", None) or context.scene


def rate(scene: bpy.types.Scene) -> Fraction:
    """Return the scene's frames per second, exactly."""
    base = Fraction(scene.render.fps_base).limit_denominator(_BASE_DENOMINATOR)
    return Fraction(scene.render.fps) / base


def collection(owner: Any) -> Any:
    """Return the strips of a sequence editor or meta strip, with ``new_sound`` and ``remove``."""
    return _named(owner, "strips", "sequences")


def every(scene: bpy.types.Scene) -> list[Any]:
    """Return all strips of a scene, those inside metas included."""
    editor = scene.sequence_editor
    return list(_named(editor, "strips_all", "sequences_all")) if editor else []


def opened(scene: bpy.types.Scene) -> tuple[str, ...]:
    """Return the names of the metas that the user has gone into, outermost first."""
    editor = scene.sequence_editor
    return tuple(meta.name for meta in editor.meta_stack) if editor else ()


def level(scene: bpy.types.Scene, metas: tuple[str, ...]) -> Any:
    """Return the sequence editor, or the meta inside it that the names lead to.

    Raises:
        KeyError: There is no such meta any more.
    """
    owner: Any = scene.sequence_editor
    for name in metas:
        owner = collection(owner)[name]
    return owner


def levels(scene: bpy.types.Scene) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the sequence editor and each meta inside it, with the names that lead there."""

    def below(names: tuple[str, ...], owner: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
        yield names, owner
        for strip in collection(owner):
            if strip.type == "META":
                yield from below((*names, strip.name), strip)

    if scene.sequence_editor:
        yield from below((), scene.sequence_editor)


def first_frame(strip: Any) -> int:
    """Return the first frame at which the strip is shown."""
    return int(_named(strip, "left_handle", "frame_final_start"))


def end_frame(strip: Any) -> int:
    """Return the frame after the last at which the strip is shown."""
    return int(_named(strip, "right_handle", "frame_final_end"))


def set_end_frame(strip: Any, frame: int) -> None:
    """Move the strip's right handle."""
    setattr(strip, "right_handle" if hasattr(strip, "right_handle") else "frame_final_end", frame)


def content_start(strip: Any) -> float:
    """Return the frame at which the strip's untrimmed content begins."""
    return float(_named(strip, "content_start", "frame_start"))


def content_trim(strip: Any) -> int:
    """Return how many pictures of the source come before the content's first."""
    return int(_named(strip, "content_trim_start", "animation_offset_start"))


def content_length(strip: Any) -> int:
    """Return the length of the strip's untrimmed content in frames."""
    return int(_named(strip, "content_duration", "frame_duration"))


def inputs(strip: Any) -> list[Any]:
    """Return the strips that an effect strip works on."""
    found = [getattr(strip, name, None) for name in ("input_1", "input_2")]
    return [each for each in found if each is not None]


def animated(scene: bpy.types.Scene, strip: Any) -> bool:
    """Return whether keyframes or drivers move anything about the strip."""
    data = scene.animation_data
    if data is None:
        return False
    place = f'_all["{bpy.utils.escape_identifier(strip.name)}"].'
    curves = [*data.drivers, *_action_curves(data.action)]
    return any(place in curve.data_path for curve in curves)


def _action_curves(action: Any) -> list[Any]:
    if action is None:
        return []
    if hasattr(action, "fcurves"):
        return list(action.fcurves)
    return [
        curve
        for layer in action.layers
        for part in layer.strips
        for bag in part.channelbags
        for curve in bag.fcurves
    ]

"""Runs in a background Blender: shows one strip of a saved copy alone, small, as a video.

Nothing here touches the user's Blender; the copy is thrown away afterwards.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import bpy

from . import strips

LONG_SIDE = 512  # pixels; the engine looks at 224 and 64, its warnings want 160 on the short side
PROGRESS = "lumiphone-frame "
_SAMPLES = 16  # of 3D scenes: enough to see what moves


def main(order_file: str) -> None:
    """Render what the order says, print progress line by line, and end the process."""
    try:
        _render(order_file)
    except Exception:  # noqa: BLE001 - the process's edge
        traceback.print_exc()
        _leave(1)
    _leave(0)


def _leave(status: int) -> None:
    """End at once: bpy 4.5 as a module hangs while it tidies up after a rendering with handlers."""
    with contextlib.suppress(OSError):  # whoever reads it is gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def _render(order_file: str) -> None:
    order = json.loads(Path(order_file).read_text("utf-8"))
    bpy.ops.wm.open_mainfile(filepath=order["blend"], load_ui=False, use_scripts=False)
    scene = bpy.data.scenes[order["scene"]]
    show_alone(scene, tuple(order["metas"]), order["strip"])
    _make_cheap()
    _set_output(scene, order["output"])
    scene.frame_start, scene.frame_end = order["first"], order["first"] + order["frames"] - 1
    scene.frame_step = 1
    bpy.app.handlers.render_write.append(lambda *_: _tell(scene.frame_current - order["first"] + 1))
    bpy.ops.render.render(animation=True, scene=scene.name)


def _tell(done: int) -> None:
    try:
        sys.stdout.write(f"{PROGRESS}{done}\n")
        sys.stdout.flush()
    except OSError:  # whoever asked is gone
        _leave(1)


def show_alone(scene: bpy.types.Scene, metas: tuple[str, ...], name: str) -> None:
    """Mute every strip but this one, what it is made of, and the metas around it."""
    for depth in range(len(metas) + 1):
        owner = strips.level(scene, metas[:depth])
        shown = metas[depth] if depth < len(metas) else name
        for strip in strips.collection(owner):
            strip.mute = True
        for channel in owner.channels:
            channel.mute = False
        _unmute(strips.collection(owner)[shown])
    strip = strips.collection(strips.level(scene, metas))[name]
    if strip.blend_type not in {"REPLACE", "ALPHA_OVER", "CROSS"}:
        strip.blend_type = "REPLACE"  # multiplied with nothing below, all would be black


def _unmute(strip: Any) -> None:
    strip.mute = False
    for source in strips.inputs(strip):
        _unmute(source)


def _make_cheap() -> None:
    """Render 3D scenes roughly."""
    for scene in bpy.data.scenes:
        if hasattr(scene, "cycles"):
            scene.cycles.samples = min(scene.cycles.samples, _SAMPLES)
            scene.cycles.use_denoising = False
        if hasattr(scene, "eevee"):
            scene.eevee.taa_render_samples = min(scene.eevee.taa_render_samples, _SAMPLES)


def percentage(width: int, height: int) -> int:
    """Return the size in per cent that comes nearest to the wanted one with even sides.

    H.264 in its usual form has half as many colour samples each way. Where no size up to twice the
    wanted one is even, the best is returned as it is.
    """
    wanted = 100 * LONG_SIDE / max(width, height)
    sizes = range(1, max(2, min(100, round(wanted * 2)) + 1))

    def odd(size: int) -> bool:
        return bool((width * size // 100) % 2 or (height * size // 100) % 2)

    return min(sizes, key=lambda size: (odd(size), abs(size - wanted)))


def _set_output(scene: bpy.types.Scene, output: str) -> None:
    render = scene.render
    render.resolution_percentage = percentage(render.resolution_x, render.resolution_y)
    render.filepath = output
    render.use_file_extension = False
    render.use_overwrite, render.use_placeholder = True, False
    render.use_sequencer = True
    render.use_border = render.use_stamp = render.use_multiview = False
    image = render.image_settings
    if hasattr(image, "media_type"):
        image.media_type = "VIDEO"
    image.file_format = "FFMPEG"
    render.ffmpeg.format, render.ffmpeg.codec = "MPEG4", "H264"
    render.ffmpeg.constant_rate_factor = "HIGH"
    render.ffmpeg.audio_codec = "NONE"
    render.ffmpeg.gopsize = 12

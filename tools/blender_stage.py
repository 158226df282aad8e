"""A stage for Blender's Cycles: floor, sun, camera, simple bodies, and pictures with a truth."""

# ruff: noqa: ANN401 - bpy ships no types

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import bpy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RATE = 25
GRAVITY = 9.81
Vector = tuple[float, float, float]
# Sets every object's place at a time (seconds) and keys it at a picture's number.
Animate = Callable[[float, float], None]
# The moment from which a camera shows a scene, and whatever the scene says of it.
Shot = TypeVar("Shot", bound=tuple[Any, ...])


def stage(eye: Vector, tilt: float, *, floor: Vector = (0.4, 0.33, 0.25), lens: float = 45) -> Any:
    """Empty Blender and return a scene with floor, sun and camera.

    Args:
        eye: Where the camera stands.
        tilt: Where it looks: 0 degrees is down, 90 ahead.
        floor: Its colour.
        lens: Focal length in mm.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 5
    scene.cycles.use_denoising = False
    scene.cycles.max_bounces = 2
    scene.render.resolution_x, scene.render.resolution_y = 192, 108
    scene.render.fps = RATE
    scene.render.use_motion_blur = True
    scene.render.motion_blur_shutter = 0.4
    scene.render.image_settings.file_format = "PNG"
    world = bpy.data.worlds.new("world")
    scene.world, world.use_nodes = world, True
    background = world.node_tree.nodes["Background"]
    background.inputs[0].default_value = (0.5, 0.6, 0.8, 1)
    background.inputs[1].default_value = 0.5
    bpy.ops.object.light_add(type="SUN", rotation=(0.7, 0.3, 0.5))
    bpy.context.object.data.energy = 3.5
    bpy.context.object.data.angle = 0.05
    bpy.ops.mesh.primitive_plane_add(size=30)
    bpy.context.object.name = "floor"
    bpy.context.object.data.materials.append(surface(floor, grain=3.0))
    bpy.ops.object.camera_add(location=eye, rotation=(math.radians(tilt), 0, 0))
    scene.camera = bpy.context.object
    scene.camera.data.lens = lens
    return scene


def surface(colour: Vector, *, grain: float = 6.0, rough: float = 0.6, metal: float = 0.0) -> Any:
    """Return a material with a noise pattern of about ``colour``."""
    material = bpy.data.materials.new("surface")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    noise, ramp = nodes.new("ShaderNodeTexNoise"), nodes.new("ShaderNodeValToRGB")
    noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = grain, 3
    dark, light = ramp.color_ramp.elements
    dark.color, dark.position = (*(part * 0.45 for part in colour), 1), 0.35
    light.color, light.position = (*(min(part * 1.5, 1) for part in colour), 1), 0.65
    links.new(noise.outputs[0], ramp.inputs[0])
    links.new(ramp.outputs[0], nodes["Principled BSDF"].inputs["Base Color"])
    nodes["Principled BSDF"].inputs["Roughness"].default_value = rough
    nodes["Principled BSDF"].inputs["Metallic"].default_value = metal
    return material


def ball(radius: float, colour: Vector, place: Vector = (0, 0, 0), *, rough: float = 0.6) -> Any:
    """Add a ball."""
    bpy.ops.mesh.primitive_uv_sphere_add(radius=radius, segments=24, ring_count=12, location=place)
    bpy.ops.object.shade_smooth()
    bpy.context.object.data.materials.append(surface(colour, rough=rough))
    return bpy.context.object


def box(size: Vector, colour: Vector, place: Vector = (0, 0, 0), *, metal: float = 0.0) -> Any:
    """Add a box."""
    bpy.ops.mesh.primitive_cube_add(size=1, location=place)
    bpy.context.object.scale = size
    bpy.context.object.data.materials.append(surface(colour, metal=metal))
    return bpy.context.object


def drum(radius: float, height: float, colour: Vector, place: Vector) -> Any:
    """Add an upright cylinder."""
    bpy.ops.mesh.primitive_cylinder_add(radius=radius, depth=height, location=place)
    bpy.context.object.data.materials.append(surface(colour))
    return bpy.context.object


def key(thing: Any, picture: float, place: Vector, turn: float | None = None) -> None:
    """Key an object's place, and its turn about the y axis, at a picture."""
    thing.location = place
    thing.keyframe_insert("location", frame=picture)
    if turn is not None:
        thing.rotation_euler = (0, turn, 0)
        thing.keyframe_insert("rotation_euler", frame=picture)


def turn_camera(scene: Any, picture: float, turn: Vector) -> None:
    """Key where the camera looks at a picture: Euler angles in radians."""
    scene.camera.rotation_euler = turn
    scene.camera.keyframe_insert("rotation_euler", frame=picture)


def shot_at(shots: Sequence[Shot], seconds: float) -> Shot:
    """Return the shot that shows a moment; a cut falls on the nearest key."""
    begun = [shot for shot in shots if shot[0] <= max(seconds + 0.011, 0)]
    return begun[-1]


def smooth(part: float) -> float:
    """Return a rise from 0 to 1 that starts and ends at rest."""
    part = min(max(part, 0.0), 1.0)
    return part * part * (3 - 2 * part)


def raised(seconds: float, strikes: Sequence[float], blow: float = 0.16) -> float:
    """Return how far a tool is lifted: 0 at every strike, 1 before it falls; it speeds up."""
    last = max((strike for strike in strikes if strike <= seconds), default=-0.4)
    following = min((strike for strike in strikes if strike > seconds), default=None)
    if following is None:
        return 0.2 * min((seconds - last) / 0.5, 1)
    if following - seconds < blow:
        return 1 - math.pow(1 - (following - seconds) / blow, 2.2)
    return smooth((seconds - last) / (following - blow - last))


def render(
    scene: Any,
    folder: Path,
    seconds: float,
    hits: Sequence[float],
    animate: Animate,
    *,
    words: str,
    kind: str = "impact",
) -> None:
    """Key everything twice a picture, render, and write the truth and what a person would ask.

    The truth is a [seconds, kind] pair for each hit. Half-way keys are what motion blur sees; where
    a shot changes, both belong to one picture.
    """
    pictures = round(seconds * RATE)
    bpy.context.preferences.edit.keyframe_new_interpolation_type = "LINEAR"
    for half in range(-2, 2 * pictures + 4):
        animate(half / 2 / RATE, half / 2)
    scene.frame_start, scene.frame_end = 0, pictures - 1
    folder.mkdir(parents=True, exist_ok=True)
    scene.render.filepath = f"{folder}/"
    bpy.ops.render.render(animation=True)
    (folder / "truth.json").write_text(json.dumps([[hit, kind] for hit in hits]), "utf-8")
    (folder / "words.txt").write_text(words, "utf-8")

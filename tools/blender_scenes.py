"""Renders a few held-out scenes with Blender's Cycles, with exact contact times.

They look like nothing that the motion encoder is trained on. Wants Python 3.11 and ``bpy`` 4.5:

    python tools/blender_scenes.py OUT

Each scene is a folder of PNG pictures, 25 a second, with ``truth.json``: [seconds, kind] pairs.
"""

# ruff: noqa: ANN401 - bpy ships no types

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

RATE = 25
GRAVITY = 9.81
Vector = tuple[float, float, float]
# Sets every object's place at a time (seconds) and keys it at a picture's number.
Animate = Callable[[float, float], None]


def stage(eye: Vector, tilt: float) -> Any:
    """Empty Blender and return a scene with floor, sun and camera."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 6
    scene.cycles.use_denoising = False
    scene.cycles.max_bounces = 2
    scene.render.resolution_x, scene.render.resolution_y = 96, 54
    scene.render.fps = RATE
    scene.render.use_motion_blur = True
    scene.render.motion_blur_shutter = 0.4
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "BW"
    world = bpy.data.worlds.new("world")
    scene.world, world.use_nodes = world, True
    background = world.node_tree.nodes["Background"]
    background.inputs[0].default_value = (0.5, 0.6, 0.8, 1)
    background.inputs[1].default_value = 0.5
    bpy.ops.object.light_add(type="SUN", rotation=(0.7, 0.3, 0.5))
    bpy.context.object.data.energy = 3.5
    bpy.context.object.data.angle = 0.05
    bpy.ops.mesh.primitive_plane_add(size=30)
    bpy.context.object.data.materials.append(surface((0.4, 0.33, 0.25), grain=3.0))
    bpy.ops.object.camera_add(location=eye, rotation=(math.radians(tilt), 0, 0))
    scene.camera = bpy.context.object
    scene.camera.data.lens = 45
    return scene


def surface(colour: Vector, *, grain: float = 6.0, rough: float = 0.6, metal: float = 0.0) -> Any:
    """Return a material with a noise pattern of about ``colour``."""
    material = bpy.data.materials.new("surface")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    noise, ramp = nodes.new("ShaderNodeTexNoise"), nodes.new("ShaderNodeValToRGB")
    noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = grain, 6
    dark, light = ramp.color_ramp.elements
    dark.color, dark.position = (*(part * 0.45 for part in colour), 1), 0.35
    light.color, light.position = (*(min(part * 1.5, 1) for part in colour), 1), 0.65
    links.new(noise.outputs[0], ramp.inputs[0])
    links.new(ramp.outputs[0], nodes["Principled BSDF"].inputs["Base Color"])
    nodes["Principled BSDF"].inputs["Roughness"].default_value = rough
    nodes["Principled BSDF"].inputs["Metallic"].default_value = metal
    return material


def ball(radius: float, colour: Vector, *, rough: float = 0.6) -> Any:
    """Add a ball."""
    bpy.ops.mesh.primitive_uv_sphere_add(radius=radius, segments=24, ring_count=12)
    bpy.ops.object.shade_smooth()
    bpy.context.object.data.materials.append(surface(colour, rough=rough))
    return bpy.context.object


def box(size: Vector, colour: Vector, place: Vector = (0, 0, 0), *, metal: float = 0.0) -> Any:
    """Add a box."""
    bpy.ops.mesh.primitive_cube_add(size=1, location=place)
    bpy.context.object.scale = size
    bpy.context.object.data.materials.append(surface(colour, metal=metal))
    return bpy.context.object


def key(thing: Any, picture: float, place: Vector, turn: float | None = None) -> None:
    """Key an object's place, and its turn about the y axis, at a picture."""
    thing.location = place
    thing.keyframe_insert("location", frame=picture)
    if turn is not None:
        thing.rotation_euler = (0, turn, 0)
        thing.keyframe_insert("rotation_euler", frame=picture)


def render(scene: Any, folder: Path, seconds: float, truth: list[Any], animate: Animate) -> None:
    """Key everything twice a picture, render, and write the truth."""
    pictures = round(seconds * RATE)
    for half in range(-2, 2 * pictures + 4):
        animate(half / 2 / RATE, half / 2)
    for action in bpy.data.actions:
        for curve in action.fcurves:
            for point in curve.keyframe_points:
                point.interpolation = "LINEAR"
    scene.frame_start, scene.frame_end = 0, pictures - 1
    folder.mkdir(parents=True, exist_ok=True)
    scene.render.filepath = f"{folder}/"
    bpy.ops.render.render(animation=True)
    (folder / "truth.json").write_text(json.dumps(truth), "utf-8")


def drop(seconds: float, start: float, height: float, spring: float) -> tuple[float, list[float]]:
    """Return a dropped ball's height at a moment and all its contacts."""
    landed = start + math.sqrt(2 * height / GRAVITY)
    speed, hits = GRAVITY * (landed - start), []
    above = height - 0.5 * GRAVITY * max(seconds - start, 0) ** 2 if seconds < landed else 0.0
    while speed > 0.5:
        hits.append(landed)
        speed *= spring
        since, lasts = seconds - landed, 2 * speed / GRAVITY
        if 0 <= since < lasts:
            above = speed * since - 0.5 * GRAVITY * since**2
        landed += lasts
    return above, hits


def bounce(out: Path) -> None:
    """Two balls, a camera that drifts."""
    scene = stage((0, -5.2, 1.6), 80)
    large, small = ball(0.3, (0.8, 0.2, 0.1)), ball(0.18, (0.1, 0.3, 0.8), rough=0.2)
    box((0.6, 0.6, 0.5), (0.3, 0.5, 0.3), (1.6, 1.0, 0.25))
    throws = ((0.4, 1.7, 0.72), (1.7, 1.4, 0.6))

    def animate(seconds: float, picture: float) -> None:
        above, other = (drop(seconds, *throw)[0] for throw in throws)
        key(large, picture, (-1 + 0.25 * seconds, 0, 0.3 + above), 0.8 * seconds)
        key(small, picture, (1.0 - 0.2 * seconds, -0.4, 0.18 + other), -2 * seconds)
        drifted = 0.25 * math.sin(0.7 * seconds)
        key(scene.camera, picture, (drifted, -5.2, 1.6 + 0.05 * math.sin(1.9 * seconds)))

    hits = sorted(hit for throw in throws for hit in drop(0, *throw)[1] if hit < 4.4)
    render(scene, out / "bounce", 4.4, [[hit, "impact"] for hit in hits], animate)


def hammer(out: Path) -> None:
    """A hammer on an anvil."""
    scene = stage((0, -5.2, 1.6), 80)
    box((0.7, 0.5, 0.7), (0.3, 0.3, 0.32), (-0.2, 0, 0.35), metal=0.8)
    head = box((0.2, 0.2, 0.32), (0.2, 0.2, 0.22), metal=0.9)
    handle, fist = box((1.0, 0.07, 0.07), (0.6, 0.4, 0.2)), ball(0.14, (0.8, 0.55, 0.4))
    strikes, blow = [0.62, 1.45, 2.2, 3.1, 3.75], 0.16

    def raised(seconds: float) -> float:
        after = [strike for strike in strikes if strike > seconds]
        last = max((strike for strike in strikes if strike <= seconds), default=-0.4)
        if not after:
            return 0.2 * min((seconds - last) / 0.5, 1)
        if after[0] - seconds < blow:
            return 1 - math.pow(1 - (after[0] - seconds) / blow, 2.2)
        part = (seconds - last) / (after[0] - blow - last)
        return 0.5 - 0.5 * math.cos(math.pi * min(max(part, 0), 1))

    def animate(seconds: float, picture: float) -> None:
        turn = 1.1 * raised(seconds)
        for thing, reach in ((head, 1.05), (handle, 0.5)):
            place = (0.9 - reach * math.cos(turn), 0, 0.86 + reach * math.sin(turn))
            key(thing, picture, place, turn)
        key(fist, picture, (0.9, 0, 0.86))

    render(scene, out / "hammer", 4.2, [[strike, "impact"] for strike in strikes], animate)


def discs(out: Path) -> None:
    """Three balls seen from above; each hands its speed to the next."""
    scene = stage((0, -1.2, 5.6), 12)
    radius, speed, first, second = 0.35, 1.6, 1.2, 2.3
    colours = ((0.8, 0.7, 0.2), (0.2, 0.5, 0.7), (0.7, 0.2, 0.5))
    balls = [ball(radius, colour) for colour in colours]
    middle = -2.6 + speed * first + 2 * radius
    last = middle + speed * (second - first) + 2 * radius

    def animate(seconds: float, picture: float) -> None:
        places = (
            -2.6 + speed * min(seconds, first),
            middle + speed * max(min(seconds, second) - first, 0),
            last + speed * max(seconds - second, 0),
        )
        for thing, x in zip(balls, places, strict=True):
            key(thing, picture, (x, 0, radius), x / radius)

    render(scene, out / "discs", 3.4, [[first, "impact"], [second, "impact"]], animate)


def walk(out: Path) -> None:
    """A figure that walks past."""
    scene = stage((0, -5.0, 1.1), 88)
    torso, head = box((0.3, 0.25, 0.75), (0.5, 0.2, 0.2)), ball(0.16, (0.8, 0.6, 0.5))
    cloth = (0.15, 0.18, 0.4)
    legs = [(box((0.17, 0.17, 0.5), cloth), box((0.13, 0.13, 0.5), cloth)) for _ in range(2)]
    shoes = [box((0.3, 0.12, 0.1), (0.05, 0.05, 0.05)) for _ in range(2)]
    pace, length, swing = 0.95, 1.25, 0.4

    def foot(phase: float) -> tuple[float, float]:
        whole = math.floor(phase)
        part = min((phase - whole) / swing, 1)
        ahead = whole + 0.7 * part * part * (3 - 2 * part) + 0.3 * part
        return ahead, 0.1 + 0.16 * math.sin(math.pi * part**0.8) * (1 - 0.3 * part)

    def animate(seconds: float, picture: float) -> None:
        phase = pace * seconds
        x = -2.3 + (phase + 0.3) * length
        hip = 0.95 - 0.03 * math.cos(4 * math.pi * (phase - swing - 0.05))
        key(torso, picture, (x, 0, hip + 0.4), 0.0)
        key(head, picture, (x + 0.03, 0, hip + 0.95))
        for side, ((thigh, shin), shoe) in enumerate(zip(legs, shoes, strict=True)):
            ahead, z = foot(phase + 0.5 * side)
            toe, y = -2.3 + (ahead - 0.5 * side) * length, 0.2 * side - 0.1
            across, down = toe - x, z - hip
            apart = math.hypot(across, down)
            out_by = math.sqrt(max(0.25 - (apart / 2) ** 2, 0)) / apart
            knee = (x + across / 2 - out_by * down, hip + down / 2 + out_by * across)
            upper, lower = (knee[0] - x, knee[1] - hip), (toe - knee[0], z - knee[1])
            for part, start, bone in ((thigh, (x, hip), upper), (shin, knee, lower)):
                place = (start[0] + bone[0] / 2, y, start[1] + bone[1] / 2)
                key(part, picture, place, math.atan2(*bone))
            key(shoe, picture, (toe + 0.08, y, z - 0.05), 0.0)

    strikes = sorted((n + swing - 0.5 * side) / pace for n in range(6) for side in range(2))
    truth = [[strike, "footstep"] for strike in strikes if 0 < strike < 4.4]
    render(scene, out / "walk", 4.4, truth, animate)


def swing(out: Path) -> None:
    """A pendulum and a floating ball; nothing sounds."""
    scene = stage((0, -5.2, 1.6), 80)
    rod, plate = box((0.03, 0.03, 1.5), (0.2, 0.2, 0.2)), box((0.5, 0.1, 0.5), (0.7, 0.6, 0.2))
    balloon = ball(0.25, (0.3, 0.6, 0.3))

    def animate(seconds: float, picture: float) -> None:
        turn = 0.7 * math.sin(2.6 * seconds)
        for thing, reach in ((rod, 0.75), (plate, 1.6)):
            place = (-0.6 + reach * math.sin(turn), 0, 2.2 - reach * math.cos(turn))
            key(thing, picture, place, -turn)
        floats = (1.1 + 0.3 * math.sin(1.7 * seconds), 0, 1.0 + 0.35 * math.sin(3.3 * seconds))
        key(balloon, picture, floats)
        key(scene.camera, picture, (0.1 * seconds, -5.2, 1.6))

    render(scene, out / "swing", 4.0, [], animate)


if __name__ == "__main__":
    for make in (bounce, hammer, discs, walk, swing):
        make(Path(sys.argv[1]))

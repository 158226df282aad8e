"""Renders held-out scenes with Blender's Cycles, with exact contact times.

They look like nothing that the motion encoder is trained on. Wants Python 3.11 and ``bpy`` 4.5:

    .venv-bpy-4.5/bin/python -m tools.blender_scenes OUT [NAME ...]

Each scene is a folder of PNG pictures, 25 a second, with ``truth.json``: [seconds, kind] pairs, and
``words.txt``: what a person would ask for. ``tools/held_out_clips.py`` makes small clips of them.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

from tools import blender_physics, blender_strokes
from tools.blender_stage import GRAVITY, ball, box, key, raised, render, stage


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
    render(scene, out / "bounce", 4.4, hits, animate, words="a rubber ball bouncing on the ground")


def hammer(out: Path) -> None:
    """A hammer on an anvil."""
    scene = stage((0, -5.2, 1.6), 80)
    box((0.7, 0.5, 0.7), (0.3, 0.3, 0.32), (-0.2, 0, 0.35), metal=0.8)
    head = box((0.2, 0.2, 0.32), (0.2, 0.2, 0.22), metal=0.9)
    handle, fist = box((1.0, 0.07, 0.07), (0.6, 0.4, 0.2)), ball(0.14, (0.8, 0.55, 0.4))
    strikes = [0.62, 1.45, 2.2, 3.1, 3.75]

    def animate(seconds: float, picture: float) -> None:
        turn = 1.1 * raised(seconds, strikes)
        for thing, reach in ((head, 1.05), (handle, 0.5)):
            place = (0.9 - reach * math.cos(turn), 0, 0.86 + reach * math.sin(turn))
            key(thing, picture, place, turn)
        key(fist, picture, (0.9, 0, 0.86))

    render(scene, out / "hammer", 4.2, strikes, animate, words="hammering on an anvil")


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

    render(
        scene, out / "discs", 3.4, [first, second], animate, words="wooden balls knocking together"
    )


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
    heard = [strike for strike in strikes if 0 < strike < 4.4]
    words = "footsteps on a path"
    render(scene, out / "walk", 4.4, heard, animate, words=words, kind="footstep")


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

    render(scene, out / "swing", 4.0, [], animate, words="a pendulum swinging in the wind")


OWN = (bounce, hammer, discs, walk, swing)
SCENES = {make.__name__: make for make in (*OWN, *blender_strokes.SCENES, *blender_physics.SCENES)}


def main(arguments: list[str]) -> None:
    """Render the scenes that are named, or all."""
    out, *names = arguments
    for name in names or SCENES:
        SCENES[name](Path(out))


if __name__ == "__main__":
    main(sys.argv[1:])

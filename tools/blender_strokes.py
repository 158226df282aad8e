"""Held-out scenes of strokes: drums, doors, cups, a press, a near miss, cuts, an empty room."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tools.blender_stage import (
    Vector,
    ball,
    box,
    drum,
    key,
    raised,
    render,
    shot_at,
    smooth,
    stage,
    turn_camera,
)

if TYPE_CHECKING:
    from pathlib import Path

_CARRIED = 0.75  # seconds that a cup is in the air


def drumming(out: Path) -> None:
    """Two sticks on two drums, a camera in a hand."""
    scene = stage((0, -4.2, 2.2), 66, floor=(0.25, 0.2, 0.3))
    drum(0.42, 0.6, (0.7, 0.15, 0.1), (-0.5, 0, 0.3))
    drum(0.34, 0.5, (0.75, 0.7, 0.55), (0.55, 0.1, 0.25))
    tops = ((-0.5, 0.0, 0.6), (0.55, 0.1, 0.5))
    sticks = [box((0.9, 0.05, 0.05), (0.7, 0.5, 0.25)) for _ in tops]
    strikes = ([0.5, 1.0, 1.75, 2.5, 3.0, 3.75], [0.75, 1.5, 2.25, 3.25, 3.5])

    def animate(seconds: float, picture: float) -> None:
        for stick, (x, y, z), own, side in zip(sticks, tops, strikes, (-1, 1), strict=True):
            lifted = 0.8 * raised(seconds, own, 0.12)
            across, up = 0.45 * math.cos(lifted), 0.45 * math.sin(lifted)
            key(stick, picture, (x + side * across, y, z + 0.025 + up), -side * lifted)
        shake = (0.03 * math.sin(5.1 * seconds), -4.2, 2.2 + 0.03 * math.sin(6.7 * seconds + 1))
        key(scene.camera, picture, shake)

    hits = sorted(strike for own in strikes for strike in own)
    render(scene, out / "drumming", 4.2, hits, animate, words="drums playing")


def door(out: Path) -> None:
    """A door that is slammed, pulled open and slammed again; its frame hides the lock."""
    scene = stage((1.4, -4.6, 1.5), 83, floor=(0.3, 0.3, 0.33), lens=32)
    scene.camera.rotation_euler.z = 0.25
    wall = (0.65, 0.62, 0.5)
    for place, size in (
        ((-1.75, 0, 1.2), (2.3, 0.2, 2.4)),
        ((1.9, 0, 1.2), (2.0, 0.2, 2.4)),
        ((0.15, 0, 2.2), (1.6, 0.2, 0.4)),
    ):
        box(size, wall, place)
    leaf = box((1.5, 0.08, 2.0), (0.45, 0.2, 0.1))
    hinge, slams = -0.6, (1.1, 3.2)

    def animate(seconds: float, picture: float) -> None:
        opened = 1.25 * raised(seconds, slams, 0.45)
        middle = (hinge + 0.75 * math.cos(opened), 0.75 * math.sin(opened), 1.0)
        leaf.rotation_euler = (0, 0, opened)
        leaf.keyframe_insert("rotation_euler", frame=picture)
        key(leaf, picture, middle)

    render(scene, out / "door", 4.4, slams, animate, words="a wooden door slamming shut")


def cups(out: Path) -> None:
    """A hand lifts three cups in turn and puts them down; the camera slides along the table."""
    scene = stage((0, -3.6, 2.1), 66, floor=(0.2, 0.2, 0.22), lens=32)
    box((3.2, 1.4, 0.8), (0.5, 0.33, 0.16), (0, 0, 0.4))
    colours = ((0.8, 0.8, 0.85), (0.2, 0.45, 0.7), (0.75, 0.5, 0.2))
    things = [drum(0.13, 0.26, colour, (0, 0, 0)) for colour in colours]
    hand = ball(0.17, (0.8, 0.55, 0.42))
    laid = (1.15, 2.35, 3.55)

    def place(i: int, seconds: float) -> Vector:
        moved = min(max((seconds - laid[i] + _CARRIED) / _CARRIED, 0), 1)
        # Taken up gently and put down fast enough to be heard.
        return (0.9 * i - 1.15 + 0.5 * smooth(moved), 0, 0.93 + 1.5 * moved**2 * (1 - moved))

    def held(seconds: float) -> Vector:
        free = [-9.0, *(end + 0.1 for end in laid)]
        i = min(sum(seconds > moment for moment in free) - 1, len(laid) - 1)
        taken = laid[i] - _CARRIED
        if seconds >= taken or i == 0:
            return place(i, seconds)
        # From the cup that was put down to the next.
        part = smooth((seconds - free[i]) / (taken - free[i]))
        pairs = zip(place(i - 1, seconds), place(i, seconds), strict=True)
        x, y, z = (a + part * (b - a) for a, b in pairs)
        return (x, y, z)

    def animate(seconds: float, picture: float) -> None:
        for i, cup in enumerate(things):
            key(cup, picture, place(i, seconds))
        x, y, z = held(seconds)
        key(hand, picture, (x, y, z + 0.28))
        key(scene.camera, picture, (-0.5 + 0.25 * seconds, -3.6, 2.1))

    render(scene, out / "cups", 4.4, laid, animate, words="a cup put down on a wooden table")


def press(out: Path) -> None:
    """A stamping press seen in three shots; the cuts fall between the blows."""
    scene = stage((0, -4.6, 1.5), 82, floor=(0.28, 0.3, 0.3))
    box((1.6, 1.0, 0.7), (0.25, 0.27, 0.3), (0, 0, 0.35), metal=0.7)
    for side in (-1, 1):
        box((0.14, 0.3, 2.4), (0.5, 0.45, 0.1), (0.7 * side, 0, 1.2))
    die = box((0.9, 0.6, 0.35), (0.5, 0.5, 0.55), metal=0.8)
    rod = box((0.18, 0.18, 1.2), (0.6, 0.6, 0.6), metal=0.9)
    strikes = [0.6, 1.4, 2.2, 3.0, 3.8, 4.6]
    shots = (
        (0.0, (0.0, -4.6, 1.5), 82.0, 0.0),
        (1.8, (2.6, -3.2, 2.3), 70.0, 0.7),
        (3.42, (-1.2, -2.9, 1.2), 86.0, -0.38),
    )

    def animate(seconds: float, picture: float) -> None:
        above = 0.875 + 0.7 * raised(seconds, strikes, 0.2)
        key(die, picture, (0, 0, above))
        key(rod, picture, (0, 0, above + 0.75))
        _, eye, tilt, turn = shot_at(shots, seconds)
        turn_camera(scene, picture, (math.radians(tilt), 0, turn))
        key(scene.camera, picture, eye)

    render(scene, out / "press", 5.0, strikes, animate, words="a metal stamping machine")


def near_miss(out: Path) -> None:
    """Silent: a hand waves a stick about and never meets the table; the camera pans."""
    scene = stage((0, -4.6, 1.7), 78)
    box((1.8, 0.8, 0.6), (0.35, 0.3, 0.25), (0.3, 0, 0.3))
    stick, hand = box((1.1, 0.06, 0.06), (0.6, 0.45, 0.25)), ball(0.14, (0.8, 0.55, 0.4))

    def animate(seconds: float, picture: float) -> None:
        turn = 0.55 + 0.5 * math.sin(4.1 * seconds) + 0.2 * math.sin(7.3 * seconds)
        key(stick, picture, (0.9 - 0.55 * math.cos(turn), 0, 1.25 + 0.55 * math.sin(turn)), turn)
        key(hand, picture, (0.9, 0, 1.25))
        turn_camera(scene, picture, (math.radians(78), 0, 0.12 * math.sin(0.9 * seconds)))

    render(scene, out / "near_miss", 4.4, [], animate, words="a stick waved through the air")


def walkthrough(out: Path) -> None:
    """Silent: a shaking camera in a still room, with two cuts."""
    scene = stage((0, -5, 1.6), 82, floor=(0.35, 0.28, 0.2))
    for x, y, tall, colour in (
        (-1.6, 0.5, 1.2, (0.6, 0.2, 0.15)),
        (-0.2, 1.2, 1.8, (0.2, 0.35, 0.55)),
        (1.3, 0.2, 0.8, (0.3, 0.5, 0.25)),
    ):
        box((0.7, 0.7, tall), colour, (x, y, tall / 2))
    ball(0.35, (0.75, 0.65, 0.2), (0.5, -0.6, 0.35))
    shots = ((0.0, (0.0, -5.0, 1.6), 0.0), (1.62, (2.2, -3.9, 1.4), 0.5), (3.02, (-2, -4, 2), -0.4))

    def animate(seconds: float, picture: float) -> None:
        began, (x, y, z), turn = shot_at(shots, seconds)
        sway = 0.05 * math.sin(6.1 * seconds) + 0.03 * math.sin(13.7 * seconds)
        turn_camera(scene, picture, (math.radians(82) + 0.2 * sway, 0, turn + 0.3 * sway))
        key(scene.camera, picture, (x + sway, y + 0.3 * (seconds - began), z + 0.5 * sway))

    render(scene, out / "walkthrough", 4.4, [], animate, words="a quiet room")


def rising(out: Path) -> None:
    """Silent: balloons rise past each other, boxes turn in the air."""
    scene = stage((0, -5.6, 2.0), 84, floor=(0.25, 0.4, 0.2))
    colours = ((0.8, 0.15, 0.1), (0.85, 0.7, 0.1), (0.15, 0.3, 0.75), (0.5, 0.2, 0.6))
    balloons = [ball(0.22 + 0.04 * i, colour) for i, colour in enumerate(colours)]
    blocks = [box((0.3, 0.3, 0.3), (0.5, 0.5, 0.4)) for _ in range(2)]

    def animate(seconds: float, picture: float) -> None:
        for i, balloon in enumerate(balloons):
            wave = 0.25 * math.sin(1.9 * seconds + 2 * i)
            key(balloon, picture, (-1.6 + i + wave, 0.6 * i - 0.8, 0.2 + 0.45 * seconds + 0.3 * i))
        for i, block in enumerate(blocks):
            place = (-0.8 + 1.7 * i, -0.6, 1.3 + 0.12 * math.sin(2.2 * seconds + i))
            key(block, picture, place, (1 + i) * seconds)

    render(scene, out / "rising", 4.4, [], animate, words="balloons in a garden")


SCENES = (drumming, door, cups, press, near_miss, walkthrough, rising)

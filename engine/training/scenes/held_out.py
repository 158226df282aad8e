"""Scenes for judging: drawn by the ray caster, never trained on.

Balls and boxes with light and shadow in a deep room, through a camera that moves; the training
scenes are flat sprites. The laws of falling and stepping are shared with them, looks and timing are
not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.training.scenes.falling import flight
from engine.training.scenes.gait import Stride
from engine.training.scenes.raycast import Ball, Box, Shape
from engine.training.scenes.scene import GRID, Contact, Floats, Set, strength_of
from engine.training.scenes.strokes import stroke

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class Staging:
    """One scene in the room.

    Attributes:
        contacts: The truth.
        shapes: What stands where at a moment (seconds).
        pan: How far eye and target have moved at a moment, float32 [3].
    """

    contacts: tuple[Contact, ...]
    shapes: Callable[[float], list[Shape]]
    pan: Callable[[float], Floats]


def point(x: float, y: float, z: float) -> Floats:
    """Return a place or a colour, float32 [3]."""
    return np.array([x, y, z], np.float32)


def bar(start: Floats, end: Floats, thick: float, colour: Floats) -> Box:
    """Return a box between two points of one depth."""
    along = end - start
    half = point(float(np.linalg.norm(along)) / 2 + thick / 2, thick / 2, thick / 2)
    return Box((start + end) / 2, half, colour, float(np.arctan2(along[2], along[0])))


def _steady(_: float) -> Floats:
    return point(0, 0, 0)


def _hand(seconds: float) -> Floats:
    """A hand-held camera: three slow tremors that do not repeat."""
    waves = np.sin(seconds * np.array([2.1, 5.3, 8.9]) + [0, 1, 2])
    return point(0.04 * float(waves @ [1, 0.4, 0.2]), 0, 0.025 * float(waves @ [0.3, 1, 0.2]))


def _stage(seed: int) -> Set:
    return Set(np.random.default_rng(seed), SECONDS, 16 / 9)


def bouncing() -> Staging:
    """Two balls of unlike weight that drop one after the other."""
    times = _stage(0).times
    balls = []
    contacts: list[Contact] = []
    for start, height, spring, x, speed, radius in (
        (0.4, 1.5, 0.75, -1.2, 0.25, 0.16),
        (1.9, 1.1, 0.5, 0.9, -0.15, 0.24),
    ):
        above, hits = flight(times, start, height, 0.0, 9.81, spring)
        balls.append((above, x, speed, radius))
        contacts += [Contact(at, strength_of(v / 2)) for at, v in hits if v > 0.5]

    def shapes(seconds: float) -> list[Shape]:
        return [
            Ball(
                point(
                    x + speed * seconds, 0.2 * x, radius + float(np.interp(seconds, times, above))
                ),
                radius,
                point(0.2, 0.4 + 0.2 * x, 0.7),
                speed * seconds / radius,
            )
            for above, x, speed, radius in balls
        ]

    return Staging(tuple(contacts), shapes, _hand)


def hammering() -> Staging:
    """A mallet that turns about a wrist and meets an anvil."""
    blow = stroke(_stage(11), (0.8, 1.0), (0.12, 0.18))
    times = _stage(11).times

    def shapes(seconds: float) -> list[Shape]:
        share = float(np.interp(seconds, times, blow.share))
        turn, wrist = 1.3 * (1 - share), point(-0.75, 0, 0.72)
        tip = wrist + 0.7 * point(np.cos(turn), 0, np.sin(turn))
        return [
            Box(point(0, 0, 0.31), point(0.25, 0.2, 0.31), point(0.3, 0.3, 0.33)),
            bar(wrist, tip, 0.05, point(0.6, 0.4, 0.2)),
            Box(tip, point(0.1, 0.09, 0.1), point(0.2, 0.2, 0.22), turn),
            bar(wrist - point(0.5, 0, 0.25), wrist, 0.13, point(0.8, 0.6, 0.5)),
        ]

    return Staging(tuple(blow.contacts(0.6)), shapes, _steady)


def falling_row() -> Staging:
    """Ten stones in a row that fall against each other."""
    number, tall, thick, pitch = 10, 0.5, 0.08, 0.27
    meets = float(np.arcsin((pitch - thick) / tall))
    starts = 1.0 + np.cumsum(0.14 + 0.1 * 0.5 ** np.arange(number + 1)) - 0.24
    contacts = [Contact(float(start), 0.4) for start in starts[1:]]

    def stone(one: int, seconds: float) -> Box:
        part = max((seconds - starts[one]) / (starts[one + 1] - starts[one]), 0.0)
        goal = np.pi / 2 if one == number - 1 else meets
        angle = goal * min(part, 1.0) ** 1.8
        settle = max(seconds - float(starts[one + 1]), 0.0)
        if one < number - 1:
            angle += (0.55 - meets) * (1 - np.exp(-settle / 0.2))
        corner = point(-1.25 + one * pitch, 0.1, 0)
        middle = corner + point(np.sin(angle) * tall / 2, 0, np.cos(angle) * tall / 2)
        return Box(
            middle, point(thick / 2, 0.14, tall / 2), point(0.7, 0.2 + 0.05 * one, 0.2), -angle
        )

    return Staging(
        tuple(contacts), lambda seconds: [stone(one, seconds) for one in range(number)], _steady
    )


def cradle() -> Staging:
    """Four balls on rods; the outer ones swing in turn and click."""
    pace, swing, length, radius = 4.2, 0.7, 1.0, 0.14
    clicks = [(k * np.pi - 0.7) / pace for k in range(1, 12)]
    contacts = tuple(
        Contact(float(at), strength_of(swing * length * pace)) for at in clicks if at < SECONDS
    )

    def shapes(seconds: float) -> list[Shape]:
        wave = swing * float(np.sin(seconds * pace + 0.7))
        angles = [min(wave, 0.0), 0.0, 0.0, max(wave, 0.0)]
        parts: list[Shape] = [Box(point(0, 0, 1.42), point(0.7, 0.1, 0.03), point(0.3, 0.3, 0.3))]
        for one, angle in enumerate(angles):
            top = point((one - 1.5) * 2 * radius, 0, 1.4)
            end = top + length * point(np.sin(angle), 0, -np.cos(angle))
            parts += [
                bar(top, end, 0.02, point(0.7, 0.7, 0.7)),
                Ball(end, radius, point(0.6, 0.6, 0.65)),
            ]
        return parts

    return Staging(contacts, shapes, _steady)


def walking(*, tracked: bool = False) -> Staging:
    """A figure of boxes that walks past; the camera may go along."""
    stage, size = _stage(3), 0.8
    times = stage.times
    stride = Stride((0.85 * times).astype(np.float32), 0.4, 0.8 * size, 0.1)
    contacts = [
        Contact(at, 0.5, "footstep")
        for offset in (0.0, 0.5)
        for at in stride.strikes(times, offset)
    ]
    begin = -0.85 * SECONDS / 2 * stride.length
    feet = {offset: stride.foot(offset) for offset in (0.0, 0.5)}

    def shapes(seconds: float) -> list[Shape]:
        index = min(int(seconds * GRID), len(times) - 1)
        x = begin + float(stride.phase[index] + stride.lead) * stride.length
        hip = point(x, 0, size * 0.98)
        neck = hip + point(0.04, 0, 0.55)
        parts: list[Shape] = [
            bar(hip, neck, 0.24, point(0.2, 0.25, 0.5)),
            Ball(neck + point(0.02, 0, 0.2), 0.13, point(0.75, 0.55, 0.45)),
        ]
        for (ahead, lifted), depth in zip(feet.values(), (-0.09, 0.09), strict=True):
            foot = point(begin + float(ahead[index]), depth, float(lifted[index]) + 0.06)
            out = point(0.1 * size, 0, 0.02) * (0.2 + 8 * float(lifted[index]))
            knee = (foot + hip) / 2 + out
            parts += [
                bar(
                    hip + point(0, depth, 0),
                    knee + point(0, depth / 2, 0),
                    0.13,
                    point(0.25, 0.2, 0.2),
                ),
                bar(knee + point(0, depth / 2, 0), foot, 0.1, point(0.25, 0.2, 0.2)),
                Box(foot + point(0.07, 0, -0.02), point(0.13, 0.05, 0.04), point(0.1, 0.1, 0.1)),
            ]
        return parts

    def along(seconds: float) -> Floats:
        return point(begin + 0.85 * seconds * stride.length, 0, 0) + 0.3 * _hand(seconds)

    return Staging(tuple(contacts), shapes, along if tracked else _steady)


def drumming() -> Staging:
    """Two sticks on a drum, each in its own time."""
    times = _stage(5).times
    beats = [stroke(_stage(seed), (0.55, 0.75), (0.08, 0.12)) for seed in (5, 6)]

    def shapes(seconds: float) -> list[Shape]:
        parts: list[Shape] = [Box(point(0, 0, 0.25), point(0.5, 0.4, 0.25), point(0.6, 0.15, 0.12))]
        for beat, side in zip(beats, (-1, 1), strict=True):
            share = float(np.interp(seconds, times, beat.share))
            tip = point(side * 0.18, 0, 0.53 + 0.45 * (1 - share))
            hand = point(side * 0.85, 0, 0.75 + 0.12 * (1 - share))
            parts += [
                bar(hand, tip, 0.04, point(0.8, 0.7, 0.5)),
                Ball(hand, 0.1, point(0.8, 0.6, 0.5)),
            ]
        return parts

    contacts = [contact for beat in beats for contact in beat.contacts(0.4)]
    return Staging(tuple(contacts), shapes, _steady)


def dropping() -> Staging:
    """Boxes that drop onto the floor and onto each other."""
    moments = (1.2, 2.1, 3.3, 4.4)
    size, drop = 0.32, 1.3
    lasts = float(np.sqrt(2 * drop / 9.81))

    def shapes(seconds: float) -> list[Shape]:
        parts: list[Shape] = []
        for one, moment in enumerate(moments):
            left = np.clip((moment - seconds) / lasts, 0, 1.6)
            height = drop * (1 - (1 - left) ** 2) if left <= 1 else 5.0
            rest = size / 2 + (one // 2) * size
            x = (-0.45, 0.4)[one % 2] + 0.05 * one
            centre = point(x, 0.1, rest + float(height))
            parts.append(
                Box(centre, point(size / 2, size / 2, size / 2), point(0.6, 0.5, 0.1 + 0.2 * one))
            )
        return parts

    return Staging(tuple(Contact(moment, 0.9) for moment in moments), shapes, _hand)


def floating() -> Staging:
    """Balloons that bob and drift; nothing sounds."""

    def shapes(seconds: float) -> list[Shape]:
        return [
            Ball(
                point(
                    x + 0.25 * float(np.sin(seconds * 1.3 + x * 3)),
                    0.1,
                    0.8 + 0.3 * float(np.sin(seconds * pace + x)),
                ),
                0.2,
                point(0.7, 0.3, 0.3 + 0.3 * x * x),
            )
            for x, pace in ((-1.1, 2.0), (0.0, 3.1), (1.0, 4.3))
        ]

    return Staging((), shapes, _hand)


def waving() -> Staging:
    """A standing figure that talks with both arms; nothing sounds."""

    def shapes(seconds: float) -> list[Shape]:
        hip, neck = point(0, 0, 0.55), point(0.02 * float(np.sin(seconds * 1.7)), 0, 1.15)
        parts: list[Shape] = [
            bar(hip - point(0, 0, 0.5), hip, 0.3, point(0.2, 0.2, 0.25)),
            bar(hip, neck, 0.34, point(0.5, 0.25, 0.2)),
            Ball(neck + point(0, 0, 0.26), 0.15, point(0.8, 0.6, 0.5)),
        ]
        for side in (-1, 1):
            lift = 0.5 * float(np.sin(seconds * 2.6 + side)) + 0.3 * float(
                np.sin(seconds * 4.1 * side)
            )
            shoulder = neck + point(side * 0.2, -0.05, -0.05)
            elbow = shoulder + 0.35 * point(
                side * float(np.cos(lift - 0.8)), 0, float(np.sin(lift - 0.8))
            )
            hand = elbow + 0.33 * point(
                side * float(np.cos(2 * lift)), 0, float(np.sin(2 * lift)) + 0.3
            )
            parts += [
                bar(shoulder, elbow, 0.11, point(0.5, 0.25, 0.2)),
                bar(elbow, hand, 0.09, point(0.8, 0.6, 0.5)),
            ]
        return parts

    return Staging((), shapes, _steady)


def carousel() -> Staging:
    """Boxes that turn, a camera that pans; nothing sounds."""

    def shapes(seconds: float) -> list[Shape]:
        return [
            Box(point(x, 0.1, 0.7), point(0.35, 0.12, 0.06), point(0.3, 0.5, 0.3), pace * seconds)
            for x, pace in ((-0.9, 1.1), (0.7, -2.3))
        ]

    return Staging((), shapes, lambda seconds: point(0.12 * seconds - 0.35, 0, 0))


def walking_along() -> Staging:
    """The walking figure with a camera at its side."""
    return walking(tracked=True)


SOUNDING: Mapping[str, Callable[[], Staging]] = {
    "bouncing balls": bouncing,
    "hammer": hammering,
    "dominoes": falling_row,
    "cradle": cradle,
    "walking": walking,
    "walking, camera alongside": walking_along,
    "drumming": drumming,
    "falling boxes": dropping,
}
SILENT: Mapping[str, Callable[[], Staging]] = {
    "balloons": floating,
    "gestures": waving,
    "turning boxes, camera pans": carousel,
}

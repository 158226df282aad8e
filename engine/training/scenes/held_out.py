"""Scenes for judging: drawn by the ray caster, never trained on.

Balls and boxes with light and shadow in a deep room, through a camera that moves; the training
scenes are flat sprites. The laws of falling and stepping are shared with them, looks and timing are
not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.training.scenes.falling import flight
from engine.training.scenes.gait import Stride
from engine.training.scenes.held_out_silent import carousel, floating, waving
from engine.training.scenes.raycast import Ball, Box
from engine.training.scenes.scene import GRID, Contact, Floats, Set, strength_of
from engine.training.scenes.staging import Staging, bar, hand_held, point, steady
from engine.training.scenes.strokes import stroke

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.training.scenes.raycast import Shape

SECONDS = 6.0


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

    return Staging(tuple(contacts), shapes, hand_held)


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

    return Staging(tuple(blow.contacts(0.6)), shapes, steady)


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
        tuple(contacts), lambda seconds: [stone(one, seconds) for one in range(number)], steady
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

    return Staging(contacts, shapes, steady)


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
        return point(begin + 0.85 * seconds * stride.length, 0, 0) + 0.3 * hand_held(seconds)

    return Staging(tuple(contacts), shapes, along if tracked else steady)


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
    return Staging(tuple(contacts), shapes, steady)


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

    return Staging(tuple(Contact(moment, 0.9) for moment in moments), shapes, hand_held)


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

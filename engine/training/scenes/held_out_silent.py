"""Scenes for judging in which things move and nothing sounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.training.scenes.raycast import Ball, Box
from engine.training.scenes.staging import Staging, bar, hand_held, point, steady

if TYPE_CHECKING:
    from engine.training.scenes.raycast import Shape


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

    return Staging((), shapes, hand_held)


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

    return Staging((), shapes, steady)


def carousel() -> Staging:
    """Boxes that turn, a camera that pans; nothing sounds."""

    def shapes(seconds: float) -> list[Shape]:
        return [
            Box(point(x, 0.1, 0.7), point(0.35, 0.12, 0.06), point(0.3, 0.5, 0.3), pace * seconds)
            for x, pace in ((-0.9, 1.1), (0.7, -2.3))
        ]

    return Staging((), shapes, lambda seconds: point(0.12 * seconds - 0.35, 0, 0))

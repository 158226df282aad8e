"""A room with balls and boxes before a camera that may move, for scenes that are judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.training.scenes.raycast import Box

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.training.scenes.raycast import Shape
    from engine.training.scenes.scene import Contact, Floats


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


def steady(_: float) -> Floats:
    """Return no movement: a camera on a tripod."""
    return point(0, 0, 0)


def hand_held(seconds: float) -> Floats:
    """Return the movement of a hand-held camera: three slow tremors that do not repeat."""
    waves = np.sin(seconds * np.array([2.1, 5.3, 8.9]) + [0, 1, 2])
    return point(0.04 * float(waves @ [1, 0.4, 0.2]), 0, 0.025 * float(waves @ [0.3, 1, 0.2]))

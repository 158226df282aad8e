"""What a scene is: bodies that move, and the moments at which they sound.

Space: the picture is 1 high and ``aspect`` wide, y points down, the origin is the upper left
corner. Time: everything is sampled at :data:`GRID` instants a second and interpolated when drawn,
so contacts are exact to about a millisecond whatever the rate of the pictures.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

GRID = 240
KINDS = ("impact", "footstep", "splash")

Floats = NDArray[np.floating]  # float32 where it is stored
Bytes = NDArray[np.uint8]
Generator = np.random.Generator
# A number, or one per instant.
Column: TypeAlias = float | NDArray[np.floating]
Path: TypeAlias = tuple[Column, Column]


@dataclass(frozen=True, slots=True)
class Contact:
    """One moment that sounds.

    Attributes:
        seconds: Time from the scene's start.
        strength: From 0 to 1, growing with the speed at which the surfaces met.
        kind: One of :data:`KINDS`.
        place: Where it happens (x, y), so that contacts outside the picture can be left out; None
            where a scene is sure to show it.
    """

    seconds: float
    strength: float
    kind: str = "impact"
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """A flat picture that moves.

    Attributes:
        sprite: uint8 [size, size, 2]: grey and alpha.
        poses: float32 [instants, 6] on the grid: centre x, centre y, angle (radians), width,
            height, opacity.
    """

    sprite: Bytes
    poses: Floats


@dataclass(frozen=True, slots=True)
class Scene:
    """Bodies from back to front, and what they would sound like.

    Attributes:
        bodies: Drawn in this order.
        contacts: In any order.
        energy: float32 [instants]: loudness 0 to 1, of what sounds continuously (sliding, rain).
        floor: Height at which wall and floor meet, or None for a backdrop in one piece.
        follow: float32 [instants, 2]: a path that a camera may track, if the scene has one.
        reach: Whether the camera must follow, because the path leaves the picture.
    """

    bodies: tuple[Body, ...]
    contacts: tuple[Contact, ...] = ()
    energy: Floats | None = None
    floor: float | None = None
    follow: Floats | None = None
    reach: bool = False


@dataclass(frozen=True, slots=True)
class Set:
    """Where a scene is staged: its randomness, length and shape.

    Attributes:
        random: The only source of chance.
        seconds: Length.
        aspect: Width over height of the picture.
        photographs: Grey photographs to cut textures from; may be empty.
    """

    random: Generator
    seconds: float
    aspect: float
    photographs: tuple[Bytes, ...] = field(default=(), repr=False)

    @property
    def times(self) -> Floats:
        """The grid's instants in seconds, float32 [instants]."""
        return (np.arange(int(self.seconds * GRID) + 1) / GRID).astype(np.float32)

    def between(self, low: float, high: float) -> float:
        """Draw a number evenly."""
        return float(self.random.uniform(low, high))

    def chance(self, probability: float) -> bool:
        """Draw yes or no."""
        return bool(self.random.random() < probability)

    def count(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return int(self.random.integers(low, high + 1))


def strength_of(speed: float) -> float:
    """Return an event's strength for surfaces meeting at ``speed`` picture heights a second."""
    return float(np.clip(1 - np.exp(-abs(speed) / 1.2), 0.05, 1.0))


def poses(  # noqa: PLR0917 - the columns of a pose, in their order
    times: Floats,
    x: Column,
    y: Column,
    angle: Column,
    width: Column,
    height: Column,
    opacity: Column = 1.0,
) -> Floats:
    """Stack columns (arrays or constants) into poses, float32 [instants, 6]."""
    columns = (x, y, angle, width, height, opacity)
    out = np.empty((len(times), 6), np.float32)
    for index, column in enumerate(columns):
        out[:, index] = column
    return out


def limb(times: Floats, start: Path, end: Path, thickness: Column, opacity: Column = 1.0) -> Floats:
    """Return poses of a bar between two points that may move, each ``(x, y)``."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = np.asarray(x1) - x0, np.asarray(y1) - y0
    length = np.hypot(dx, dy) + np.asarray(thickness) * 0.6
    middle_x, middle_y = np.asarray(x0) + dx / 2, np.asarray(y0) + dy / 2
    return poses(times, middle_x, middle_y, np.arctan2(dy, dx), length, thickness, opacity)


def wander(stage: Set, amplitude: float, period: float) -> Floats:
    """Return smooth noise on the grid, float32 [instants], about ``amplitude`` in size."""
    knots = max(int(stage.seconds / period) + 4, 4)
    values = stage.random.standard_normal(knots).astype(np.float32)
    place = stage.times / period + stage.random.random()
    index = place.astype(int).clip(0, knots - 2)
    part = place - index
    smooth = part * part * (3 - 2 * part)
    between: Floats = values[index] * (1 - smooth) + values[index + 1] * smooth
    return (amplitude * between).astype(np.float32)

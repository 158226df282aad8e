"""A small ray caster: balls and boxes on a textured floor, one lamp, soft shadows.

It shares nothing with the sprite renderer, so what it draws shows how the motion encoder does on
pictures of another kind. Right-handed, z up, metres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.training.scenes.scene import Bytes, Floats

_FAR = np.float32(1e6)
_STRAY = 1e-3  # keeps a shadow ray from hitting the surface it leaves


@dataclass(frozen=True, slots=True)
class Ball:
    """A ball with two-coloured panels that show its spin.

    Attributes:
        centre: float32 [3].
        radius: Metres.
        colour: Red, green, blue from 0 to 1.
        turn: Radians about the y axis.
    """

    centre: Floats
    radius: float
    colour: Floats
    turn: float = 0.0

    def hit(self, origin: Floats, rays: Floats) -> tuple[Floats, Floats]:
        """Return distances [n] (far where missed) and normals [n, 3]."""
        away = origin - self.centre
        b = np.einsum("ij,ij->i", np.broadcast_to(away, rays.shape), rays)
        c = np.einsum("...j,...j->...", away, away) - self.radius**2
        root = b * b - c
        near = -b - np.sqrt(np.maximum(root, 0))
        distance = np.where((root > 0) & (near > _STRAY), near, _FAR).astype(np.float32)
        normal = (away + rays * np.minimum(distance, 100)[:, None]) / self.radius
        return distance, normal.astype(np.float32)

    def paint(self, normals: Floats, points: Floats) -> Floats:
        """Return the surface's colour, [n, 3]."""
        del points
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        x = normals[:, 0] * cosine + normals[:, 2] * sine
        z = normals[:, 2] * cosine - normals[:, 0] * sine
        panel = (np.abs(x) < 0.28) | (np.abs(z) < 0.12)
        return np.where(panel[:, None], np.float32(0.9), self.colour).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Box:
    """An upright box, turned about the y axis through its own middle.

    Attributes:
        centre: float32 [3].
        half: Half its size along its own axes, float32 [3].
        colour: Red, green, blue from 0 to 1.
        turn: Radians about the y axis.
    """

    centre: Floats
    half: Floats
    colour: Floats
    turn: float = 0.0

    def _matrix(self) -> Floats:
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        return np.array([[cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]], np.float32)

    def hit(self, origin: Floats, rays: Floats) -> tuple[Floats, Floats]:
        """Return distances [n] (far where missed) and normals [n, 3]; Kay and Kajiya 1986."""
        inward = self._matrix()
        start, along = (origin - self.centre) @ inward.T, rays @ inward.T
        along = np.where(np.abs(along) < 1e-7, np.float32(1e-7), along)
        first, second = (-self.half - start) / along, (self.half - start) / along
        enters, leaves = np.minimum(first, second), np.maximum(first, second).min(1)
        axis = enters.argmax(1)
        near = enters.max(1)
        distance = np.where((near < leaves) & (near > _STRAY), near, _FAR).astype(np.float32)
        normal = np.zeros_like(rays)
        rows = np.arange(len(rays))
        normal[rows, axis] = -np.sign(along[rows, axis])
        return distance, (normal @ inward).astype(np.float32)

    def paint(self, normals: Floats, points: Floats) -> Floats:
        """Return the surface's colour, with a grain along the box, [n, 3]."""
        del normals
        own = (points - self.centre) @ self._matrix().T
        grain = 1 + 0.08 * np.sin(own[:, 0] * 70 + 3 * np.sin(own[:, 2] * 9))
        return np.asarray(self.colour * grain[:, None], np.float32)


Shape = Ball | Box


@dataclass(frozen=True, slots=True)
class Room:
    """Floor, lamp and eye.

    Attributes:
        floor: uint8 [rows, columns, 3]: laid over 8 by 8 metres.
        lamp: Where the light is, float32 [3].
        lamp_size: Radius of the lamp in metres; larger is softer.
        eye, target: Camera place and what it looks at, float32 [3].
        focal: Focal length over the picture's height.
    """

    floor: Bytes
    lamp: Floats
    lamp_size: float
    eye: Floats
    target: Floats
    focal: float


def look(room: Room, shapes: Sequence[Shape], width: int, height: int) -> Bytes:
    """Draw one picture, uint8 [height, width, 3], with four rays a pixel."""
    rays = _rays(room, width * 2, height * 2)
    distance, colour, points, normals = _nearest(room, shapes, rays, width * 2)
    lamps = room.lamp + room.lamp_size * np.array(
        [[0, 0, 0], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32
    )
    # Every ray asks another point of the lamp, the same in every picture, so that nothing shimmers.
    chosen = lamps[np.random.default_rng(1).integers(0, len(lamps), len(rays))]
    to_lamp = chosen - points
    reach = np.linalg.norm(to_lamp, axis=1)
    to_lamp /= reach[:, None]
    facing = np.maximum(np.einsum("ij,ij->i", to_lamp, normals), 0)
    lit = facing * _unshadowed(shapes, points + normals * 0.004, to_lamp, reach)
    shine = np.maximum(np.einsum("ij,ij->i", normals, to_lamp - rays), 0) / 2
    sky = 0.32 + 0.12 * normals[:, 2]
    light = sky + 0.95 * lit
    seen = colour * light[:, None] + (0.25 * lit * shine**24)[:, None]
    mist = np.exp(-np.minimum(distance, 60) / 22)[:, None]
    seen = seen * mist + np.array([0.62, 0.66, 0.72], np.float32) * (1 - mist)
    picture = np.clip(seen, 0, 1) ** (1 / 1.3) * 255
    full = picture.reshape(height * 2, width * 2, 3).astype(np.float32)
    small = cv2.resize(full, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(np.round(small), np.uint8)


def _rays(room: Room, width: int, height: int) -> Floats:
    ahead = room.target - room.eye
    ahead = ahead / np.linalg.norm(ahead)
    right = np.cross(ahead, [0, 0, 1])
    right /= np.linalg.norm(right)
    up = np.cross(right, ahead)
    rows, columns = np.mgrid[0:height, 0:width]
    x = ((columns + 0.5) / height - width / height / 2) / room.focal
    y = (0.5 - (rows + 0.5) / height) / room.focal
    rays = ahead + x[..., None] * right + y[..., None] * up
    rays /= np.linalg.norm(rays, axis=2, keepdims=True)
    return np.asarray(rays.reshape(-1, 3), np.float32)


def _nearest(
    room: Room, shapes: Sequence[Shape], rays: Floats, row: int
) -> tuple[Floats, Floats, Floats, NDArray[np.float32]]:
    """Return what each ray meets: distance, colour, point, normal; ``row`` rays lie in a row."""
    down = np.minimum(rays[:, 2], -1e-4)
    distance = (-room.eye[2] / down).astype(np.float32)
    normals = np.tile(np.array([0, 0, 1], np.float32), (len(rays), 1))
    points = room.eye + rays * distance[:, None]
    size = np.array(room.floor.shape[:2], np.float32)
    spot = points[:, :2] / 8 * size + size / 2
    colour = (
        cv2.remap(
            room.floor,
            spot.reshape(-1, row, 2)[..., 0].astype(np.float32),
            spot.reshape(-1, row, 2)[..., 1].astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_WRAP,
        )
        .reshape(-1, 3)
        .astype(np.float32)
        / 255
    )
    for shape in shapes:
        reach, facing = shape.hit(room.eye, rays)
        closer = reach < distance
        where = room.eye + rays[closer] * reach[closer, None]
        distance[closer], normals[closer], points[closer] = reach[closer], facing[closer], where
        colour[closer] = shape.paint(facing[closer], where)
    return distance, colour, points.astype(np.float32), normals


def _unshadowed(shapes: Sequence[Shape], points: Floats, to_lamp: Floats, reach: Floats) -> Floats:
    lit = np.ones(len(points), np.float32)
    for shape in shapes:
        distance, _ = shape.hit(points, to_lamp)
        lit[distance < reach] = 0
    return lit

"""Draws a scene at given instants: backdrop, floor, bodies and shadows through a moving camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine.training.scenes.scene import GRID, Body, Bytes, Floats, Scene, Set, wander
from engine.training.scenes.textures import texture

if TYPE_CHECKING:
    from numpy.typing import NDArray

BACKDROP = 128
_LEAST = 0.6  # pixels; smaller bodies are not drawn


@dataclass(frozen=True, slots=True)
class Camera:
    """A path through the scene.

    Attributes:
        x: Where the picture's middle looks, float32 [instants] on the grid.
        y: Likewise, downwards.
        zoom: Magnification.
        roll: Radians.
    """

    x: Floats
    y: Floats
    zoom: Floats
    roll: Floats


def camera(stage: Set, scene: Scene) -> Camera:
    """Choose a camera: on a tripod, in the hand, panning, zooming or tracking the subject."""
    times = stage.times
    x: Floats = np.full(len(times), stage.aspect / 2)
    y: Floats = np.full(len(times), 0.5)
    zoom: Floats = np.full(len(times), stage.between(0.92, 1.1))
    roll: Floats = np.full(len(times), stage.random.normal(0, 0.03))
    tracks = scene.follow is not None and (scene.reach or stage.chance(0.25))
    if tracks and scene.follow is not None:
        lag = max(int(stage.between(0.02, 0.3) * GRID), 1)
        x = x - stage.aspect / 2 + _lagged(scene.follow[:, 0], lag)
        y = y - 0.5 + _lagged(scene.follow[:, 1], lag)
    choice = stage.random.random()
    if choice < 0.3:
        hand, period = stage.between(0.003, 0.04), stage.between(0.15, 0.9)
        x, y = x + _tremor(stage, hand, period), y + _tremor(stage, hand, period)
        roll = roll + _tremor(stage, hand * 0.5, period)
    elif choice < 0.42 and not tracks:
        speed = stage.random.normal(0, 0.12, 2)
        x = x + speed[0] * (times - stage.seconds / 2)
        y = y + speed[1] * 0.3 * (times - stage.seconds / 2)
    elif choice < 0.54:
        growth = stage.between(-0.25, 0.25)
        zoom = zoom * np.exp(growth * (times / stage.seconds - 0.5))
    elif choice < 0.6:
        x, y = x + _tremor(stage, 0.12, 1.2), y + _tremor(stage, 0.05, 1.2)
    return Camera(*(np.asarray(part, np.float32) for part in (x, y, zoom, roll)))


def _tremor(stage: Set, amplitude: float, period: float) -> Floats:
    """Return the hand's tremor: slow drift and a little of an octave above."""
    return wander(stage, amplitude, period) + wander(stage, amplitude * 0.3, period * 0.4)


def _lagged(path: Floats, lag: int) -> Floats:
    """Smooth a path the way an operator follows it."""
    padded = np.concatenate([np.full(lag, path[0]), path, np.full(lag, path[-1])])
    kernel = np.ones(2 * lag + 1, np.float32) / (2 * lag + 1)
    return np.convolve(padded, kernel, "valid").astype(np.float32)


def sees(view: Camera, aspect: float, seconds: float, place: tuple[float, float]) -> bool:
    """Tell whether the camera sees a place at a moment, within a twentieth of a picture."""
    index = min(int(seconds * GRID), len(view.x) - 1)
    zoom, margin = float(view.zoom[index]), 0.05
    across = abs(place[0] - float(view.x[index])) * zoom
    down = abs(place[1] - float(view.y[index])) * zoom
    return across < aspect / 2 + margin and down < 0.5 + margin


@dataclass(frozen=True, slots=True)
class Canvas:
    """The unlit set: backdrop and sprites at several sizes, ready to be drawn.

    Attributes:
        height: Rows drawn per picture (before it is made small).
        width: Columns.
        aspect: Width over height.
        backdrop: uint8 texture reaching half a picture beyond each edge.
        pyramids: Per body, its sprite at full, half and quarter size.
    """

    height: int
    width: int
    aspect: float
    backdrop: Bytes
    pyramids: tuple[tuple[Bytes, ...], ...]


def prepare(stage: Set, scene: Scene, height: int) -> Canvas:
    """Paint the backdrop and make the sprites ready for ``height`` rows."""
    width = round(height * stage.aspect)
    backdrop = texture(stage, 2 * BACKDROP, 2 * BACKDROP)
    if scene.floor is not None:
        # The backdrop spans -0.5 to 1.5 of the picture's height.
        row = int((scene.floor + 0.5) * BACKDROP)
        if 0 < row < 2 * BACKDROP:
            backdrop[row:] = texture(stage, 2 * BACKDROP, 2 * BACKDROP)[row:]
    if stage.chance(0.4):
        soft = cv2.GaussianBlur(backdrop, (0, 0), stage.between(0.5, 4))
        backdrop = np.asarray(soft, np.uint8)
    ground = float(backdrop.mean())
    pyramids = tuple(_pyramid(_distinct(stage, body.sprite, ground)) for body in scene.bodies)
    return Canvas(height, width, stage.aspect, backdrop, pyramids)


def _distinct(stage: Set, sprite: Bytes, ground: float) -> Bytes:
    """Make most sprites lighter or darker than the backdrop: nobody learns from what is unseen."""
    cover = sprite[..., 1] > 128
    level = float(sprite[..., 0][cover].mean()) if cover.any() else ground
    if abs(level - ground) > 45 or stage.chance(0.08):
        return sprite
    away = 1 if ground < 110 or (ground < 145 and level > ground) else -1
    out = sprite.copy()
    out[..., 0] = np.clip(sprite[..., 0] + away * stage.between(35, 100), 0, 255).astype(np.uint8)
    return out


def _pyramid(sprite: Bytes) -> tuple[Bytes, ...]:
    pyramid = [sprite]
    for _ in range(2):
        small = cv2.resize(pyramid[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        pyramid.append(np.asarray(small, np.uint8))
    return tuple(pyramid)


def draw(
    canvas: Canvas, scene: Scene, view: Camera, seconds: NDArray[np.float64]
) -> list[NDArray[np.float32]]:
    """Draw the scene at each instant.

    Args:
        canvas: From :func:`prepare`.
        scene: The scene.
        view: From :func:`camera`.
        seconds: Instants, [n].

    Returns:
        n pictures, float32 [height, width], 0 to 255.
    """
    place = seconds * GRID
    low = np.clip(place.astype(int), 0, len(view.x) - 2)
    part = (place - low).astype(np.float32)
    path = np.stack([view.x, view.y, view.zoom, view.roll], 1)
    views = path[low] + part[:, None] * (path[low + 1] - path[low])
    moves = [_interpolated(body, low, part) for body in scene.bodies]
    pictures = []
    for index in range(len(seconds)):
        matrix = _camera_matrix(canvas, views[index])
        picture = _backdrop(canvas, matrix)
        for move, pyramid in zip(moves, canvas.pyramids, strict=True):
            _draw_body(picture, matrix, move[index], pyramid)
        pictures.append(picture)
    return pictures


def _interpolated(body: Body, low: NDArray[np.int_], part: Floats) -> Floats:
    first = body.poses[low]
    return first + part[:, None] * (body.poses[low + 1] - first)


def _camera_matrix(canvas: Canvas, view: Floats) -> NDArray[np.float64]:
    """Return the 2 x 3 map from scene units to pixels."""
    x, y, zoom, roll = (float(value) for value in view)
    scale = zoom * canvas.height
    cosine, sine = scale * np.cos(roll), scale * np.sin(roll)
    return np.array(
        [
            [cosine, -sine, canvas.width / 2 - cosine * x + sine * y],
            [sine, cosine, canvas.height / 2 - sine * x - cosine * y],
        ]
    )


def _backdrop(canvas: Canvas, matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """Warp the backdrop, whose pixels span (-0.5..aspect+0.5) x (-0.5..1.5)."""
    fit = np.array(
        [[(canvas.aspect + 1) / (2 * BACKDROP), 0, -0.5], [0, 1 / BACKDROP, -0.5], [0, 0, 1]]
    )
    warped = cv2.warpAffine(
        canvas.backdrop,
        matrix @ fit,
        (canvas.width, canvas.height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    return warped.astype(np.float32)


def _draw_body(
    picture: NDArray[np.float32],
    matrix: NDArray[np.float64],
    pose: Floats,
    pyramid: tuple[Bytes, ...],
) -> None:
    """Blend one body into the picture, touching only its bounding box."""
    x, y, angle, width, height, opacity = (float(value) for value in pose)
    if opacity <= 0.01:
        return
    a, b, tx = matrix[0]
    c, d, ty = matrix[1]
    cosine, sine = np.cos(angle), np.sin(angle)
    # Half axes of the sprite in pixels, and its middle.
    ux, uy = (a * cosine + b * sine) * width, (c * cosine + d * sine) * width
    vx, vy = (b * cosine - a * sine) * height, (d * cosine - c * sine) * height
    mx, my = a * x + b * y + tx, c * x + d * y + ty
    reach_x, reach_y = (abs(ux) + abs(vx)) / 2 + 1, (abs(uy) + abs(vy)) / 2 + 1
    left, right = max(int(mx - reach_x), 0), min(int(mx + reach_x) + 2, picture.shape[1])
    top, bottom = max(int(my - reach_y), 0), min(int(my + reach_y) + 2, picture.shape[0])
    if right <= left or bottom <= top or max(reach_x, reach_y) < _LEAST + 1:
        return
    largest = max(np.hypot(ux, uy), np.hypot(vx, vy))
    sprite = pyramid[0 if largest > 24 else 1 if largest > 10 else 2]
    size = sprite.shape[0]
    ux, uy, vx, vy = ux / size, uy / size, vx / size, vy / size
    half = (size - 1) / 2
    warp = np.array(
        [
            [ux, vx, mx - 0.5 - left - (ux + vx) * half],
            [uy, vy, my - 0.5 - top - (uy + vy) * half],
        ]
    )
    patch = cv2.warpAffine(sprite, warp, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
    region = picture[top:bottom, left:right]
    cover = patch[..., 1] * np.float32(opacity / 255)
    region += cover * (patch[..., 0] - region)

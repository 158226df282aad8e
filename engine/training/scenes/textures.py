"""Grey textures and sprites, made up from noise, stripes, spots and pieces of photographs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from engine.training.scenes.scene import Bytes, Floats, Set

SPRITE = 48
SHAPES = ("disc", "box", "rounded", "polygon", "blob")


def noise(stage: Set, height: int, width: int, cell: float) -> Floats:
    """Return fractal noise, float32 [height, width], mean 0 and about 1 in size.

    Args:
        stage: The source of chance.
        height: Rows.
        width: Columns.
        cell: Size of the coarsest grain in pixels.
    """
    out = np.zeros((height, width), np.float32)
    weight = 1.0
    fade = stage.between(0.4, 0.9)
    while cell >= 1.5 and weight > 0.1:
        shape = (int(height / cell) + 2, int(width / cell) + 2)
        grain = stage.random.standard_normal(shape, dtype=np.float32)
        out += weight * cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)
        cell, weight = cell / 2, weight * fade
    return out / max(float(out.std()), 1e-3)


def _pattern(stage: Set, height: int, width: int) -> Floats:
    """Return stripes, checks or spots between -1 and 1."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    turn, size = stage.between(0, np.pi), stage.between(4, 24)
    along = (columns * np.cos(turn) + rows * np.sin(turn)) / size
    across = (rows * np.cos(turn) - columns * np.sin(turn)) / size
    choice = stage.count(0, 3)
    if choice == 0:
        return np.asarray(np.sign(np.sin(along * np.pi)), np.float32)
    if choice == 1:
        checks = np.sign(np.sin(along * np.pi) * np.sin(across * np.pi))
        return np.asarray(checks, np.float32)
    if choice == 2:
        return np.asarray(np.sin(along * np.pi), np.float32)
    joints = np.minimum(np.abs(along % 1 - 0.5), np.abs(across % 0.6 - 0.3))
    return np.where(joints < 0.06, -1.0, 0.2).astype(np.float32)


def _photograph(stage: Set, height: int, width: int) -> Floats | None:
    """Return a random piece of a random photograph, mean 0, or None where there are none."""
    if not stage.photographs:
        return None
    source = stage.photographs[stage.count(0, len(stage.photographs) - 1)]
    share = stage.between(0.3, 1.0)
    rows, columns = int(source.shape[0] * share), int(source.shape[1] * share)
    if min(rows, columns) < 8:
        return None
    top = stage.count(0, source.shape[0] - rows)
    left = stage.count(0, source.shape[1] - columns)
    piece = cv2.resize(source[top : top + rows, left : left + columns], (width, height))
    grey = piece.astype(np.float32)
    return np.asarray((grey - grey.mean()) / max(float(grey.std()), 8.0), np.float32)


def texture(stage: Set, height: int, width: int) -> Bytes:
    """Return a random texture, uint8 [height, width]."""
    level, contrast = stage.between(25, 230), stage.between(0, 55) * stage.between(0.2, 1)
    choice = stage.random.random()
    content: Floats | None = None
    if choice < 0.3:
        content = _photograph(stage, height, width)
    elif choice < 0.5:
        content = _pattern(stage, height, width)
    elif choice < 0.6:
        content = np.zeros((height, width), np.float32)
    if content is None:
        content = noise(stage, height, width, stage.between(4, 0.7 * min(height, width)))
    slope = np.linspace(-1, 1, height)[:, None] * stage.between(-30, 30)
    slope = slope + np.linspace(-1, 1, width)[None, :] * stage.between(-30, 30)
    return np.clip(level + contrast * content + slope, 0, 255).astype(np.uint8)


def _alpha(stage: Set, shape: str) -> Bytes:
    """Return a shape's coverage, uint8 [SPRITE, SPRITE], filling the square."""
    big = SPRITE * 2
    mask = np.zeros((big, big), np.uint8)
    if shape == "disc":
        cv2.circle(mask, (SPRITE, SPRITE), SPRITE - 3, 255, -1)
    elif shape == "box":
        mask[3:-3, 3:-3] = 255
    elif shape == "rounded":
        cv2.rectangle(mask, (24, 4), (big - 24, big - 4), 255, -1)
        cv2.rectangle(mask, (4, 24), (big - 4, big - 24), 255, -1)
        for x in (24, big - 24):
            for y in (24, big - 24):
                cv2.circle(mask, (x, y), 20, 255, -1)
    elif shape == "polygon":
        corners = stage.count(3, 8)
        turns = np.sort(stage.random.random(corners) + np.arange(corners)) * 2 * np.pi / corners
        radius = (SPRITE - 3) * stage.random.uniform(0.55, 1.0, corners)
        points = np.stack([SPRITE + radius * np.cos(turns), SPRITE + radius * np.sin(turns)], 1)
        cv2.fillPoly(mask, [points.astype(np.int32)], 255)
    else:
        rows, columns = np.mgrid[-1 : 1 : big * 1j, -1 : 1 : big * 1j]
        bumps = 0.18 * noise(stage, big, big, stage.between(20, 60))
        mask[np.hypot(rows, columns) + bumps < 0.75] = 255
    small = cv2.resize(mask, (SPRITE, SPRITE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def sprite(stage: Set, shape: str | None = None, *, grey: float | None = None) -> Bytes:
    """Return a textured sprite, uint8 [SPRITE, SPRITE, 2] (grey, alpha).

    Args:
        stage: The source of chance.
        shape: One of :data:`SHAPES`, or None for any.
        grey: A level (0 to 255) to be plain at, instead of textured.
    """
    shape = shape or SHAPES[stage.count(0, len(SHAPES) - 1)]
    if grey is None:
        face = texture(stage, SPRITE, SPRITE).astype(np.float32)
    else:
        face = np.full((SPRITE, SPRITE), grey, np.float32)
    if stage.chance(0.6):
        face *= _shading(stage, round_=shape in {"disc", "blob"})
    return np.dstack([np.clip(face, 0, 255).astype(np.uint8), _alpha(stage, shape)])


def _shading(stage: Set, *, round_: bool) -> Floats:
    """Return a factor for light from one side, as on a ball or on a flat face."""
    rows, columns = np.mgrid[-1 : 1 : SPRITE * 1j, -1 : 1 : SPRITE * 1j].astype(np.float32)
    x, y = stage.between(-0.7, 0.7), stage.between(-0.9, 0.3)
    if not round_:
        return np.asarray(0.85 + 0.3 * (rows * y + columns * x), np.float32)
    depth = np.sqrt(np.clip(1 - rows**2 - columns**2, 0, 1))
    light = columns * x + rows * y + depth * 0.75
    return np.asarray(np.clip(0.35 + 0.8 * light, 0.15, 1.4), np.float32)


def shadow(softness: float = 0.5) -> Bytes:
    """Return a soft dark ellipse as a sprite; ``softness`` from 0 (hard) to 1."""
    rows, columns = np.mgrid[-1 : 1 : SPRITE * 1j, -1 : 1 : SPRITE * 1j]
    cover = np.clip((1 - np.hypot(rows, columns)) / max(softness, 0.05), 0, 1) * 150
    return np.dstack([np.full((SPRITE, SPRITE), 8, np.uint8), cover.astype(np.uint8)])

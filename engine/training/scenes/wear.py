"""What pictures go through: film, lenses, compression, low light, letterboxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.training.scenes.scene import Bytes, Set

Picture = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Wear:
    """One source's faults, drawn once per clip.

    Attributes:
        gain, gamma, black: The contrast curve.
        grain: Standard deviation of the noise, 0 to 255.
        blur: Standard deviation in pixels of the drawn picture, 0 for none.
        quality: JPEG quality, or None.
        weave: Pixels by which the picture jumps from frame to frame.
        flicker: Relative change of brightness from frame to frame.
        hum: Relative change that beats at a steady rate (lamps against the shutter).
        beat: Its phase step in radians a picture.
        scratches: Columns of vertical scratches.
        dust: Mean specks a picture.
        bars: Shares of the height and width that black bars cover on each side.
        vignette: How much darker the corners are.
    """

    gain: float
    gamma: float
    black: float
    grain: float
    blur: float
    quality: int | None
    weave: float
    flicker: float
    hum: float
    beat: float
    scratches: tuple[float, ...]
    dust: float
    bars: tuple[float, float]
    vignette: float


def choose(stage: Set) -> Wear:
    """Draw a source's faults: mostly slight, now and then an archive reel or a dark room."""
    archive, dark = stage.chance(0.25), stage.chance(0.07)
    bars = (0.0, 0.0)
    if stage.chance(0.18):
        bars = (
            (stage.between(0.05, 0.15), 0.0)
            if stage.chance(0.6)
            else (0.0, stage.between(0.08, 0.3))
        )
    lines = stage.random.uniform(0, 1, stage.count(1, 3)) if archive and stage.chance(0.6) else ()
    return Wear(
        gain=stage.between(0.2, 0.5) if dark else stage.between(0.6, 1.15),
        gamma=float(np.exp(stage.random.normal(0, 0.3))),
        black=stage.between(0, 30) if stage.chance(0.4) else 0.0,
        grain=stage.between(2, 10) if archive or dark else stage.between(0, 5),
        blur=stage.between(0.4, 2.0) if stage.chance(0.35) else 0.0,
        quality=stage.count(8, 60) if stage.chance(0.3) else None,
        weave=stage.between(0.1, 1.2) if archive else 0.0,
        flicker=stage.between(0.02, 0.15) if archive else (0.02 if stage.chance(0.1) else 0.0),
        hum=stage.between(0.02, 0.12) if stage.chance(0.08) else 0.0,
        beat=stage.between(0.3, 3),
        scratches=tuple(float(line) for line in lines),
        dust=stage.between(0.1, 1.5) if archive and stage.chance(0.6) else 0.0,
        bars=bars,
        vignette=stage.between(0, 0.5) if stage.chance(0.4) else 0.0,
    )


def apply(stage: Set, wear: Wear, pictures: list[Picture], size: int) -> Bytes:
    """Wear the pictures and shrink them.

    Args:
        stage: The source of chance.
        wear: From :func:`choose`.
        pictures: Drawn pictures, 0 to 255, all of one size.
        size: Rows and columns of the result (the aspect is squashed, as the reader does).

    Returns:
        uint8 [n, size, size].
    """
    out = np.empty((len(pictures), size, size), np.uint8)
    levels = (np.arange(256) / 255) ** wear.gamma * 255 * wear.gain + wear.black
    levels = levels.astype(np.float32)
    corners = _corners(wear, pictures[0].shape)
    wanders = np.array(wear.scratches, np.float64)
    for index, drawn in enumerate(pictures):
        light = (
            1 + wear.flicker * stage.random.standard_normal() + wear.hum * np.sin(index * wear.beat)
        )
        picture = _blurred(drawn, wear.blur)
        if wear.weave:
            picture = _woven(stage, picture, wear.weave)
        if corners is not None:
            picture = picture * corners
        if wanders.size:
            wanders += stage.random.normal(0, 0.004, wanders.size)
        _damage(stage, picture, wanders, wear.dust)
        toned = _compressed(levels[np.clip(picture * light, 0, 255).astype(np.uint8)], wear.quality)
        small = cv2.resize(toned, (size, size), interpolation=cv2.INTER_AREA)
        grain = wear.grain * stage.random.standard_normal((size, size), dtype=np.float32)
        out[index] = np.clip(small + grain, 0, 255)
    high, wide = round(wear.bars[0] * size), round(wear.bars[1] * size)
    return _barred(out, high, wide)


def _corners(wear: Wear, shape: tuple[int, ...]) -> Picture | None:
    if not wear.vignette:
        return None
    rows, columns = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    light: Picture = 1 - wear.vignette * (rows**2 + columns**2) / 2
    return light.astype(np.float32)


def _blurred(picture: Picture, blur: float) -> Picture:
    if not blur:
        return picture
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), blur), np.float32)


def _woven(stage: Set, picture: Picture, weave: float) -> Picture:
    move = np.array([[1, 0, stage.random.normal(0, weave)], [0, 1, stage.random.normal(0, weave)]])
    shape = (picture.shape[1], picture.shape[0])
    moved = cv2.warpAffine(picture, move, shape, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def _damage(stage: Set, picture: Picture, scratches: NDArray[np.float64], dust: float) -> None:
    """Draw scratches and specks into the picture."""
    height, width = picture.shape
    for place in scratches:
        if stage.chance(0.8):
            column = int(np.clip(place, 0, 0.99) * width)
            cv2.line(picture, (column, 0), (column, height), stage.between(150, 255), 1)
    for _ in range(int(stage.random.poisson(dust)) if dust else 0):
        centre = (stage.count(0, width), stage.count(0, height))
        cv2.circle(picture, centre, stage.count(1, 3), 255.0 if stage.chance(0.5) else 0.0, -1)


def _compressed(picture: Picture, quality: int | None) -> Picture:
    if quality is None:
        return picture
    grey = np.clip(picture, 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.float32)


def _barred(pictures: Bytes, high: int, wide: int) -> Bytes:
    """Shrink the pictures between black bars."""
    if not high and not wide:
        return pictures
    size = pictures.shape[1]
    out = np.zeros_like(pictures)
    inner = (size - 2 * wide, size - 2 * high)
    for index, picture in enumerate(pictures):
        shrunk = cv2.resize(picture, inner, interpolation=cv2.INTER_AREA)
        out[index, high : size - high, wide : size - wide] = shrunk
    return out

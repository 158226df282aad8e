"""Where one shot ends and the next begins: a cut looks like an event but makes no sound."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from engine.media.reader import Picture

Levels: TypeAlias = npt.NDArray[np.float32]  # [pictures, cells], 0 to 255

_GRID = 16  # pictures are compared as 16 x 16 means
_UNLIKE = 0.2  # 1 - correlation of the pictures on both sides of a cut, at least
_ABOVE_NEIGHBOURS = 5.0  # times the usual change around it: a whip pan is no cut
_CHANGED_SHARE = 0.35  # of the picture: something that jumps across a still picture is no cut
_CHANGED_LEVELS = 16.0
_FLAT = 3.0  # standard deviation under which a picture shows nothing (black, white)
_AROUND = 5  # pictures to each side that are looked at
_BLACK = 8.0  # what never gets lighter than this is no part of the picture
_FLASH = 4  # pictures after which a flash has passed


class CutDetector:
    """Finds cuts in a stream of small pictures; remembers 256 bytes of each.

    Args:
        rate: Pictures per second of the stream.
    """

    def __init__(self, rate: Fraction = Fraction(25)) -> None:
        self._rate = rate
        self._seen: list[npt.NDArray[np.uint8]] = []

    def observe(self, picture: Picture) -> None:
        """Take in the next picture."""
        small = cv2.resize(picture.pixels, (_GRID, _GRID), interpolation=cv2.INTER_AREA)
        self._seen.append(small.reshape(_GRID * _GRID, -1).mean(axis=1).astype(np.uint8))

    def times(self) -> tuple[Fraction, ...]:
        """Return when a new shot begins, in seconds from the first picture, rising."""
        if len(self._seen) < 2:
            return ()
        levels = np.stack(self._seen).astype(np.float32)
        # Letterbox bars would make all shots alike.
        levels = levels[:, levels.max(axis=0) >= _BLACK]
        if levels.shape[1] < 2:
            return ()
        shapes = _shapes(levels)
        changes = _unlikeness(levels, shapes, 0, 1)
        candidates = np.flatnonzero(changes >= _UNLIKE) + 1  # the new shot's first pictures
        return tuple(
            int(first) / self._rate
            for first in candidates
            if _stands_out(changes, int(first) - 1)
            and _changed_share(levels[first - 1], levels[first]) >= _CHANGED_SHARE
            and not _is_flash(levels, shapes, int(first), changes[first - 1])
        )


def _shapes(levels: Levels) -> Levels:
    """Pictures without brightness and contrast, of unit length; zero where there is nothing."""
    centred = levels - levels.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    unit: Levels = centred / np.maximum(spread, _FLAT) / np.float32(levels.shape[1] ** 0.5)
    unit[spread[:, 0] < _FLAT] = 0
    return unit


def _unlikeness(levels: Levels, shapes: Levels, first: int, step: int) -> Levels:
    """1 - correlation of each picture from ``first`` on with the one ``step`` later."""
    before, after = slice(first, len(levels) - step), slice(first + step, None)
    unlike: Levels = 1 - (shapes[before] * shapes[after]).sum(axis=1)
    empty = ~shapes[before].any(axis=1) & ~shapes[after].any(axis=1)
    # Two empty pictures are alike unless one is black and the other white.
    contrast = np.abs(levels[before].mean(axis=1) - levels[after].mean(axis=1))
    unlike[empty] = contrast[empty] > 2 * _CHANGED_LEVELS
    return unlike


def _stands_out(changes: Levels, place: int) -> bool:
    around = np.concatenate(
        [changes[max(place - _AROUND, 0) : place], changes[place + 1 : place + 1 + _AROUND]]
    )
    around = around[around > 0]  # repeated pictures (18 fps shown at 25) say nothing
    usual = float(np.median(around)) if len(around) else 0.0
    return float(changes[place]) >= _ABOVE_NEIGHBOURS * usual


def _changed_share(before: Levels, after: Levels) -> float:
    """Share of the picture whose level changed clearly."""
    return float((np.abs(after - before) > _CHANGED_LEVELS).mean())


def _is_flash(
    levels: Levels,
    shapes: Levels,
    first: int,
    change: float,
) -> bool:
    """Whether the picture before comes back soon, or this is it coming back."""

    def unlike(one: int, other: int) -> float:
        pair = [one, other]
        return float(_unlikeness(levels[pair], shapes[pair], 0, 1)[0])

    later = range(first + 1, min(first + 1 + _FLASH, len(levels)))
    earlier = range(max(first - 1 - _FLASH, 0), first - 1)
    half = change / 2
    return any(unlike(first - 1, k) < half for k in later) or any(
        unlike(k, first) < half for k in earlier
    )

"""The mood of pictures, in the plain tone words that music is described with.

How light the pictures are, how much moves in them and how often they are cut says little of what
they mean, but it is what a score can take up without being told: dark and still asks for another
music than bright and busy. The words are a suggestion, shown to the user, who writes better ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine.media.fitting import Pixels
    from engine.media.reader import Picture

# By darkness, then by pace: still, moving, busy.
_WORDS = (
    ("quiet mysterious music", "ominous suspenseful music", "tense dramatic music"),
    ("calm music", "adventurous music", "energetic dramatic music"),
    ("peaceful hopeful music", "cheerful music", "lively upbeat music"),
)
_LIGHT = (0.22, 0.55)  # mean brightness, 0 to 1, from which on pictures are neither dark nor bright
_PACE = (0.6, 2.0)
_USUAL_CHANGE = 0.4  # of full brightness per second; a street with passers-by has half of it
_USUAL_CUTS = 0.25  # per second


class MoodReader:
    """Reads the mood of a stream of small pictures.

    Args:
        rate: Pictures per second.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._light = self._change = 0.0
        self._count = 0
        self._last: Pixels | None = None

    def observe(self, picture: Picture) -> None:
        """Take in the next picture."""
        pixels = picture.pixels
        self._light += float(pixels.mean()) / 255
        if self._last is not None:
            moved = pixels.astype(np.int16) - self._last
            self._change += float(np.abs(moved).mean()) / 255
        self._last = pixels
        self._count += 1

    def words(self, cuts: int) -> str:
        """Return the mood in a few words, such as "calm music"; empty if there was no picture.

        Args:
            cuts: How often a new shot began.
        """
        if not self._count:
            return ""
        seconds = self._count / self._rate
        pace = self._change / seconds / _USUAL_CHANGE + cuts / seconds / _USUAL_CUTS
        return _WORDS[_place(self._light / self._count, _LIGHT)][_place(pace, _PACE)]


def _place(value: float, bounds: tuple[float, float]) -> int:
    return sum(value >= bound for bound in bounds)

"""What about the pictures will cost quality, in plain words: the consequence and what helps."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from engine.media.clip import Clip
    from engine.media.reader import Picture

_SMALL = 160  # pixels of the shorter side
_SLOW = Fraction(12)  # pictures a second
_DARK = 40  # level of the brightest twentieth, 0 to 255
_FLAT = 6.0  # standard deviation of levels
_STILL = 0.02  # mean change of level between two pictures
_STILL_SHARE = 0.8
_FLICKER = 3.0  # usual back-and-forth of the mean level
_SOFT = 0.08  # fine detail in proportion to contrast
_BLACK = 16  # letterbox bars are darker than this everywhere

_TOO_DARK = (
    "The picture is almost black: neither things nor movements can be seen. "
    "Brighten the clip, or describe the sound in the prompt and place it in the cue sheet."
)
_EMPTY = (
    "The picture shows one flat colour: neither things nor movements can be seen. "
    "Check the clip, or describe the sound in the prompt."
)
_STANDS_STILL = (
    "The picture hardly ever changes: without movement no sound can be timed to it. "
    "Describe a continuous sound in the prompt, or place events in the cue sheet."
)
_OUT_OF_FOCUS = (
    "The picture is badly out of focus: things may be mistaken for others. "
    "Say in the prompt what is to be heard."
)
_FLICKERS = (
    "The picture flickers: changes of light may be taken for events. "
    "Even out the brightness first, or remove false events from the cue sheet."
)


class _Look(NamedTuple):
    """One picture in numbers."""

    level: float
    highlights: float
    contrast: float
    detail: float
    change: float


class PictureQuality:
    """Watches one stream of pictures and says at the end what will cost quality.

    Args:
        clip: The file, if its size and rate are to be judged too.
    """

    def __init__(self, clip: Clip | None = None) -> None:
        self._clip = clip
        self._looks: list[_Look] = []
        self._before: npt.NDArray[np.float32] | None = None

    def observe(self, picture: Picture) -> None:
        """Take in the next picture (uint8 [height, width, 3 or 1])."""
        grey = picture.pixels.astype(np.float32).mean(axis=2)
        shown = _without_bars(grey)
        change = 0.0 if self._before is None else float(np.abs(grey - self._before).mean())
        self._before = grey
        contrast = float(shown.std())
        detail = float(np.abs(cv2.Laplacian(shown, cv2.CV_32F)).mean())
        self._looks.append(
            _Look(
                float(shown.mean()),
                float(np.percentile(shown, 95)),
                contrast,
                detail / max(contrast, 1.0),
                change,
            )
        )

    def warnings(self) -> tuple[str, ...]:
        """Return a sentence for each weakness: what is wrong, what it costs, what helps."""
        return (*self._of_the_file(), *self._of_the_pictures())

    def _of_the_file(self) -> list[str]:
        if self._clip is None:
            return []
        found = []
        width, height = self._clip.width, self._clip.height
        if min(width, height) < _SMALL:
            found.append(
                f"The picture is very small ({width}x{height}): what makes the sound may not be "
                "recognised. Say it in the prompt, or use a larger version of the clip."
            )
        if self._clip.rate < _SLOW:
            found.append(
                f"The clip has only {float(self._clip.rate):.3g} pictures a second: events can be "
                "placed no more exactly than that. Move them in the cue sheet where it matters."
            )
        return found

    def _of_the_pictures(self) -> list[str]:
        if not self._looks:
            return []
        looks = np.array(self._looks, np.float32)
        level, highlights, contrast, detail, change = looks.T
        if np.median(highlights) < _DARK:
            return [_TOO_DARK]
        if np.median(contrast) < _FLAT:
            return [_EMPTY]
        found = []
        if len(change) > 1 and (change[1:] < _STILL).mean() > _STILL_SHARE:
            found.append(_STANDS_STILL)
        if np.median(detail) < _SOFT:
            found.append(_OUT_OF_FOCUS)
        if len(level) > 2 and np.median(np.abs(np.diff(level, 2))) > _FLICKER:
            found.append(_FLICKERS)
        return found


def _without_bars(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Cut off black bars around the picture; an all-black picture stays whole."""
    rows = np.flatnonzero(grey.max(axis=1) >= _BLACK)
    columns = np.flatnonzero(grey.max(axis=0) >= _BLACK)
    if len(rows) < 3 or len(columns) < 3:
        return grey
    return grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

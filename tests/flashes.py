"""Films in which something plainly happens: a coloured wall that lights up for a moment.

To the tiny pack a red wall is a dog, and the picture on which it lights up an "impact".
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tests.media.film import Film

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

RED = (1.0, 0.1, 0.1)
GREY = (0.5, 0.5, 0.5)


def flash_film(
    folder: Path,
    name: str = "dog.mp4",
    *,
    flashes: Collection[int] = (10, 35),
    frames: int = 50,
    rate: Fraction = Fraction(25),
    colour: tuple[float, float, float] = RED,
) -> Path:
    """Write a film that lights up for five pictures from each of ``flashes`` on."""
    folder.mkdir(parents=True, exist_ok=True)
    bright = {index + after for index in flashes for after in range(5)}
    pictures = [
        np.full((48, 64, 3), np.array(colour) * (250 if index in bright else 60), np.uint8)
        for index in range(frames)
    ]
    return Film(name=name, rate=rate, size=(64, 48), pictures=pictures).write(folder)

"""The outline of a sound: how low and how high it goes, part by part."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]


def outline(samples: Floats, parts: int) -> tuple[Floats, Floats]:
    """Return the least and the greatest sample of each part, over all channels.

    Args:
        samples: float32 [channels, n], at least one sample.
        parts: How many equal parts; no more than there are samples.

    Returns:
        Two arrays, float32 [parts].
    """
    parts = min(parts, samples.shape[1])
    starts = np.arange(parts) * samples.shape[1] // parts
    lows = np.minimum.reduceat(samples.min(axis=0), starts)
    highs = np.maximum.reduceat(samples.max(axis=0), starts)
    return lows, highs

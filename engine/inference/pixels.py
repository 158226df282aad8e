"""Pictures as graphs want them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine.inference.arrays import Floats, Pixels
    from engine.packs.graphs import PictureStream


def normalised(pixels: Pixels, stream: PictureStream) -> Floats:
    """Return a picture with the stream's mean and deviation taken out.

    Args:
        pixels: uint8 [height, width, channels].
        stream: Its stream.

    Returns:
        float32 [channels, height, width].
    """
    mean, std = (np.array(values, np.float32) for values in (stream.mean, stream.std))
    scaled = (pixels * np.float32(1 / 255) - mean) / std
    return np.ascontiguousarray(scaled.transpose(2, 0, 1))

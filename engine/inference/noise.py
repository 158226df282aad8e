"""Noise that depends on the seed and on the place alone.

A window of a long clip has the noise of its place, whatever else is computed, and one seed gives
the same noise on every machine. Philox (Salmon et al., "Parallel random numbers: as easy as 1, 2,
3", SC 2011) counts instead of iterating; Box and Muller's transform uses a fixed count of numbers.
NumPy promises Philox's raw numbers for good, but not those of its own normal distribution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InputError

if TYPE_CHECKING:
    from engine.inference.arrays import Floats

MAX_SEED = 2**63 - 1
_WORDS_PER_COUNT = 4  # 64-bit numbers that Philox-4x64 gives per count


def noise(seed: int, start: int, length: int, channels: int, stream: int = 0) -> Floats:
    """Return standard normal noise, float32 [length, channels], for latents from ``start`` on.

    Args:
        seed: From 0 to 2**63 - 1.
        start: Index of the first latent in the whole take.
        length: Number of latents.
        channels: Values per latent.
        stream: Noises of one seed and different streams have nothing to do with each other.

    Raises:
        InputError: The seed is out of bounds.
    """
    if not 0 <= seed <= MAX_SEED:
        raise InputError(f"The seed {seed} is out of bounds", f"Use one from 0 to {MAX_SEED}")
    counts = -(-channels // (2 * _WORDS_PER_COUNT))  # each number gives two normal values
    philox = np.random.Philox(key=seed + (stream << 64), counter=start * counts)
    words = philox.random_raw(length * counts * _WORDS_PER_COUNT)
    # Half a step above zero keeps the logarithm finite.
    first = ((words >> np.uint64(32)).astype(np.float64) + 0.5) / 2**32
    second = (words & np.uint64(0xFFFFFFFF)).astype(np.float64) / 2**32
    radius, angle = np.sqrt(-2 * np.log(first)), 2 * np.pi * second
    pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    return pairs.reshape(length, 2 * counts * _WORDS_PER_COUNT)[:, :channels].astype(np.float32)

"""Clips longer than the model's window: overlapping windows, blended in every step.

After MultiDiffusion (Bar-Tal et al. 2023, arXiv:2302.08113): all windows share one latent, so there
is no seam to hide afterwards, and each evaluation costs the memory of one window.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from engine.inference.arrays import Floats
    from engine.packs.manifest import Audio, Manifest


class PlacedVelocity(Protocol):
    """A velocity that knows where in the take its latents lie."""

    def __call__(self, latent: Floats, time: float, start: int, /) -> Floats:
        """Return the velocity of a stretch of latents [T, channels] that begins at ``start``."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of latents.

    Attributes:
        start: Index of its first latent.
        weights: float32 [length, 1]; over all windows they add up to one at every latent.
    """

    start: int
    weights: Floats

    @property
    def stop(self) -> int:
        """Index after its last latent."""
        return self.start + len(self.weights)


def start_grid(manifest: Manifest) -> Fraction:
    """Return the latents between places where a window may begin.

    Features that belong together (those of a segment of pictures) are not torn apart.
    """
    grid = Fraction(manifest.audio.latent_multiple)
    for stage in manifest.features.values():
        if stage.stride:
            rate = manifest.pictures[stage.pictures].rate
            step = manifest.audio.latent_rate * stage.stride / rate
            over = math.lcm(grid.denominator, step.denominator)
            grid = Fraction(math.lcm(int(grid * over), int(step * over)), over)
    return grid


def padded_length(latents: int, audio: Audio, grid: Fraction) -> int:
    """Return the least length of ``latents`` or more whose last window begins on the grid."""
    if latents <= audio.window:
        return latents
    return audio.window + _place(math.ceil((latents - audio.window) / grid), audio, grid)


def _place(number: int, audio: Audio, grid: Fraction) -> int:
    """The multiple of the pack's latents that is next to a point of the grid, or after it."""
    return math.ceil(number * grid / audio.latent_multiple) * audio.latent_multiple


def lay_windows(latents: int, audio: Audio, grid: Fraction) -> tuple[Window, ...]:
    """Cover ``latents`` latents, of :func:`padded_length`, evenly with the pack's windows.

    Args:
        latents: Length of the take.
        audio: Of the pack.
        grid: From :func:`start_grid`.
    """
    if latents <= audio.window:
        return (Window(0, np.ones((latents, 1), np.float32)),)
    spare = latents - audio.window
    steps = math.floor(spare / grid)
    longest = max(1, math.floor((audio.window - audio.overlap) / grid))
    gaps = -(-steps // longest)
    starts = [_place(steps * i // gaps, audio, grid) for i in range(gaps + 1)]
    # Raised-cosine slopes at inner edges; dividing by their sum serves triple overlaps as well.
    rise = np.sin(np.pi / 2 * (np.arange(audio.overlap) + 0.5) / audio.overlap) ** 2
    raw = np.ones((len(starts), audio.window))
    raw[1:, : audio.overlap] = rise
    raw[:-1, -audio.overlap :] *= rise[::-1]
    total = np.zeros(latents)
    for start, weights in zip(starts, raw, strict=True):
        total[start : start + audio.window] += weights
    return tuple(
        Window(start, (weights / total[start : start + audio.window])[:, None].astype(np.float32))
        for start, weights in zip(starts, raw, strict=True)
    )


class WindowedVelocity:
    """The velocity of a whole take from that of its windows.

    Args:
        velocity: Evaluated once per window.
        windows: From :func:`lay_windows`.
    """

    def __init__(self, velocity: PlacedVelocity, windows: tuple[Window, ...]) -> None:
        self._velocity = velocity
        self._windows = windows

    def __call__(self, latent: Floats, time: float) -> Floats:
        """Return the blended velocity [T, channels]."""
        blended = np.zeros_like(latent)
        for window in self._windows:
            stretch = slice(window.start, window.stop)
            blended[stretch] += window.weights * self._velocity(latent[stretch], time, window.start)
        return blended

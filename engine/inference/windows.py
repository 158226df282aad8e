"""Clips longer than the model's window: overlapping windows, blended in every step.

After MultiDiffusion (Bar-Tal et al. 2023, arXiv:2302.08113): all windows share one latent, so there
is no seam to hide afterwards, and each evaluation costs the memory of one window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from engine.inference.arrays import Floats
    from engine.packs.manifest import Audio


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


def lay_windows(latents: int, audio: Audio) -> tuple[Window, ...]:
    """Cover ``latents`` latents (a multiple of the pack's) evenly with the pack's windows."""
    if latents <= audio.window:
        return (Window(0, np.ones((latents, 1), np.float32)),)
    unit = audio.latent_multiple
    spare = latents - audio.window
    gaps = -(-spare // (audio.window - audio.overlap))
    starts = [spare * i // gaps // unit * unit for i in range(gaps + 1)]
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

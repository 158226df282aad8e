"""How well the onsets of a sound agree with the events that were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts over any number of sounds.

    Attributes:
        matched: Events that have an onset of their own within the tolerance.
        asked: Events.
        heard: Onsets.
        offsets: Per match, how many seconds the onset comes after the event.
    """

    matched: int
    asked: int
    heard: int
    offsets: tuple[float, ...]

    @property
    def precision(self) -> float:
        """Share of the onsets that were asked for."""
        return self.matched / self.heard if self.heard else 0.0

    @property
    def recall(self) -> float:
        """Share of the events that are heard."""
        return self.matched / self.asked if self.asked else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where nothing was asked for or heard."""
        total = self.asked + self.heard
        return 2 * self.matched / total if total else 1.0


def match(asked: Sequence[float], heard: Sequence[float], tolerance: float) -> Agreement:
    """Pair events and onsets, each at most once and as many as can be.

    Args:
        asked: Times of the events in seconds, sorted.
        heard: Times of the onsets in seconds, sorted.
        tolerance: Farthest apart that a pair may be, in seconds.
    """
    offsets = []
    i = k = 0
    # With one tolerance for all, taking the earliest pair that fits never costs a later one.
    while i < len(asked) and k < len(heard):
        offset = heard[k] - asked[i]
        if abs(offset) <= tolerance:
            offsets.append(offset)
            i += 1
            k += 1
        elif offset < 0:
            k += 1
        else:
            i += 1
    return Agreement(len(offsets), len(asked), len(heard), tuple(offsets))


def pooled(agreements: Iterable[Agreement]) -> Agreement:
    """Return the agreement over several sounds, every event counting the same."""
    parts = tuple(agreements)
    return Agreement(
        sum(part.matched for part in parts),
        sum(part.asked for part in parts),
        sum(part.heard for part in parts),
        tuple(offset for part in parts for offset in part.offsets),
    )


def correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Return Pearson's correlation of two curves of one length; 0 where one does not move."""
    a, b = np.asarray(first) - np.mean(first), np.asarray(second) - np.mean(second)
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 1e-9 else 0.0

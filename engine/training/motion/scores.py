"""How well picked events meet the true contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts that add up over clips.

    Attributes:
        hits: Picked events that meet a contact, one each.
        picked: Picked events.
        true: Contacts.
        shift: Sum of the hits' signed errors in seconds (picked minus true).
    """

    hits: int = 0
    picked: int = 0
    true: int = 0
    shift: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.hits + other.hits,
            self.picked + other.picked,
            self.true + other.true,
            self.shift + other.shift,
        )

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where nothing was to be found or was picked."""
        total = self.picked + self.true
        return 2 * self.hits / total if total else 1.0

    @property
    def offset(self) -> float:
        """Mean signed error of the hits in seconds."""
        return self.shift / self.hits if self.hits else 0.0


def matched(picked: Sequence[float], true: Sequence[float], tolerance: float) -> Tally:
    """Match picked events and contacts one to one within ``tolerance`` seconds, the nearest first.

    Args:
        picked: Seconds.
        true: Seconds.
        tolerance: Largest difference of a hit, in seconds.
    """
    if not picked or not true:
        return Tally(0, len(picked), len(true))
    differences = np.subtract.outer(np.asarray(picked), np.asarray(true))
    order = np.argsort(np.abs(differences), axis=None)
    used_picked: set[int] = set()
    used_true: set[int] = set()
    shift = 0.0
    for flat in order:
        one, other = divmod(int(flat), len(true))
        if abs(differences[one, other]) > tolerance:
            break
        if one not in used_picked and other not in used_true:
            used_picked.add(one)
            used_true.add(other)
            shift += float(differences[one, other])
    return Tally(len(used_true), len(picked), len(true), shift)


def by_chance(
    picked: Sequence[float],
    true: Sequence[float],
    tolerance: float,
    seconds: float,
    *,
    random: np.random.Generator,
    turns: int = 20,
) -> Tally:
    """Return the tally of the same picked events, turned around the clip by random amounts."""
    total = Tally()
    for shift in random.uniform(0, seconds, turns):
        turned = [(moment + float(shift)) % seconds for moment in picked]
        total += matched(turned, true, tolerance)
    return total

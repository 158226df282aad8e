"""How well times that were found agree with times that are true, beside chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.onset_agreement import match, pooled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.onset_agreement import Agreement

STRICT, LENIENT = 0.05, 0.1  # seconds
TOLERANCES = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2)
_TURNS = 16


@dataclass(frozen=True, slots=True)
class Case:
    """What was to be found in one sound or clip, and what was.

    Attributes:
        asked: True times in seconds, sorted.
        found: Times that were found, sorted.
        seconds: Length.
    """

    asked: tuple[float, ...]
    found: tuple[float, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Synchrony:
    """Agreement over several cases, every event counting the same.

    Attributes:
        f1: Onset F1 at each of :data:`TOLERANCES`.
        chance: The same for what was found, turned around each case by random amounts.
        precision: At 100 ms.
        recall: At 100 ms.
        offset_ms: Mean of found minus true over matches at 100 ms; None without any.
        spread_ms: Mean of its absolute value.
    """

    f1: tuple[float, ...]
    chance: tuple[float, ...]
    precision: float
    recall: float
    offset_ms: float | None
    spread_ms: float | None

    @property
    def f1_strict(self) -> float:
        """Onset F1 at 50 ms."""
        return self.f1[TOLERANCES.index(STRICT)]

    @property
    def f1_lenient(self) -> float:
        """Onset F1 at 100 ms."""
        return self.f1[TOLERANCES.index(LENIENT)]

    @property
    def chance_strict(self) -> float:
        """Chance at 50 ms."""
        return self.chance[TOLERANCES.index(STRICT)]

    @property
    def chance_lenient(self) -> float:
        """Chance at 100 ms."""
        return self.chance[TOLERANCES.index(LENIENT)]


def synchrony(cases: Sequence[Case], random: np.random.Generator) -> Synchrony:
    """Return the agreement of one case or more."""
    turns = [_turned(case, random) for case in cases for _ in range(_TURNS)]
    lenient = _agreement(cases, LENIENT)
    offsets = 1000 * np.array(lenient.offsets)
    return Synchrony(
        f1=tuple(_agreement(cases, tolerance).f1 for tolerance in TOLERANCES),
        chance=tuple(_agreement(turns, tolerance).f1 for tolerance in TOLERANCES),
        precision=lenient.precision,
        recall=lenient.recall,
        offset_ms=float(offsets.mean()) if len(offsets) else None,
        spread_ms=float(np.abs(offsets).mean()) if len(offsets) else None,
    )


def _agreement(cases: Iterable[Case], tolerance: float) -> Agreement:
    return pooled(match(case.asked, case.found, tolerance) for case in cases)


def _turned(case: Case, random: np.random.Generator) -> Case:
    """The case with all that was found moved by one random amount, around the end."""
    amount = random.uniform(0, case.seconds)
    moved = sorted((time + amount) % case.seconds for time in case.found)
    return Case(case.asked, tuple(moved), case.seconds)

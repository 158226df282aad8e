"""How far a job is and how long it will take, from how long its stages took before."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from engine.progress import LOOKING, WRITING, part_of_take

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ENOUGH = 0.05  # of a stage, to judge the rest by it
# Seconds per unit on a small desktop; they shape the bar until a first job was measured.
_GUESSES = {"looking": 0.15, "sampling": 0.03, "decoding": 0.1, "writing": 0.02}


class Stage(NamedTuple):
    """A part of a job.

    Attributes:
        name: As progress calls it.
        kind: Stages of a kind take equally long per unit of work.
        work: Units: seconds of pictures or sound, times steps for the sampler.
    """

    name: str
    kind: str
    work: float


def stages_of_look(seconds: float) -> list[Stage]:
    """Return the stages of looking at a span."""
    return [Stage(LOOKING, "looking", seconds)]


def stages_of_takes(seconds: float, takes: int, steps: int, stems: int = 1) -> list[Stage]:
    """Return the stages of making takes of a span."""
    work = seconds * stems
    stages = stages_of_look(seconds)
    for number in range(1, takes + 1):
        stages += [
            Stage(part_of_take(number, takes, "sampling"), "sampling", work * steps),
            Stage(part_of_take(number, takes, "decoding"), "decoding", work),
            Stage(WRITING, "writing", work),
        ]
    return stages


class Pace:
    """How many seconds a unit of work takes, learnt from job to job on one device."""

    def __init__(self) -> None:
        self._learnt: dict[str, float] = {}

    def learn(self, stage: Stage, seconds: float) -> None:
        """Take note of how long a stage took."""
        self._learnt[stage.kind] = seconds / stage.work

    def seconds(self, stage: Stage) -> float:
        """Return how long a stage should take."""
        return stage.work * self._learnt.get(stage.kind, _GUESSES[stage.kind])

    def knows(self, kind: str) -> bool:
        """Return whether a stage of this kind was ever measured."""
        return kind in self._learnt


class Outlook:
    """One job's way through its stages.

    Args:
        stages: In their order.
        pace: What is known of them; it learns.
        clock: Seconds that only rise.
    """

    def __init__(
        self, stages: Sequence[Stage], pace: Pace, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stages = stages
        self._pace = pace
        self._clock = clock
        self._begun = self._entered = self._told = clock()
        self._slowest = max(stages, key=pace.seconds).kind  # without it any sum is a guess
        self._at = 0
        self._partly = False
        self._fraction = 0.0

    def at(self, stage: str, fraction: float) -> tuple[float, float | None]:
        """Return how much of the job is done, and the seconds left or None if not yet known.

        Args:
            stage: Where the job is.
            fraction: How much of that stage is done, 0 to 1.
        """
        now = self._clock()
        self._enter(stage)
        current, later = self._stages[self._at], self._stages[self._at + 1 :]
        spent = now - self._entered
        if fraction >= 1:
            # What is done at one stroke was remembered, not made.
            if self._partly:
                self._pace.learn(current, spent)
            rest = 0.0
        elif fraction > _ENOUGH:
            rest = spent * (1 - fraction) / fraction
        else:
            rest = self._pace.seconds(current) * (1 - fraction)
        measured = current.kind == self._slowest and fraction > _ENOUGH
        known = measured or self._pace.knows(self._slowest)
        left = rest + sum(map(self._pace.seconds, later))
        self._told, self._partly = now, fraction < 1
        elapsed = now - self._begun
        if elapsed + left > 0:
            self._fraction = max(self._fraction, elapsed / (elapsed + left))
        return self._fraction, left if known else None

    def _enter(self, stage: str) -> None:
        if self._stages[self._at].name == stage:
            return
        names = [entry.name for entry in self._stages]
        if stage in names[self._at :]:
            self._at = names.index(stage, self._at)
            self._entered, self._partly = self._told, False

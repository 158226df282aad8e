"""Do negative prompts refuse: does what they name get quieter, and what was wanted stay?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.training.evaluation.subject import Wish

if TYPE_CHECKING:
    from engine.training.evaluation.bench import Bench
    from engine.training.evaluation.prompts import Prompt

SEED = 100  # apart from those of the other takes


@dataclass(frozen=True, slots=True)
class RefusalTrial:
    """Two things asked for together, one of them refused.

    Attributes:
        wanted: The one that should stay.
        refused: The negative prompt.
        refused_before: Score of the refused class without the negative prompt.
        refused_after: The same with it; all else equal, the seed too.
        wanted_before: Score of the wanted class without the negative prompt.
        wanted_after: The same with it.
    """

    wanted: str
    refused: str
    refused_before: float
    refused_after: float
    wanted_before: float
    wanted_after: float

    @property
    def fell(self) -> bool:
        """Whether the refused class is heard less."""
        return self.refused_after < self.refused_before


def measure_refusals(bench: Bench) -> tuple[RefusalTrial, ...]:
    """Return two trials for every pair, one for each way around.

    Raises:
        LumiphoneError: A graph failed.
    """
    trials: list[RefusalTrial] = []
    for i, (first, second) in enumerate(bench.plan.pairs):
        bench.progress("negative prompts", i / len(bench.plan.pairs))
        trials += _trials(bench, first, second)
    bench.progress("negative prompts", 1)
    return tuple(trials)


def _trials(bench: Bench, first: Prompt, second: Prompt) -> list[RefusalTrial]:
    words = f"{first.words} and {second.words}"
    cues = bench.sheet(second) or bench.sheet(first)
    takes = {
        refused: bench.sound(bench.subject.take(Wish(words, refused, cues), SEED)).hearing
        for refused in (None, first.words, second.words)
    }
    return [
        RefusalTrial(
            wanted.words,
            refused.words,
            refused_before=takes[None].score(refused.classes),
            refused_after=takes[refused.words].score(refused.classes),
            wanted_before=takes[None].score(wanted.classes),
            wanted_after=takes[refused.words].score(wanted.classes),
        )
        for wanted, refused in ((first, second), (second, first))
    ]

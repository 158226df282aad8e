"""Do negative prompts refuse: does what they name get quieter, and what was wanted stay?

Two things are asked for together. What of them is heard is then refused; what is not heard cannot
be heard to fall, and does not count. As scores that were picked for being high fall by themselves,
the same takes with something else refused stand beside each trial.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.training.evaluation.bench import generator
from engine.training.evaluation.subject import Wish

if TYPE_CHECKING:
    from engine.onsets import Samples
    from engine.training.evaluation.bench import Bench
    from engine.training.evaluation.prompts import Prompt
    from engine.training.evaluation.yamnet import Hearing

SEED = 100  # apart from those of the other takes
AUDIBLE = 0.05  # a class scored lower than this cannot be heard


@dataclass(frozen=True, slots=True)
class RefusalTrial:
    """Two things asked for together, one of them refused. Scores are means over seeds.

    Attributes:
        wanted: The one that should stay.
        refused: The negative prompt.
        refused_before: Score of the refused class without the negative prompt.
        refused_after: The same with it; all else equal, the seeds too.
        otherwise: The same with a third thing refused that is in neither's place.
        wanted_before: Score of the wanted class without the negative prompt.
        wanted_after: The same with it.
        mixed: Score of the refused class in recordings of both, through the autoencoder.
        unmixed: Its score in recordings of the wanted one alone, through the autoencoder.
    """

    wanted: str
    refused: str
    refused_before: float
    refused_after: float
    otherwise: float
    wanted_before: float
    wanted_after: float
    mixed: float
    unmixed: float

    @property
    def fell(self) -> bool:
        """Whether the refused class is heard less."""
        return self.refused_after < self.refused_before

    @property
    def fell_otherwise(self) -> bool:
        """Whether it is heard less when something else is refused."""
        return self.otherwise < self.refused_before


@dataclass(frozen=True, slots=True)
class RefusalFigures:
    """All pairs, both ways around.

    Attributes:
        trials: Those in which the refused class was heard before.
        unheard: How many could not be held, because it was not.
    """

    trials: tuple[RefusalTrial, ...]
    unheard: int

    @property
    def categories(self) -> int:
        """How many different things were refused."""
        return len({trial.refused for trial in self.trials})


def measure_refusals(bench: Bench) -> RefusalFigures:
    """Return the trials.

    Raises:
        LumiphoneError: A graph failed, or the bank lacks recordings.
    """
    trials: list[RefusalTrial] = []
    pairs = bench.plan.pairs
    for i, pair in enumerate(pairs):
        bench.progress("refusals", i / len(pairs))
        # Of another pair's things, the first whose classes neither of this pair shares.
        others = [other for k in range(1, len(pairs)) for other in pairs[(i + k) % len(pairs)]]
        known = {name for prompt in pair for name in prompt.classes}
        third = next((o.words for o in others if known.isdisjoint(o.classes)), "")
        trials += _trials(bench, pair, third, SEED + 10 * i)
    bench.progress("refusals", 1)
    return RefusalFigures(tuple(trials), 2 * len(pairs) - len(trials))


def _trials(bench: Bench, pair: tuple[Prompt, Prompt], third: str, seed: int) -> list[RefusalTrial]:
    first, second = pair
    sheet = bench.sheet(second) or bench.cues(first)
    seeds = range(seed, seed + bench.plan.takes)

    def takes(refused: str | None) -> list[Hearing]:
        wish = Wish(f"{first.words} and {second.words}", refused, sheet)
        return [bench.sound(bench.subject.take(wish, seed)).hearing for seed in seeds]

    before = takes(None)
    audible = [prompt for prompt in pair if _score(before, prompt) >= AUDIBLE]
    if not audible:
        return []
    otherwise, real = takes(third), [_recording(bench, prompt, seed) for prompt in pair]
    mixed = _rebuilt(bench, real[0] + real[1])
    alone = dict(zip(pair, (_rebuilt(bench, each) for each in real), strict=True))
    trials = []
    for refused in audible:
        wanted = second if refused is first else first
        after = takes(refused.words)
        trials.append(
            RefusalTrial(
                wanted.words,
                refused.words,
                refused_before=_score(before, refused),
                refused_after=_score(after, refused),
                otherwise=_score(otherwise, refused),
                wanted_before=_score(before, wanted),
                wanted_after=_score(after, wanted),
                mixed=mixed.score(refused.classes),
                unmixed=alone[wanted].score(refused.classes),
            )
        )
    return trials


def _score(hearings: list[Hearing], prompt: Prompt) -> float:
    return float(np.mean([hearing.score(prompt.classes) for hearing in hearings]))


def _recording(bench: Bench, prompt: Prompt, seed: int) -> Samples:
    entries, sheet = bench.recordings.choose(prompt).entries, bench.sheet(prompt)
    count, random = bench.subject.samples, generator(11, seed)
    if sheet is None:
        samples = bench.recordings.lasting(entries, count, random)
    else:
        samples = bench.recordings.placed(entries, sheet.events, count, random)
    return samples * np.float32(0.5)


def _rebuilt(bench: Bench, samples: Samples) -> Hearing:
    return bench.sound(bench.subject.reconstruct(samples)).hearing

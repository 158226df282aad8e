"""What a person asks for: words, number of takes, seed, and how to sample."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.cues import CueSheet
    from engine.packs.manifest import Stem

MAX_TAKES = 100
MAX_STEPS = 1000
LOWEST_LEVEL, HIGHEST_LEVEL = -60, 20  # dB
MAX_SEED = 2**53 - 1  # JSON readers keep integers exactly up to there


@dataclass(frozen=True, slots=True)
class Request:
    """One wish, for one clip or several.

    Attributes:
        prompt: What to hear; None or blank: what is seen (of a score: the pictures' mood).
        negative: What not to hear; None or blank: nothing is refused.
        takes: How many to make.
        seed: Of the first take, the next have seed + 1, ...; None: one is drawn.
        steps: Of the sampler; None: the pack's.
        guidance: Named guidance values that differ from the pack's.
        cues: A cue sheet to follow; None: the one that is read from the pictures.
        stems: Which of the pack's stems to make; none: its usual ones.
        prompts: What to hear in a stem, in place of ``prompt``.
        negatives: What not to hear in a stem, in place of ``negative``.
        levels: dB at which a stem enters the mix, in place of the pack's.
    """

    prompt: str | None = None
    negative: str | None = None
    takes: int = 1
    seed: int | None = None
    steps: int | None = None
    guidance: Mapping[str, float] = field(default_factory=dict)
    cues: CueSheet | None = None
    stems: tuple[Stem, ...] = ()
    prompts: Mapping[Stem, str] = field(default_factory=dict)
    negatives: Mapping[Stem, str] = field(default_factory=dict)
    levels: Mapping[Stem, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what nobody can mean; words and guidance are the pack's to judge.

        Raises:
            InputError: A value out of bounds; the message names it.
        """
        _check("takes", self.takes, 1, MAX_TAKES)
        _check("seed", self.seed, 0, MAX_SEED)
        _check("steps", self.steps, 1, MAX_STEPS)
        for stem, level in self.levels.items():
            if not LOWEST_LEVEL <= level <= HIGHEST_LEVEL:
                raise InputError(
                    f"{level:g} dB for the stem {stem} is out of bounds",
                    f"Use a number from {LOWEST_LEVEL} to {HIGHEST_LEVEL}",
                )

    def prompt_of(self, stem: Stem) -> str | None:
        """Return what to hear in a stem; None or blank: what is seen."""
        return self.prompts.get(stem, self.prompt)

    def negative_of(self, stem: Stem) -> str | None:
        """Return what not to hear in a stem; None or blank: nothing is refused."""
        return self.negatives.get(stem, self.negative)

    def seeds(self) -> range:
        """Return the takes' seeds; without a seed, freshly drawn ones."""
        first = secrets.randbelow(2**31) if self.seed is None else self.seed
        return range(first, first + self.takes)


def _check(what: str, value: int | None, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        raise InputError(f"{value} {what} is out of bounds", f"Use a number from {low} to {high}")

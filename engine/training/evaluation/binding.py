"""Do prompts bind: is what was asked for heard, and more than without asking?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.training.evaluation.bench import Sound
    from engine.training.evaluation.collection import PromptSounds
    from engine.training.evaluation.prompts import Prompt

TOP = 5


@dataclass(frozen=True, slots=True)
class Recognition:
    """How a set of sounds is heard.

    Attributes:
        top: Share of the sounds with one of the prompt's classes among YAMNet's top 5.
        score: Mean score of the prompt's class that is heard most.
    """

    top: float
    score: float


@dataclass(frozen=True, slots=True)
class PromptBinding:
    """One prompt's figures.

    Attributes:
        words: The prompt.
        takes: Takes with the prompt.
        judged: Takes with it from the best of several drafts, if the pack has a judge.
        unprompted: Takes with the same seeds and cues, without it.
        others: Takes of the other prompts, as far as they share none of its classes, if any.
        recordings: Real recordings of it.
        reconstructions: The same through the autoencoder.
        held_out: Whether training has never used these recordings.
        familiar: Recordings of it that training has used; None if ``recordings`` are such.
        heard: The five classes heard most in the first take.
    """

    words: str
    takes: Recognition
    judged: Recognition | None
    unprompted: Recognition
    others: Recognition | None
    recordings: Recognition
    reconstructions: Recognition
    held_out: bool
    familiar: Recognition | None
    heard: tuple[str, ...]

    @property
    def recognisable(self) -> bool:
        """Whether YAMNet mostly recognises real recordings of it."""
        real = self.familiar or self.recordings
        return max(real.top, self.recordings.top) > 0.5


def recognise(sounds: Iterable[Sound], prompt: Prompt) -> Recognition:
    """Return how often and how strongly the prompt's classes are heard in one sound or more."""
    hearings = [sound.hearing for sound in sounds]
    tops = [not set(prompt.classes).isdisjoint(hearing.top(TOP)) for hearing in hearings]
    scores = [hearing.score(prompt.classes) for hearing in hearings]
    return Recognition(float(np.mean(tops)), float(np.mean(scores)))


def mean_recognition(parts: Iterable[Recognition | None]) -> Recognition | None:
    """Return the mean of those that there are; None if there are none."""
    known = [part for part in parts if part]
    if not known:
        return None
    return Recognition(
        float(np.mean([part.top for part in known])), float(np.mean([part.score for part in known]))
    )


def measure_binding(collection: Sequence[PromptSounds]) -> tuple[PromptBinding, ...]:
    """Return the figures of every prompt."""
    return tuple(_binding(sounds, collection) for sounds in collection)


def _binding(own: PromptSounds, collection: Sequence[PromptSounds]) -> PromptBinding:
    prompt = own.prompt
    others = [
        sound
        for other in collection
        if set(prompt.classes).isdisjoint(other.prompt.classes)
        for sound in other.takes
    ]
    return PromptBinding(
        prompt.words,
        recognise(own.takes, prompt),
        recognise(own.judged, prompt) if own.judged else None,
        recognise(own.unprompted, prompt),
        recognise(others, prompt) if others else None,
        recognise(own.recordings, prompt),
        recognise(own.reconstructions, prompt),
        own.held_out,
        recognise(own.familiar, prompt) if own.familiar else None,
        own.takes[0].hearing.top(TOP),
    )

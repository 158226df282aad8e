"""What every measurement needs, and how much of it is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.cues import CueSheet
from engine.stems import usual_stems
from engine.training.clips.onsets import ENERGY_RATE, SAMPLE_RATE
from engine.training.evaluation.cue_sheets import regular_sheet

if TYPE_CHECKING:
    from engine.progress import Progress
    from engine.training.clips.onsets import Samples
    from engine.training.evaluation.held_out_clips import HeldOutClip
    from engine.training.evaluation.pictured import PicturedSubject
    from engine.training.evaluation.prompts import Prompt, PromptTable
    from engine.training.evaluation.recordings import Recordings
    from engine.training.evaluation.subject import Subject
    from engine.training.evaluation.yamnet import Hearing, Yamnet

    Clips = tuple[HeldOutClip, ...]
    Subjects = tuple[PicturedSubject, ...]

SECONDS = 8
_SHARP = 0.6  # seconds


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    Attributes:
        prompts: What is asked for.
        pairs: What is asked for together; of each pair, what is heard is then refused.
        clips: Clips whose contacts are known.
        takes: Takes of every prompt and clip, with seeds from 0 on; at least 2.
        sheets: Random cue sheets; at least 2.
        cases: Prompts on which the sampler's settings are tried; at least 2.
        score: Words to ask for music.
        subjects: Pictures of things that sound.
    """

    prompts: tuple[Prompt, ...]
    pairs: tuple[tuple[Prompt, Prompt], ...]
    clips: tuple[HeldOutClip, ...] = ()
    takes: int = 2
    sheets: int = 12
    cases: int = 4
    score: tuple[str, ...] = ()
    subjects: tuple[PicturedSubject, ...] = ()

    @classmethod
    def full(cls, table: PromptTable, clips: Clips, subjects: Subjects) -> Plan:
        """Everything; some 700 takes."""
        return cls(table.prompts, table.pairs, clips, score=table.score, subjects=subjects)

    @classmethod
    def quick(cls, table: PromptTable, clips: Clips, subjects: Subjects) -> Plan:
        """A fifth of it, to see whether anything broke; its figures are not to be quoted."""
        return cls(
            table.prompts[::5],
            table.pairs[::8],
            clips[::5],
            sheets=3,
            cases=2,
            score=table.score[:1],
            subjects=subjects[::5],
        )

    @property
    def sharp(self) -> tuple[Prompt, ...]:
        """Prompts at such a pace that their attacks can be placed."""
        return tuple(p for p in self.prompts if p.every is not None and p.every <= _SHARP)

    @property
    def lasting(self) -> tuple[Prompt, ...]:
        """Prompts that go on by themselves."""
        return tuple(p for p in self.prompts if p.every is None)


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound and what YAMNet hears in it."""

    samples: Samples
    hearing: Hearing


@dataclass(frozen=True, slots=True)
class Bench:
    """The instruments.

    Attributes:
        subject: The pack that is judged.
        yamnet: Which classes are heard.
        recordings: The real thing.
        plan: How much is measured.
        progress: Told the measurement and how much of it is done.
    """

    subject: Subject
    yamnet: Yamnet
    recordings: Recordings
    plan: Plan
    progress: Progress

    def sound(self, samples: Samples) -> Sound:
        """Listen to samples."""
        return Sound(samples, self.yamnet.hear(samples, SAMPLE_RATE))

    def sheet(self, prompt: Prompt) -> CueSheet | None:
        """Return the events that go with a prompt; None if it goes on by itself."""
        return None if prompt.every is None else regular_sheet(prompt.every, SECONDS)

    def cues(self, prompt: Prompt) -> CueSheet | None:
        """Return what a take of a prompt is told: its events, or that there are none.

        A pack with a single stem must make what goes on by itself in the stem of the events, and is
        told nothing.
        """
        if prompt.every is None and len(usual_stems(self.subject.pack.manifest)) > 1:
            return CueSheet(ENERGY_RATE)
        return self.sheet(prompt)


def generator(*key: int) -> np.random.Generator:
    """Return the random numbers of one place in the evaluation, the same in every run."""
    return np.random.default_rng(key)

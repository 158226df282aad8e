"""What steps, solver and guidance give and cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.onsets import SAMPLE_RATE, detect_onsets
from engine.training.evaluation.bench import SECONDS, generator
from engine.training.evaluation.binding import recognise
from engine.training.evaluation.collection import laid_out
from engine.training.evaluation.cue_sheets import random_sheet
from engine.training.evaluation.frechet import frechet_distance
from engine.training.evaluation.mel_patches import log_mel, resampled
from engine.training.evaluation.subject import USUAL, Setting, Wish
from engine.training.evaluation.synchrony import Case, synchrony
from engine.training.evaluation.variety import spectral_distance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.cues import CueSheet
    from engine.packs.manifest import Method
    from engine.training.evaluation.bench import Bench, Sound
    from engine.training.evaluation.prompts import Prompt

SEED = 400  # apart from those of the other takes
FINEST = Setting("multistep", 64, drafts=1)
# At the pack's own shift; Heun's method asks for the velocity twice a step.
_STEPS: Mapping[Method, tuple[int, ...]] = {
    "euler": (4, 8, 16, 32),
    "heun": (4, 8),
    "multistep": (4, 6, 8, 12, 16, 32),
}
METHODS: tuple[str, ...] = tuple(_STEPS)
_GUIDANCE = {"text": (1.0, 2.0, 3.0, 5.0, 8.0), "cues": (1.0, 1.5, 2.0, 3.0)}
REBUILT = "recordings through the autoencoder"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting, over all cases.

    Attributes:
        name: What was varied: a method, a guidance value's name, :data:`REBUILT`, "usual"
            or "finest".
        value: Its steps or the guidance value; 0 for recordings.
        evaluations: Of the velocity in a take; 0 for recordings.
        seconds: Median time of a take.
        top: Share of takes whose prompted class is among YAMNet's top 5.
        score: Mean score of the prompted class.
        f1: Onset F1 at 100 ms against the cue sheets; None without such cases.
        distance: Frechet distance of YAMNet's embeddings to recordings of the same things.
        away: Mean distance in dB of log-mel spectrograms to the finest take of the same noise.
    """

    name: str
    value: float
    evaluations: int
    seconds: float
    top: float
    score: float
    f1: float | None
    distance: float
    away: float | None


@dataclass(frozen=True, slots=True)
class SettingFigures:
    """All settings.

    Attributes:
        words: The prompts of the cases.
        rows: Per setting.
    """

    words: tuple[str, ...]
    rows: tuple[SettingRow, ...]


class _Case(NamedTuple):
    prompt: Prompt
    sheet: CueSheet | None
    recording: Sound


class _Made(NamedTuple):
    sounds: list[Sound]
    seconds: float


def measure_settings(bench: Bench) -> SettingFigures:
    """Return what every setting gives on the same cases and the same noise, without drafts.

    Raises:
        LumiphoneError: A graph failed, or the bank lacks recordings.
    """
    cases = _cases(bench)
    finest = _made(bench, cases, FINEST)
    sampler, steps = bench.subject.pack.manifest.sampler, FINEST.steps or 0
    rows = [_row(cases, "finest", steps, evaluations=steps, made=finest, finest=finest)]
    tried = _tried(bench)
    for i, (name, value, setting) in enumerate(tried):
        bench.progress("settings", (i + 3) / (len(tried) + 3))
        method, count = setting.method or sampler.method, setting.steps or sampler.steps
        evaluations = 2 * count if method == "heun" else count
        made = _made(bench, cases, setting)
        rows.append(_row(cases, name, value, evaluations=evaluations, made=made, finest=finest))
    rebuilt = [bench.sound(bench.subject.reconstruct(c.recording.samples)) for c in cases]
    rows.append(_row(cases, REBUILT, 0, evaluations=0, made=_Made(rebuilt, 0.0)))
    bench.progress("settings", 1)
    return SettingFigures(tuple(case.prompt.words for case in cases), tuple(rows))


def _tried(bench: Bench) -> list[tuple[str, float, Setting]]:
    sampler = bench.subject.pack.manifest.sampler
    tried: list[tuple[str, float, Setting]] = [("usual", sampler.steps, USUAL)]
    for method, counts in _STEPS.items():
        tried += [(method, steps, Setting(method, steps, drafts=1)) for steps in counts]
    for name, values in _GUIDANCE.items():
        if name in sampler.guidance:
            tried += [(name, value, Setting(guidance={name: value})) for value in values]
    return tried


def _cases(bench: Bench) -> list[_Case]:
    """Half of them prompts with sharp events, as far as there are such, half lasting ones."""
    half = bench.plan.cases // 2
    prompts = (*bench.plan.sharp[:half], *bench.plan.lasting)[: bench.plan.cases]
    cases = []
    for i, prompt in enumerate(prompts):
        sheet = None if prompt.every is None else random_sheet(SECONDS, generator(12, i))
        entries = bench.recordings.choose(prompt).entries
        real = laid_out(bench, entries, sheet, (13, i))[0]
        cases.append(_Case(prompt, sheet, bench.sound(real)))
    return cases


def _made(bench: Bench, cases: Sequence[_Case], setting: Setting) -> _Made:
    before = len(bench.subject.facts)
    sounds = []
    for i, case in enumerate(cases):
        wish = Wish(case.prompt.words, cues=case.sheet)
        stem = bench.subject.cued if case.sheet else bench.subject.lasting
        take = bench.subject.take(wish, SEED + i, setting=setting, stem=stem)
        sounds.append(bench.sound(take))
    seconds = [fact.seconds for fact in bench.subject.facts[before:]]
    return _Made(sounds, float(np.median(seconds)))


def _row(
    cases: Sequence[_Case],
    name: str,
    value: float,
    *,
    evaluations: int,
    made: _Made,
    finest: _Made | None = None,
) -> SettingRow:
    heard = [recognise([s], c.prompt) for c, s in zip(cases, made.sounds, strict=True)]
    real = np.concatenate([case.recording.hearing.embeddings for case in cases])
    embeddings = np.concatenate([sound.hearing.embeddings for sound in made.sounds])
    return SettingRow(
        name,
        float(value),
        evaluations,
        made.seconds,
        top=float(np.mean([each.top for each in heard])),
        score=float(np.mean([each.score for each in heard])),
        f1=_f1(cases, made.sounds),
        distance=frechet_distance(embeddings, real),
        away=_away(made.sounds, finest.sounds) if finest else None,
    )


def _f1(cases: Sequence[_Case], sounds: Sequence[Sound]) -> float | None:
    found = [
        Case(
            tuple(event.seconds for event in case.sheet.events),
            tuple(onset.sample / SAMPLE_RATE for onset in detect_onsets(sound.samples)),
            len(sound.samples) / SAMPLE_RATE,
        )
        for case, sound in zip(cases, sounds, strict=True)
        if case.sheet
    ]
    return synchrony(found, generator(14)).f1_lenient if found else None


def _away(sounds: Sequence[Sound], others: Sequence[Sound]) -> float:
    mels = [
        [log_mel(resampled(sound.samples, SAMPLE_RATE)) for sound in group]
        for group in (sounds, others)
    ]
    return float(np.mean([spectral_distance(*pair) for pair in zip(*mels, strict=True)]))

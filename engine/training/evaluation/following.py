"""Does the sound follow the cue sheet: onsets where events were asked for, energy as drawn?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.inference.cue_raster import ENERGY_CURVE
from engine.onset_agreement import correlation
from engine.onsets import SAMPLE_RATE, detect_onsets
from engine.training.clips.onsets import energy_curve
from engine.training.evaluation.bench import SECONDS, generator
from engine.training.evaluation.cue_sheets import random_sheet, with_energy_of
from engine.training.evaluation.subject import Wish
from engine.training.evaluation.synchrony import Case, Synchrony, synchrony

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.cues import CueSheet
    from engine.onsets import Samples
    from engine.training.evaluation.bench import Bench
    from engine.training.evaluation.prompts import Prompt

SEED = 200  # apart from those of the other takes


@dataclass(frozen=True, slots=True)
class Following:
    """How one kind of sound follows the sheets.

    Attributes:
        source: What kind.
        sync: Its onsets against the sheets' events.
        energy: Mean correlation of the sound's energy curve with the sheet's.
        chance_energy: With the other sheets'.
    """

    source: str
    sync: Synchrony
    energy: float
    chance_energy: float


@dataclass(frozen=True, slots=True)
class CueFigures:
    """All kinds of sound.

    Attributes:
        rows: Per kind.
    """

    rows: tuple[Following, ...]


class _Case(NamedTuple):
    prompt: Prompt
    sheet: CueSheet  # with the energy of the recordings
    recordings: Samples


def measure_following(bench: Bench) -> CueFigures:
    """Return the figures of takes and, as their ceiling, of recordings placed at the same events.

    Raises:
        LumiphoneError: A graph failed, or the bank has no recording of a prompt.
    """
    cases = _cases(bench)
    rows: dict[str, list[Samples]] = {
        "takes, prompt and onsets given": [],
        "takes, onsets and energy given, no prompt": [],
        "takes, prompt but no cues": [],
        "recordings placed at the events": [],
        "the same through the autoencoder": [],
    }
    for i, (prompt, sheet, recordings) in enumerate(cases):
        bench.progress("cues", i / len(cases))
        onsets = replace(sheet, curves={})
        # With words, some packs leave the energy to them (CueStage.silence).
        wishes = (Wish(prompt.words, cues=onsets), Wish(cues=sheet), Wish(prompt.words))
        stem = bench.subject.cued
        sounds = [bench.subject.take(wish, SEED + i, stem=stem) for wish in wishes]
        sounds += [recordings, bench.subject.reconstruct(recordings)]
        for row, samples in zip(rows.values(), sounds, strict=True):
            row.append(samples)
    bench.progress("cues", 1)
    sheets = [case.sheet for case in cases]
    return CueFigures(tuple(following(source, sounds, sheets) for source, sounds in rows.items()))


def _cases(bench: Bench) -> list[_Case]:
    sharp = bench.plan.sharp
    cases = []
    for i in range(bench.plan.sheets):
        random, prompt = generator(3, i), sharp[i % len(sharp)]
        sheet = random_sheet(SECONDS, random)
        # What sounds twice at one event would count as wrong.
        single = bench.recordings.single(prompt)
        samples = bench.recordings.placed(single, sheet.events, bench.subject.samples, random)
        cases.append(_Case(prompt, with_energy_of(sheet, samples), samples))
    return cases


def following(source: str, sounds: Sequence[Samples], sheets: Sequence[CueSheet]) -> Following:
    """Return how sounds (mono, 48 kHz) follow their sheets, and how they would by chance."""
    onsets = [
        Case(
            tuple(event.seconds for event in sheet.events),
            tuple(onset.sample / SAMPLE_RATE for onset in detect_onsets(sound)),
            len(sound) / SAMPLE_RATE,
        )
        for sound, sheet in zip(sounds, sheets, strict=True)
    ]
    curves = [energy_curve(sound).tolist() for sound in sounds]
    wanted = [sheet.curves[ENERGY_CURVE] for sheet in sheets]
    own = [(i, i) for i in range(len(sheets))]
    others = [(i, k) for i in range(len(sheets)) for k in range(len(sheets)) if i != k]

    def energy(pairs: list[tuple[int, int]]) -> float:
        return float(np.mean([correlation(curves[i], wanted[k]) for i, k in pairs]))

    return Following(source, synchrony(onsets, generator(10)), energy(own), energy(others))

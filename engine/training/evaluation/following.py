"""Does the sound follow the cue sheet: onsets where events were asked for, energy as drawn?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.inference.cue_raster import ENERGY_CURVE
from engine.onset_agreement import correlation, match, pooled
from engine.training.clips.onsets import SAMPLE_RATE, detect_onsets, energy_curve
from engine.training.evaluation.bench import SECONDS, generator
from engine.training.evaluation.cue_sheets import random_sheet, with_energy_of
from engine.training.evaluation.subject import Wish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.cues import CueSheet
    from engine.onset_agreement import Agreement
    from engine.training.clips.onsets import Samples
    from engine.training.evaluation.bench import Bench
    from engine.training.evaluation.prompts import Prompt

STRICT, LENIENT = 0.05, 0.1  # seconds
SEED = 200  # apart from those of the other takes
_SHARP = 0.6  # seconds: prompts at this pace or a faster one have attacks that can be placed


@dataclass(frozen=True, slots=True)
class Following:
    """How one kind of sound follows the sheets.

    Attributes:
        source: What kind.
        f1_strict: Onset F1 at 50 ms.
        f1_lenient: At 100 ms.
        precision: At 100 ms.
        recall: At 100 ms.
        chance_strict: F1 at 50 ms against the sheets of the other sounds.
        chance_lenient: At 100 ms.
        offset_ms: Mean of onset minus event over matches at 100 ms; None without any.
        spread_ms: Mean of its absolute value.
        energy: Mean correlation of the sound's energy curve with the sheet's.
        chance_energy: With the other sheets'.
    """

    source: str
    f1_strict: float
    f1_lenient: float
    precision: float
    recall: float
    chance_strict: float
    chance_lenient: float
    offset_ms: float | None
    spread_ms: float | None
    energy: float
    chance_energy: float


class _Case(NamedTuple):
    prompt: Prompt
    sheet: CueSheet  # with the energy of the recordings
    recordings: Samples


def measure_following(bench: Bench) -> tuple[Following, ...]:
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
        bench.progress("cue sheets", i / len(cases))
        onsets = replace(sheet, curves={})
        # With words, some packs leave the energy to them (CueStage.silence).
        wishes = (Wish(prompt.words, cues=onsets), Wish(cues=sheet), Wish(prompt.words))
        sounds = [bench.subject.take(wish, SEED + i) for wish in wishes]
        sounds += [recordings, bench.subject.reconstruct(recordings)]
        for row, samples in zip(rows.values(), sounds, strict=True):
            row.append(samples)
    bench.progress("cue sheets", 1)
    sheets = [case.sheet for case in cases]
    return tuple(following(source, sounds, sheets) for source, sounds in rows.items())


def _cases(bench: Bench) -> list[_Case]:
    sharp = [p for p in bench.plan.prompts if p.every is not None and p.every <= _SHARP]
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
    """Return how sounds (mono, 48 kHz) follow their sheets, and, as chance, each other's."""
    heard = [[onset.sample / SAMPLE_RATE for onset in detect_onsets(sound)] for sound in sounds]
    asked = [[event.seconds for event in sheet.events] for sheet in sheets]
    curves = [energy_curve(sound).tolist() for sound in sounds]
    wanted = [sheet.curves[ENERGY_CURVE] for sheet in sheets]
    own = [(i, i) for i in range(len(sheets))]
    others = [(i, k) for i in range(len(sheets)) for k in range(len(sheets)) if i != k]

    def agreement(pairs: list[tuple[int, int]], tolerance: float) -> Agreement:
        return pooled(match(asked[k], heard[i], tolerance) for i, k in pairs)

    def energy(pairs: list[tuple[int, int]]) -> float:
        return float(np.mean([correlation(curves[i], wanted[k]) for i, k in pairs]))

    lenient = agreement(own, LENIENT)
    offsets = 1000 * np.array(lenient.offsets)
    return Following(
        source,
        f1_strict=agreement(own, STRICT).f1,
        f1_lenient=lenient.f1,
        precision=lenient.precision,
        recall=lenient.recall,
        chance_strict=agreement(others, STRICT).f1,
        chance_lenient=agreement(others, LENIENT).f1,
        offset_ms=float(offsets.mean()) if len(offsets) else None,
        spread_ms=float(np.abs(offsets).mean()) if len(offsets) else None,
        energy=energy(own),
        chance_energy=energy(others),
    )

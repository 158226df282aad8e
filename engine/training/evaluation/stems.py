"""Is each stem what it is called: no events in the ambience, music in the score alone?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.onsets import SAMPLE_RATE, detect_onsets
from engine.training.evaluation.bench import SECONDS, generator
from engine.training.evaluation.binding import TOP
from engine.training.evaluation.cue_sheets import random_sheet
from engine.training.evaluation.subject import Wish
from engine.training.evaluation.synchrony import Case, Synchrony, synchrony

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.onsets import Samples
    from engine.packs.manifest import Stem
    from engine.training.evaluation.bench import Bench, Sound

SEED = 500  # apart from those of the other takes
_EACH = 6  # takes of every stem
_MUSIC = "Music"


@dataclass(frozen=True, slots=True)
class StemRow:
    """One stem, or recordings of its kind.

    Attributes:
        source: Which.
        takes: How many.
        sync: Onsets against the cue sheets that were given; None for recordings.
        onset_rate: Onsets a second.
        music_top: Share with "Music" among YAMNet's top 5.
        music_score: Mean score of "Music".
        heard: The three classes heard most, over all takes.
    """

    source: str
    takes: int
    sync: Synchrony | None
    onset_rate: float
    music_top: float
    music_score: float
    heard: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StemFigures:
    """All stems.

    Attributes:
        rows: Per stem and kind of recording; empty for a pack with a single stem.
    """

    rows: tuple[StemRow, ...]


def measure_stems(bench: Bench) -> StemFigures:
    """Return what the stems sound like, each asked for with words of its own and a cue sheet.

    Raises:
        LumiphoneError: A graph failed, or the bank lacks recordings.
    """
    stems = tuple(bench.subject.pack.manifest.stems)
    if len(stems) == 1:
        return StemFigures(())
    rows = []
    for i, stem in enumerate(stems):
        bench.progress("stems", i / len(stems))
        rows.append(_stem_row(bench, stem))
    rows += _recordings(bench)
    bench.progress("stems", 1)
    return StemFigures(tuple(rows))


def _words(bench: Bench, stem: Stem) -> Sequence[str]:
    if stem == "score":
        return bench.plan.score
    prompts = bench.plan.lasting if stem == "ambience" else bench.plan.sharp
    return [prompt.words for prompt in prompts or bench.plan.prompts]


def _stem_row(bench: Bench, stem: Stem) -> StemRow:
    words = _words(bench, stem)
    sounds, cases = [], []
    for i in range(_EACH):
        sheet = random_sheet(SECONDS, generator(15, i))
        take = bench.subject.take(Wish(words[i % len(words)], cues=sheet), SEED + i, stem=stem)
        sounds.append(bench.sound(take))
        asked = tuple(event.seconds for event in sheet.events)
        cases.append(Case(asked, _onsets(take), len(take) / SAMPLE_RATE))
    return _row(stem, sounds, synchrony(cases, generator(16)))


def _recordings(bench: Bench) -> list[StemRow]:
    random, count = generator(17), bench.subject.samples
    rows = []
    for name, entries in (
        ("recorded ambience", bench.recordings.beds()),
        ("recorded music", bench.recordings.music()),
    ):
        real = [bench.recordings.lasting(entries, count, random) for _ in range(_EACH)]
        rows.append(_row(name, [bench.sound(samples) for samples in real], None))
        rebuilt = [bench.sound(bench.subject.reconstruct(samples)) for samples in real]
        rows.append(_row(f"{name} through the autoencoder", rebuilt, None))
    return rows


def _row(source: str, sounds: Sequence[Sound], sync: Synchrony | None) -> StemRow:
    scores = np.mean([sound.hearing.scores for sound in sounds], axis=0)
    names = sounds[0].hearing.class_names
    music = names.index(_MUSIC) if _MUSIC in names else 0
    return StemRow(
        source,
        len(sounds),
        sync,
        onset_rate=float(np.mean([len(_onsets(s.samples)) for s in sounds])) / SECONDS,
        music_top=float(np.mean([names[music] in s.hearing.top(TOP) for s in sounds])),
        music_score=float(scores[music]),
        heard=tuple(names[i] for i in np.argsort(-scores)[:3]),
    )


def _onsets(samples: Samples) -> tuple[float, ...]:
    return tuple(onset.sample / SAMPLE_RATE for onset in detect_onsets(samples))

"""From pictures to sound on clips that no training touched: is it in sync, and silent when it must?

Every figure stands beside what is left of it when one thing is taken away: the pictures, their
belonging to the clip, or the words; and beside what the sound does with the true contacts given.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from engine.onsets import SAMPLE_RATE, detect_onsets
from engine.pipeline import Engine
from engine.source import Source
from engine.training.evaluation.bench import generator
from engine.training.evaluation.subject import Wish
from engine.training.evaluation.synchrony import Case, Synchrony, synchrony

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine.cues import CueSheet
    from engine.observation import Observation
    from engine.onsets import Samples
    from engine.training.evaluation.bench import Bench
    from engine.training.evaluation.held_out_clips import HeldOutClip

SEED = 300  # apart from those of the other takes
CUE_SHEET = "cue sheet read from the pictures"
DELIVERED = "takes as delivered, no words"
WORDED = "takes as delivered, with words"
ALONE = "{source}: the stem of {stem} alone"
WORDLESS = "the pictures' events alone, no words"
BLIND = "words alone, no pictures"
SHUFFLED = "words and another clip's pictures"
TOLD = "words and the true contacts"
REAL = "recordings placed at the true contacts"
REBUILT = "the same through the autoencoder"


@dataclass(frozen=True, slots=True)
class SceneRow:
    """One way to come by a sound.

    Attributes:
        source: Which.
        sync: Against the true contacts, over the clips that have some.
        silent_rate: Onsets a second in clips where nothing sounds; None if there are none of these,
            or if this row has nothing to say of them.
    """

    source: str
    sync: Synchrony
    silent_rate: float | None


@dataclass(frozen=True, slots=True)
class ClipRow:
    """One clip.

    Attributes:
        name: Of the scene.
        contacts: How many true ones.
        seconds: Length.
        cues: The cue sheet against the contacts; None where nothing sounds.
        takes: The delivered takes without words against them.
        cue_rate: Events a second in the cue sheet.
        onset_rate: Onsets a second in the delivered takes.
        seen: What the pictures suggested as a prompt; "-" for nothing.
    """

    name: str
    contacts: int
    seconds: float
    cues: Synchrony | None
    takes: Synchrony | None
    cue_rate: float
    onset_rate: float
    seen: str


@dataclass(frozen=True, slots=True)
class SceneFigures:
    """All clips.

    Attributes:
        rows: Per way to come by a sound, pooled over the clips.
        clips: Per clip.
    """

    rows: tuple[SceneRow, ...]
    clips: tuple[ClipRow, ...]


class _Look(NamedTuple):
    """A clip, what is seen in it, and the cue sheet of another."""

    clip: HeldOutClip
    seen: Observation
    other: CueSheet


@dataclass(frozen=True, slots=True)
class _Trial:
    """What was found in one clip, by row: one list of times for every sheet or take."""

    clip: HeldOutClip
    seconds: float
    seen: str
    found: Mapping[str, list[tuple[float, ...]]]

    def cases(self, source: str) -> list[Case]:
        return [Case(self.clip.times, found, self.seconds) for found in self.found[source]]


def measure_scenes(bench: Bench) -> SceneFigures:
    """Return the figures of all clips of the bench.

    Raises:
        LumiphoneError: A clip cannot be read, a graph failed, or the bank lacks recordings.
    """
    engine = Engine(bench.subject.pack, bench.subject.device)
    clips = bench.plan.clips
    seen = [engine.observe(Source.open(clip.path)) for clip in clips]
    trials = []
    for i, clip in enumerate(clips):
        bench.progress("scenes", i / len(clips))
        sounding = [k for k, other in enumerate(clips) if other.times and k != i]
        other = seen[sounding[i % len(sounding)]].cues if sounding else seen[i].cues
        trials.append(_trial(bench, engine, _Look(clip, seen[i], other), SEED + 10 * i))
    bench.progress("scenes", 1)
    return SceneFigures(tuple(_rows(trials)), tuple(_clip_row(trial) for trial in trials))


def _trial(bench: Bench, engine: Engine, look: _Look, seed: int) -> _Trial:
    clip, seen = look.clip, look.seen
    count = seen.source.span.samples(SAMPLE_RATE)
    found: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    found[CUE_SHEET].append(tuple(event.seconds for event in seen.cues.events))
    for source, prompt in ((DELIVERED, None), (WORDED, clip.words)):
        takes = engine.generate(seen.source, prompt=prompt, takes=bench.plan.takes, seed=seed)
        found[source] += [_onsets(take.samples[0]) for take in takes]
        if len(takes[0].stems) > 1:
            alone = ALONE.format(source=source, stem=bench.subject.cued)
            found[alone] += [_onsets(take.stems[bench.subject.cued][0]) for take in takes]
    wishes = {
        WORDLESS: Wish(cues=seen.cues),
        BLIND: Wish(clip.words),
        SHUFFLED: Wish(clip.words, cues=look.other),
        TOLD: Wish(clip.words, cues=clip.contacts),
    }
    for source, wish in wishes.items():
        for k in range(bench.plan.takes):
            found[source].append(_onsets(bench.subject.take(wish, seed + k, samples=count)))
    if clip.times:
        real = _recordings(bench, clip, count, seed)
        found[REAL].append(_onsets(real))
        found[REBUILT].append(_onsets(bench.subject.reconstruct(real)))
    return _Trial(clip, count / SAMPLE_RATE, seen.scene.prompt or "-", found)


def _recordings(bench: Bench, clip: HeldOutClip, count: int, seed: int) -> Samples:
    """Real sounds at the contacts: of the bank's sharp ones, another in every clip."""
    sharp = bench.plan.sharp
    single = bench.recordings.single(sharp[seed // 10 % len(sharp)])
    return bench.recordings.placed(single, clip.contacts.events, count, generator(6, seed))


def _onsets(samples: Samples) -> tuple[float, ...]:
    return tuple(onset.sample / SAMPLE_RATE for onset in detect_onsets(samples))


def _rows(trials: Sequence[_Trial]) -> Iterable[SceneRow]:
    sounding = [trial for trial in trials if trial.clip.times]
    silent = [trial for trial in trials if not trial.clip.times]
    for number, source in enumerate(sounding[0].found):
        cases = [case for trial in sounding for case in trial.cases(source)]
        quiet = [case for trial in silent if source in trial.found for case in trial.cases(source)]
        rate = _rate(quiet) if quiet else None
        yield SceneRow(source, synchrony(cases, generator(7, number)), rate)


def _clip_row(trial: _Trial) -> ClipRow:
    cues, takes = trial.cases(CUE_SHEET), trial.cases(DELIVERED)
    sounds = bool(trial.clip.times)
    return ClipRow(
        name=trial.clip.name,
        contacts=len(trial.clip.times),
        seconds=trial.seconds,
        cues=synchrony(cues, generator(8)) if sounds else None,
        takes=synchrony(takes, generator(9)) if sounds else None,
        cue_rate=_rate(cues),
        onset_rate=_rate(takes),
        seen=trial.seen,
    )


def _rate(cases: Sequence[Case]) -> float:
    return sum(len(case.found) for case in cases) / sum(case.seconds for case in cases)

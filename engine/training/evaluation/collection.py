"""The sounds that several measurements share: takes and recordings of every prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.training.evaluation.bench import generator
from engine.training.evaluation.subject import USUAL, Setting, Wish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.cues import CueSheet
    from engine.training.bank.store import Entry
    from engine.training.clips.onsets import Samples
    from engine.training.evaluation.bench import Bench, Sound
    from engine.training.evaluation.prompts import Prompt


@dataclass(frozen=True, slots=True)
class PromptSounds:
    """All sounds of one prompt, each part as many as the plan has takes.

    Attributes:
        prompt: What was asked for.
        takes: Take k has seed k.
        judged: The same seeds, each take from the best of the pack's drafts; empty without a judge.
        unprompted: The same seeds and cues without the words.
        recordings: Real ones, laid out as the cues say.
        reconstructions: What the autoencoder makes of them.
        held_out: Whether training has never used these recordings.
        familiar: Recordings of it that training has used; empty if ``recordings`` are of that kind.
    """

    prompt: Prompt
    takes: tuple[Sound, ...]
    judged: tuple[Sound, ...]
    unprompted: tuple[Sound, ...]
    recordings: tuple[Sound, ...]
    reconstructions: tuple[Sound, ...]
    held_out: bool
    familiar: tuple[Sound, ...]


def collect(bench: Bench) -> tuple[PromptSounds, ...]:
    """Make and listen to the sounds of all prompts.

    Raises:
        LumiphoneError: A graph failed, or the bank has no recording of a prompt.
    """
    unprompted: dict[float | None, tuple[Sound, ...]] = {}
    gathered = []
    for i, prompt in enumerate(bench.plan.prompts):
        bench.progress("prompts", i / len(bench.plan.prompts))
        if prompt.every not in unprompted:
            unprompted[prompt.every] = _takes(bench, Wish(cues=bench.cues(prompt)))
        gathered.append(_sounds(bench, prompt, i, unprompted[prompt.every]))
    bench.progress("prompts", 1)
    return tuple(gathered)


def _sounds(
    bench: Bench, prompt: Prompt, index: int, unprompted: tuple[Sound, ...]
) -> PromptSounds:
    chosen = bench.recordings.choose(prompt)
    sheet = bench.sheet(prompt)
    real = laid_out(bench, chosen.entries, sheet, (1, index))
    train = bench.recordings.of_split(prompt, "train") if chosen.held_out else ()
    judge = bench.subject.pack.manifest.judge
    wish = Wish(prompt.words, cues=bench.cues(prompt))
    return PromptSounds(
        prompt,
        _takes(bench, wish),
        _takes(bench, wish, Setting(drafts=judge.drafts)) if judge else (),
        unprompted,
        tuple(bench.sound(samples) for samples in real),
        tuple(bench.sound(bench.subject.reconstruct(samples)) for samples in real),
        chosen.held_out,
        tuple(bench.sound(s) for s in laid_out(bench, train, sheet, (2, index))) if train else (),
    )


def _takes(bench: Bench, wish: Wish, setting: Setting = USUAL) -> tuple[Sound, ...]:
    return tuple(
        bench.sound(bench.subject.take(wish, seed, setting=setting))
        for seed in range(bench.plan.takes)
    )


def laid_out(
    bench: Bench, entries: Sequence[Entry], sheet: CueSheet | None, key: tuple[int, int]
) -> list[Samples]:
    """Return as many clips of real recordings as there are takes, events where the cues are."""
    random, count = generator(*key), bench.subject.samples
    if sheet is None:
        return [bench.recordings.lasting(entries, count, random) for _ in range(bench.plan.takes)]
    return [
        bench.recordings.placed(entries, sheet.events, count, random)
        for _ in range(bench.plan.takes)
    ]

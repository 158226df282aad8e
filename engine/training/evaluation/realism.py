"""Do takes sound real: how far are they from held-out recordings, as YAMNet's embeddings go?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.training.evaluation.bench import generator
from engine.training.evaluation.frechet import frechet_distance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from engine.training.evaluation.bench import Bench, Sound
    from engine.training.evaluation.collection import PromptSounds
    from engine.training.evaluation.mel_patches import Floats

_NOISE = 0.1
_PATCH, _PATCH_HOP = 46_080, 23_040  # samples that YAMNet hears at once, and from one to the next
_SILENT = 10 ** (-60 / 20)  # RMS; under it YAMNet's embeddings grow as they do for no sound at all


@dataclass(frozen=True, slots=True)
class Realism:
    """Frechet distances to held-out recordings, over the prompts that have such; silence left out.

    The sets are small (fewer embeddings than their 1,024 dimensions), which makes every distance
    too large; as all sets are of one size, they compare with each other but with no published one.

    Attributes:
        prompts: Prompts that count.
        embeddings: Of the held-out recordings: one for every 0.48 s in which anything sounds.
        takes: Of takes.
        familiar: Of recordings of the same things that training has used: what a set of real sounds
            has.
        reconstructions: Of the very same recordings through the autoencoder.
        unprompted: Of takes with the same cues without words.
        music: Of held-out music: another category.
        noise: Of white noise.
    """

    prompts: int
    embeddings: int
    takes: float
    familiar: float
    reconstructions: float
    unprompted: float
    music: float
    noise: float


def measure_realism(bench: Bench, collection: Sequence[PromptSounds]) -> Realism | None:
    """Return the distances, or None if fewer than two prompts have held-out recordings."""
    known = [sounds for sounds in collection if sounds.held_out and sounds.familiar]
    if len(known) < 2:
        return None
    count = bench.plan.takes * len(known)
    reference = _embeddings(s for sounds in known for s in sounds.recordings)

    def distance(sounds: Iterable[Sound]) -> float:
        return frechet_distance(_embeddings(sounds), reference)

    return Realism(
        len(known),
        len(reference),
        takes=distance(s for sounds in known for s in sounds.takes),
        familiar=distance(s for sounds in known for s in sounds.familiar),
        reconstructions=distance(s for sounds in known for s in sounds.reconstructions),
        unprompted=distance(s for sounds in known for s in sounds.unprompted),
        music=distance(_music(bench, count)),
        noise=distance(_noise(bench, count)),
    )


def _embeddings(sounds: Iterable[Sound]) -> Floats:
    """Embeddings of all patches in which anything sounds.

    YAMNet answers silence, and the faint tone of a quiet room, with an embedding several times
    longer than any sound's: with it, the distance would tell little but how much of either set is
    silent.
    """
    return np.concatenate([sound.hearing.embeddings[audible(sound)] for sound in sounds])


def audible(sound: Sound) -> NDArray[np.bool_]:
    """Return which of a sound's patches are louder than -60 dBFS RMS."""
    starts = np.arange(len(sound.hearing.embeddings)) * _PATCH_HOP
    patches = [sound.samples[start : start + _PATCH] for start in starts]
    return np.array([np.sqrt(np.mean(np.square(patch))) > _SILENT for patch in patches])


def _music(bench: Bench, count: int) -> list[Sound]:
    random, entries = generator(4), bench.recordings.music()
    cut = bench.recordings.lasting
    return [bench.sound(cut(entries, bench.subject.samples, random)) for _ in range(count)]


def _noise(bench: Bench, count: int) -> list[Sound]:
    random = generator(5)
    return [
        bench.sound(
            random.standard_normal(bench.subject.samples, dtype=np.float32) * np.float32(_NOISE)
        )
        for _ in range(count)
    ]

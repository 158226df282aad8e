"""Are takes various: how far apart are those of different seeds, and is one seed one take?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from engine.training.clips.onsets import SAMPLE_RATE
from engine.training.evaluation.mel_patches import log_mel, resampled
from engine.training.evaluation.subject import Wish

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.training.evaluation.bench import Bench, Sound
    from engine.training.evaluation.collection import PromptSounds
    from engine.training.evaluation.mel_patches import Floats

_DECIBELS = 20 / np.log(10)


@dataclass(frozen=True, slots=True)
class Variety:
    """Mean distances in dB between log-mel spectrograms, moment by moment.

    Attributes:
        same_seed: A take and its repetition; must be 0.
        seeds: Takes of one prompt with different seeds.
        prompts: Takes of different prompts with one seed.
        recordings: Different real recordings of one prompt.
    """

    same_seed: float
    seeds: float
    prompts: float
    recordings: float


def spectral_distance(first: Floats, second: Floats) -> float:
    """Return the mean absolute difference in dB of two log-mel spectrograms of one shape."""
    return float(np.abs(first - second).mean() * _DECIBELS)


def measure_variety(bench: Bench, collection: Sequence[PromptSounds]) -> Variety:
    """Return the distances; one take is made anew.

    Raises:
        LumiphoneError: A graph failed.
    """
    first = collection[0]
    again = bench.subject.take(Wish(first.prompt.words, cues=bench.cues(first.prompt)), 0)
    mels = [_mels(sounds.takes) for sounds in collection]
    return Variety(
        same_seed=spectral_distance(mels[0][0], _mel(again)),
        seeds=_mean_distance(mels),
        prompts=_mean_distance([[each[0] for each in mels]]),
        recordings=_mean_distance([_mels(sounds.recordings) for sounds in collection]),
    )


def _mels(sounds: Iterable[Sound]) -> list[Floats]:
    return [_mel(sound.samples) for sound in sounds]


def _mel(samples: Floats) -> Floats:
    return log_mel(resampled(samples, SAMPLE_RATE))


def _mean_distance(groups: Iterable[Sequence[Floats]]) -> float:
    pairs = [pair for group in groups for pair in combinations(group, 2)]
    return float(np.mean([spectral_distance(*pair) for pair in pairs]))

"""Does the vocoder buzz: does its sound repeat itself from one latent to the next?

A decoder without chance renders noise as the same piece over and over, a hum at the latent rate
that spectral losses hardly notice and that drowns every class. Real sounds lie near 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.training.clips.onsets import Samples
    from engine.training.evaluation.collection import PromptSounds


@dataclass(frozen=True, slots=True)
class Buzz:
    """Median autocorrelation at a lag of one latent, over prompts that go on by themselves.

    Attributes:
        takes: Of takes.
        recordings: Of real recordings.
        reconstructions: Of the same through the autoencoder.
    """

    takes: float
    recordings: float
    reconstructions: float


def repetition(samples: Samples, lag: int) -> float:
    """Return the normalised autocorrelation of mono samples at a lag; 0 for silence."""
    centred = samples - samples.mean(dtype=np.float64)
    early, late = centred[:-lag], centred[lag:]
    scale = float(np.sqrt((early @ early) * (late @ late)))
    return float(early @ late) / scale if scale > 0 else 0.0


def measure_buzz(collection: Sequence[PromptSounds], hop: int) -> Buzz | None:
    """Return the figures, or None if every prompt has events.

    Args:
        collection: Sounds of the prompts.
        hop: Samples per latent.
    """
    lasting = [sounds for sounds in collection if sounds.prompt.every is None]
    if not lasting:
        return None

    def median(sounds: Iterable[Samples]) -> float:
        return float(np.median([repetition(samples, hop) for samples in sounds]))

    return Buzz(
        takes=median(s.samples for each in lasting for s in each.takes),
        recordings=median(s.samples for each in lasting for s in each.recordings),
        reconstructions=median(s.samples for each in lasting for s in each.reconstructions),
    )

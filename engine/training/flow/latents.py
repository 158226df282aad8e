"""Encoded clips as the flow network sees them: latents, text vectors and cues."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.cues import CueSheet
from engine.errors import InputError
from engine.inference.cue_raster import rasterise
from engine.training.flow.conditions import Wear, drop_cues, mixed_text, stem_code, worn_sheet

if TYPE_CHECKING:
    from pathlib import Path

LATENTS = "latents.f16"  # [clips, frames, channels], before normalisation
DESCRIPTION = "latents.json"  # written last: frames, channels, mean and deviation per channel
CLIPS = "clips.jsonl"  # per clip: indices of its captions' embeddings, stem, and cue sheet
EMBEDDINGS = "captions.npy"  # float16 [captions, 384]
CUE_RATE = Fraction(375, 4)
CUES_PER_LATENT = 2

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Mean and standard deviation of every latent channel, [channels] each."""

    mean: FloatArray
    deviation: FloatArray


class LatentClips:
    """Encoded clips in a folder.

    Args:
        folder: What ``python -m engine.training.flow.encoding`` wrote.
        statistics: What to normalise by; this folder's own if None.

    Raises:
        InputError: The folder holds no finished encoding.
    """

    def __init__(self, folder: Path, statistics: Statistics | None = None) -> None:
        try:
            description = json.loads((folder / DESCRIPTION).read_text("utf-8"))
            lines = (folder / CLIPS).read_text("utf-8").splitlines()
            self.embeddings: NDArray[np.float16] = np.load(folder / EMBEDDINGS)
            flat: NDArray[np.float16] = np.memmap(folder / LATENTS, np.float16, "r")
        except (OSError, ValueError) as error:
            raise InputError(
                f"{folder} holds no encoded clips ({error})",
                "Encode them: python -m engine.training.flow.encoding --help",
            ) from error
        self.latents = flat.reshape(-1, description["frames"], description["channels"])
        self.clips = [json.loads(line) for line in lines]
        self.statistics = statistics or Statistics(
            np.array(description["mean"], np.float32),
            np.array(description["deviation"], np.float32),
        )

    def draw(
        self, length: int, wear: Wear, random: np.random.Generator
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return a random stretch.

        Returns:
            Latent [length, channels], text [384], cues [2 length, 4] and stem [stems].
        """
        which = int(random.integers(len(self.clips)))
        total = self.latents.shape[1]
        start = int(random.integers(total - length + 1))
        raw = self.latents[which, start : start + length].astype(np.float32)
        latent = (raw - self.statistics.mean) / self.statistics.deviation
        clip = self.clips[which]
        text = mixed_text(self.embeddings[clip["captions"]].astype(np.float32), wear, random)
        sheet = CueSheet.from_json(clip["cues"], f"clip {which}")
        sheet = worn_sheet(sheet, float(total * CUES_PER_LATENT / CUE_RATE), wear, random)
        cues = rasterise(sheet, total * CUES_PER_LATENT, CUE_RATE, with_energy=True)
        here = cues[start * CUES_PER_LATENT : (start + length) * CUES_PER_LATENT]
        stem = stem_code(clip["stem"], wear, random)
        return latent.astype(np.float32), text, drop_cues(here, clip["stem"], wear, random), stem

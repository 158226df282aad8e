"""Clips as the flow network sees them: latents, text vectors and cue sheets.

``python -m engine.training.flow.latents --clips DIR --autoencoder FILE --pretrained DIR --out DIR``
encodes composed clips once, so that training reads 30 KB a clip instead of 770 KB.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from engine.cues import CueSheet
from engine.inference.cue_raster import rasterise
from engine.training.checkpoints import load_checkpoint
from engine.training.flow.conditions import Wear, drop_cues, mixed_text, worn_sheet
from engine.training.networks.autoencoder import Autoencoder, AutoencoderConfig

if TYPE_CHECKING:
    from pathlib import Path

FloatArray = NDArray[np.float32]
CUE_RATE = Fraction(375, 4)
CUES_PER_LATENT = 2
BATCH = 8


@dataclass(frozen=True, slots=True)
class Statistics:
    """Mean and standard deviation of every latent channel, [channels] each."""

    mean: FloatArray
    deviation: FloatArray


class LatentClips:
    """Encoded clips in a folder.

    Args:
        folder: What :func:`encode_clips` wrote.
        statistics: What to normalise by; this folder's own if None.
    """

    def __init__(self, folder: Path, statistics: Statistics | None = None) -> None:
        description = json.loads((folder / "latents.json").read_text("utf-8"))
        shape = tuple(description["shape"])
        self.latents: NDArray[np.float16] = np.memmap(
            folder / "latents.f16", dtype=np.float16, mode="r", shape=shape
        )
        self.embeddings: NDArray[np.float16] = np.load(folder / "captions.npy")
        lines = (folder / "clips.jsonl").read_text("utf-8").splitlines()
        self.clips = [json.loads(line) for line in lines]
        self.statistics = statistics or Statistics(
            np.array(description["mean"], np.float32),
            np.array(description["deviation"], np.float32),
        )

    def draw(
        self, length: int, wear: Wear, random: np.random.Generator
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return a random stretch: latent [length, channels], text [384], cues [2 length, 4]."""
        which = int(random.integers(len(self.clips)))
        total = self.latents.shape[1]
        start = int(random.integers(total - length + 1))
        raw = self.latents[which, start : start + length].astype(np.float32)
        latent = (raw - self.statistics.mean) / self.statistics.deviation
        clip = self.clips[which]
        text = mixed_text(self.embeddings[clip["captions"]].astype(np.float32), wear, random)
        sheet = CueSheet.from_json(clip["cues"], "training clip")
        sheet = worn_sheet(sheet, float(total * CUES_PER_LATENT / CUE_RATE), wear, random)
        cues = rasterise(sheet, total * CUES_PER_LATENT, CUE_RATE, with_energy=True)
        here = cues[start * CUES_PER_LATENT : (start + length) * CUES_PER_LATENT]
        return latent.astype(np.float32), text, drop_cues(here, wear, random)


@torch.no_grad()
def encode_audio(network: Autoencoder, audio: NDArray[np.int16]) -> NDArray[np.float16]:
    """Return latents [clips, frames, channels] of [clips, samples] at 48 kHz."""
    wave = torch.from_numpy(audio.astype(np.float32) / 32768)
    device = next(network.parameters()).device
    with torch.autocast(device.type, dtype=torch.bfloat16):
        latent = network.encoder(wave.to(device))
    codes: NDArray[np.float16] = latent.float().cpu().numpy().astype(np.float16)
    return codes


def load_trained(path: Path) -> Autoencoder:
    """Return the averaged autoencoder of a checkpoint, in evaluation mode."""
    state = load_checkpoint(path)
    network = Autoencoder(AutoencoderConfig(**state["config"]))
    network.load_state_dict(state["average"])
    return network.eval()

"""Stretches of the audio bank for the autoencoder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SAMPLE_RATE = 48000
SEVERAL_SOURCES = 0.3
LEVELS_DB = (-24.0, 2.0)


class BankAudio:
    """Random stretches of the audio bank, long files not drowning the short ones.

    Args:
        bank: Folder with ``audio.s16`` (mono, 48 kHz, int16) and ``index.jsonl``.
        split: Which part of the bank to draw from.
    """

    def __init__(self, bank: Path, split: str) -> None:
        self.audio: NDArray[np.int16] = np.memmap(bank / "audio.s16", dtype=np.int16, mode="r")
        lines = (bank / "index.jsonl").read_text("utf-8").splitlines()
        entries = [entry for entry in map(json.loads, lines) if entry["split"] == split]
        self.offsets = np.array([entry["offset"] for entry in entries])
        self.samples = np.array([entry["samples"] for entry in entries])
        weights = np.sqrt(self.samples / SAMPLE_RATE + 0.2)
        self.weights = weights / weights.sum()

    def batch(self, count: int, length: int, random: np.random.Generator) -> Tensor:
        """Return [count, length] float32 stretches at random levels, short files padded."""
        out = np.zeros((count, length), np.float32)
        chosen = random.choice(len(self.offsets), count, p=self.weights)
        for row, which in zip(out, chosen, strict=True):
            offset, samples = self.offsets[which], self.samples[which]
            slack = samples - length
            if slack > 0:
                start = offset + random.integers(slack + 1)
                row[:] = self.audio[start : start + length]
            else:
                place = random.integers(-slack + 1)
                row[place : place + samples] = self.audio[offset : offset + samples]
        if random.random() < SEVERAL_SOURCES:
            out += np.roll(out, 1, axis=0) * random.uniform(0.1, 1.0)
        gains = 10 ** (random.uniform(*LEVELS_DB, (count, 1)) / 20)
        return torch.from_numpy((out / 32768 * gains).clip(-1, 1).astype(np.float32))

"""Stretches of the audio bank for the autoencoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from engine.training.bank.store import Bank

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE_RATE = 48000
SEVERAL_SOURCES = 0.3
LEVELS_DB = (-24.0, 2.0)


class BankAudio:
    """Random stretches of the audio bank, long files not drowning the short ones.

    Args:
        bank: Folder of the audio bank (mono, 48 kHz).
        split: Which part of the bank to draw from.
    """

    def __init__(self, bank: Path, split: str) -> None:
        self.bank = Bank(bank)
        self.entries = [entry for entry in self.bank.entries if entry.split == split]
        seconds = np.array([entry.samples for entry in self.entries]) / SAMPLE_RATE
        weights = np.sqrt(seconds + 0.2)
        self.weights = weights / weights.sum()

    def batch(self, count: int, length: int, random: np.random.Generator) -> Tensor:
        """Return [count, length] float32 stretches at random levels, short files padded."""
        out = np.zeros((count, length), np.float32)
        chosen = random.choice(len(self.entries), count, p=self.weights)
        for row, which in zip(out, chosen, strict=True):
            entry = self.entries[which]
            slack = entry.samples - length
            if slack > 0:
                row[:] = self.bank.samples(entry, int(random.integers(slack + 1)), length)
            else:
                place = random.integers(-slack + 1)
                row[place : place + entry.samples] = self.bank.samples(entry)
        if random.random() < SEVERAL_SOURCES:
            out += np.roll(out, 1, axis=0) * random.uniform(0.1, 1.0)
        gains = 10 ** (random.uniform(*LEVELS_DB, (count, 1)) / 20)
        return torch.from_numpy((out * gains).clip(-1, 1).astype(np.float32))

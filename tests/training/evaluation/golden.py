"""What TensorFlow made of a small sound, to compare with. How golden.json came about is in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def golden_sound() -> NDArray[np.float32]:
    """A tone that rises from 200 to 3000 Hz under eight clicks, 2.5 s at 16 kHz."""
    seconds = np.arange(40_000) / 16_000
    tone = 0.3 * np.sin(2 * np.pi * (200 * seconds + 560 * seconds**2))
    since_click = seconds % 0.3125
    clicks = 0.6 * np.exp(-60 * since_click) * np.sin(2 * np.pi * 1234 * since_click)
    return (tone + clicks).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Golden:
    """TensorFlow's results for the sound.

    Attributes:
        source: What gave them.
        mel_frames: Frames of ``mel`` in the spectrogram.
        mel: Their log-mel values, 64 each.
        scores: Mean of the 521 scores over all patches.
        embedding: Mean of the 1024 numbers over all patches.
        patches: How many.
    """

    source: str
    mel_frames: list[int]
    mel: list[list[float]]
    scores: list[float]
    embedding: list[float]
    patches: int


def load_golden() -> Golden:
    return Golden(**json.loads(Path(__file__).with_name("golden.json").read_text("utf-8")))

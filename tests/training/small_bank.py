"""A bank of a few generated sounds with known onsets, one or more for every role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.training.bank.build import Source, build
from engine.training.bank.recording import SAMPLE_RATE, Recording, cleaned
from engine.training.bank.table import Description, Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.training.clips.onsets import Samples


def click(seconds: float = 0.15, pitch: float = 900.0) -> Samples:
    """A struck tone that begins with its first sample and dies quickly."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.8 * np.sin(2 * np.pi * pitch * time) * np.exp(-time / 0.02)).astype(np.float32)


def noise(seconds: float, seed: int = 0) -> Samples:
    """Steady noise."""
    random = np.random.default_rng(seed)
    return 0.2 * random.standard_normal(int(seconds * SAMPLE_RATE)).astype(np.float32)


def source(name: str, role: Role, category: str, samples: Samples) -> Source:
    """A source for the bank; the description is made from the name."""
    captions = (f"a {name} sounds", f"sound of a {name}", name)
    about = Description(category, role, name, "sounding", "gravel", captions)
    return Source("test", "1", f"{role}/{name}.wav", "CC0", about, _reader(samples))


def _reader(samples: Samples) -> Callable[[float | None], Recording]:
    def read(seconds: float | None) -> Recording:
        kept = samples if seconds is None else samples[: int(seconds * SAMPLE_RATE)]
        return cleaned(kept, SAMPLE_RATE)

    return read


def small_sources() -> list[Source]:
    """Sounds of every role: clicks, steps, a sequence of clicks, noise beds and music."""
    sequence = np.concatenate([np.pad(click(), (0, SAMPLE_RATE // 2))] * 4)
    time = np.arange(12 * SAMPLE_RATE) / SAMPLE_RATE
    music = (0.3 * np.sin(2 * np.pi * 220 * time)).astype(np.float32)
    return [
        *(source(f"knock{k}", "event", "WOODImpt", click(pitch=500 + 200 * k)) for k in range(8)),
        *(source(f"step{k}", "step", "FEETHmn", click(0.08, 300 + 50 * k)) for k in range(4)),
        source("hammering", "sequence", "TOOLHand", sequence),
        source("rain", "bed", "RAIN", noise(3)),
        source("river", "bed", "WATRFlow", noise(10, 1)),
        source("song", "music", "MUSCSong", music),
    ]


def write_small_bank(folder: Path) -> None:
    """Build the bank of :func:`small_sources` in a folder."""
    build(small_sources(), folder)

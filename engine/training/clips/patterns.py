"""When things happen: rhythms of repeated sounds as (time, relative level) pairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Beat:
    """One repetition.

    Attributes:
        seconds: When.
        level_db: Level relative to the strongest, at most 0.
    """

    seconds: float
    level_db: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """Beats and the word that captions may use for their pace ("" for none)."""

    beats: tuple[Beat, ...]
    pace: str


def gait(duration: float, random: np.random.Generator) -> Pattern:
    """Walking or running: even steps, left and right a little different, sometimes a halt."""
    running = random.random() < 0.3
    period = random.uniform(0.27, 0.38) if running else random.uniform(0.45, 0.75)
    swing, limp = random.uniform(0, 0.03), random.uniform(0, 3)
    start = random.uniform(0, 1.2)
    end = duration if random.random() < 0.6 else random.uniform(min(start + 2, duration), duration)
    beats, time, foot = [], start, 0
    while time < min(end, duration - 0.1):
        level = -limp * (foot % 2) - abs(random.normal(0, 1.5))
        beats.append(Beat(time, level))
        time += period * (1 + swing * (-1) ** foot) * (1 + random.normal(0, 0.025))
        foot += 1
    return Pattern(tuple(beats), "running" if running else "walking")


def steady(duration: float, random: np.random.Generator) -> Pattern:
    """Work or music: an even beat, now and then accented or left out."""
    period = float(np.exp(random.uniform(np.log(0.22), np.log(1.6))))
    accent = int(random.integers(1, 5))
    jitter = random.uniform(0, 0.04)
    times = np.arange(random.uniform(0, 0.8), duration - 0.1, period)
    beats = [
        Beat(
            float(max(0.0, time + random.normal(0, jitter * period))),
            (0.0 if k % accent == 0 else -random.uniform(1, 7)) - abs(random.normal(0, 1)),
        )
        for k, time in enumerate(times)
        if random.random() > 0.06
    ]
    return Pattern(tuple(beats), "fast" if period < 0.4 else "slow" if period > 1 else "")


def sparse(duration: float, random: np.random.Generator) -> Pattern:
    """Unforeseeable: a few sounds anywhere, hard and soft."""
    count = int(random.integers(1, 9))
    times = np.sort(random.uniform(0.05, duration - 0.3, count))
    return Pattern(tuple(Beat(float(t), -float(random.uniform(0, 24))) for t in times), "")


def bounce(duration: float, random: np.random.Generator) -> Pattern:
    """A dropped thing: every hop shorter and softer by the same factor."""
    beats: list[Beat] = []
    start = random.uniform(0.1, 1.5)
    while start < duration - 0.5:
        kept = random.uniform(0.55, 0.85)
        gap, level, time = random.uniform(0.35, 0.9), 0.0, start
        while gap > 0.05 and time < duration - 0.1 and level > -30:
            beats.append(Beat(time, level))
            time += gap
            gap *= kept
            level += 20 * np.log10(kept) * 1.3
        start = time + random.uniform(0.8, 3.0)
    return Pattern(tuple(beats), "bouncing")


def flurry(duration: float, random: np.random.Generator) -> Pattern:
    """Typing, fighting, dripping: clusters of quick irregular sounds with rests."""
    pace = random.uniform(4, 11)
    beats, time = [], random.uniform(0, 1.0)
    while time < duration - 0.1:
        for _ in range(int(random.integers(2, 16))):
            if time >= duration - 0.1:
                break
            beats.append(Beat(time, -abs(float(random.normal(0, 4)))))
            time += random.exponential(0.6 / pace) + 0.4 / pace
        time += random.exponential(0.8)
    return Pattern(tuple(beats), "rapid" if pace > 7 else "")


Draw = Callable[[float, np.random.Generator], Pattern]

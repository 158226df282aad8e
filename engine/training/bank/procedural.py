"""Synthetic sounds that fill the bank's gaps; ``table/procedural.csv`` says what each of them is.

Every sound's randomness comes from its name, so the catalogue is the same everywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.training.bank.impacts import (
    MATERIALS,
    SURFACES,
    footstep,
    repeated,
    shattered,
    struck,
)
from engine.training.bank.textures import bubbles, engine, friction, rain, splash, whoosh, wind

PACKAGE = "procedural"
VERSION = "1"
LICENCE = "GPL-3.0-or-later"
Samples = npt.NDArray[np.float32]
Render = Callable[[np.random.Generator], Samples]

_SIZES = {"small": 0.5, "middle": 1.0, "large": 2.2}
_BODIES = tuple(name for name in MATERIALS if name != "bell")


@dataclass(frozen=True, slots=True)
class Procedure:
    """A synthetic sound before it is rendered.

    Attributes:
        name: Unique; also seeds its randomness.
        maker: Makes float32 [n] at 48 kHz.
    """

    name: str
    maker: Render

    def render(self) -> Samples:
        """Return the sound's samples; always the same."""
        seed = int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:8], "big")
        return self.maker(np.random.Generator(np.random.Philox(key=[seed, 0])))


def procedures() -> Iterator[Procedure]:
    """Yield every synthetic sound."""
    for takes, name, maker in (*_struck(), *_air(), *_wet(), *_moving()):
        for take in range(takes):
            yield Procedure(f"{name}-{take:02d}", maker)


Family = tuple[int, str, Render]


def _struck() -> Iterator[Family]:
    for material in _BODIES:
        for size, factor in _SIZES.items():
            yield 7, f"impact-{material}-{size}", _blow(material, factor)
    yield 12, "break-glass", _break("glass")
    yield 12, "break-plate", _break("ceramic")
    yield 8, "bell-large", _blow("bell", 3.0)
    yield 8, "bell-hand", _blow("bell", 0.6)
    yield 12, "door-knock", _knocking
    yield 10, "dominoes", _toppling
    yield 6, "clock-tick", lambda random: struck(MATERIALS["plastic"], 0.25, random, 3.0)
    yield 10, "coin", _coin
    for surface in SURFACES:
        yield 8, f"step-{surface}", _step(surface)


def _air() -> Iterator[Family]:
    yield 16, "swish", _whoosh(0.18, 0.45, 700, 5000)
    yield 16, "whoosh", _whoosh(0.6, 1.8, 150, 1800)
    yield 5, "wind-breeze", lambda random: wind(14, 0.15, random)
    yield 5, "wind-gusts", lambda random: wind(14, 0.6, random)
    yield 5, "wind-storm", lambda random: wind(14, 1.0, random)


def _wet() -> Iterator[Family]:
    for word, density in (("light", 0.25), ("steady", 0.6), ("heavy", 1.0)):
        for surface in ("ground", "metal", "glass"):
            yield 2, f"rain-{word}-{surface}", _raining(density, surface)
    yield 14, "drip", lambda random: bubbles(0.02, 1, random.uniform(0.5, 1.5), random)
    yield 6, "bubbling", lambda random: bubbles(10, random.uniform(15, 60), 1.4, random)
    yield 6, "pouring", lambda random: bubbles(8, random.uniform(150, 350), 0.7, random)
    yield 12, "splash-small", lambda random: splash(0.3, random)
    yield 12, "splash-big", lambda random: splash(1.6, random)


def _moving() -> Iterator[Family]:
    yield 5, "engine-idle", _motor(750, 900, 4)
    yield 5, "engine-cruise", _motor(2600, 3000, 4)
    yield 6, "engine-accelerating", _motor(900, 5200, 4)
    yield 5, "engine-slowing", _motor(4500, 900, 4)
    yield 5, "engine-truck", _motor(600, 750, 6)
    yield 8, "friction-wood", _drag(700, 0.7)
    yield 8, "friction-stone", _drag(1600, 1.0)
    yield 8, "friction-metal", _drag(3400, 0.6)
    yield 8, "friction-paper", _drag(5200, 1.2)
    yield 8, "friction-cloth", _drag(1500, 0.3)


def _blow(material: str, size: float) -> Render:
    return lambda random: struck(MATERIALS[material], size, random, random.uniform(0.5, 1.6))


def _break(material: str) -> Render:
    return lambda random: shattered(
        MATERIALS[material], random.uniform(0.4, 1.3), int(random.integers(20, 90)), random
    )


def _knocking(random: np.random.Generator) -> Samples:
    gap = random.uniform(0.14, 0.28)
    count = int(random.integers(2, 6))
    times = [k * gap * random.uniform(0.94, 1.06) for k in range(count)]
    return repeated(MATERIALS["wood"], times, 1.8, random)


def _toppling(random: np.random.Generator) -> Samples:
    gaps = random.uniform(0.035, 0.09) * np.linspace(1.2, 0.8, int(random.integers(8, 30)))
    return repeated(MATERIALS["plastic"], [0.0, *np.cumsum(gaps).tolist()], 0.6, random)


def _coin(random: np.random.Generator) -> Samples:
    gaps = random.uniform(0.12, 0.22) * random.uniform(0.6, 0.75) ** np.arange(7)
    return repeated(MATERIALS["metal"], [0.0, *np.cumsum(gaps).tolist()], 0.25, random)


def _step(surface: str) -> Render:
    return lambda random: footstep(surface, random)


def _whoosh(shortest: float, longest: float, low: float, high: float) -> Render:
    return lambda random: whoosh(random.uniform(shortest, longest), low, high, random)


def _raining(density: float, surface: str) -> Render:
    return lambda random: rain(12, density, surface, random)


def _motor(first: float, last: float, cylinders: int) -> Render:
    def render(random: np.random.Generator) -> Samples:
        count = int(random.uniform(6, 10) * 187.5)
        course = np.linspace(0, 1, count) ** random.uniform(0.7, 1.4)
        wobble = 1 + 0.01 * np.sin(np.arange(count) * random.uniform(0.01, 0.05))
        speeds = (first + (last - first) * course) * wobble * random.uniform(0.85, 1.15)
        return engine(speeds, cylinders, random.uniform(0.2, 1.0), random)

    return render


def _drag(pitch: float, roughness: float) -> Render:
    return lambda random: friction(random.uniform(0.5, 2.5), pitch, roughness, random)

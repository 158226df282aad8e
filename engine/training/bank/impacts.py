"""Synthetic impacts: struck bodies as sums of decaying modes, broken ones as clouds of fragments.

Modal synthesis after van den Doel and Pai, "The sounds of physical shapes" (Presence 7/4, 1998):
a body is a bank of damped sinusoids, a blow a short pulse whose softness dulls the high modes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 48_000
Samples = npt.NDArray[np.float32]
Generator = np.random.Generator
_LONGEST = 5.0


@dataclass(frozen=True, slots=True)
class Material:
    """How a body of some stuff rings.

    Attributes:
        pitch: Range (Hz) of the lowest mode for a middle-sized body.
        ratios: Modes relative to the lowest.
        decay: Time constant (s) of the lowest mode.
        damping: How much faster high modes die (exponent of the ratio).
        click: Share of broadband noise at the contact.
        contact: Length of the blow (s): soft stuff gives long, dull contacts.
    """

    pitch: tuple[float, float]
    ratios: tuple[float, ...]
    decay: float
    damping: float
    click: float
    contact: float


_BAR = (1.0, 2.76, 5.40, 8.93, 13.34)
_PLATE = (1.0, 1.58, 2.24, 2.92, 3.83, 4.76, 6.1, 7.7, 9.6, 12.1)
_SHELL = (1.0, 2.32, 4.25, 6.63, 9.38, 12.2)
_BELL = (0.5, 1.0, 1.2, 1.5, 2.0, 2.5, 2.67, 3.01, 4.17, 5.43)

MATERIALS = {
    "wood": Material((180, 700), _BAR, 0.045, 0.6, 0.30, 0.0006),
    "metal": Material((320, 1300), _PLATE, 0.55, 0.45, 0.12, 0.0002),
    "glass": Material((1100, 3200), _SHELL, 0.28, 0.5, 0.10, 0.0002),
    "ceramic": Material((700, 2200), _SHELL, 0.11, 0.5, 0.15, 0.0003),
    "stone": Material((700, 2400), _PLATE, 0.014, 0.5, 0.60, 0.0003),
    "plastic": Material((260, 1100), _PLATE, 0.028, 0.7, 0.30, 0.0008),
    "rubber": Material((70, 190), (1.0, 1.9, 3.1, 4.6), 0.055, 1.1, 0.12, 0.0030),
    "cardboard": Material((90, 300), _PLATE, 0.030, 0.9, 0.55, 0.0020),
    "bell": Material((350, 1500), _BELL, 1.6, 0.75, 0.04, 0.0002),
}


def struck(material: Material, size: float, random: Generator, hardness: float = 1.0) -> Samples:
    """Return one blow on a body.

    Args:
        material: What it is made of.
        size: 1 is middle; twice the size halves the pitch and lengthens the ring.
        random: Chooses pitch and mode details.
        hardness: Above 1 brighter, below duller.
    """
    low, high = material.pitch
    base = np.exp(random.uniform(np.log(low), np.log(high))) / size
    decay = material.decay * size**0.5 * random.uniform(0.7, 1.4)
    count = int(min(_LONGEST, max(0.12, decay * 7)) * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    ring = np.zeros(count)
    for ratio in material.ratios:
        frequency = base * ratio * random.uniform(0.97, 1.03)
        if frequency > 18_000:
            continue
        softness = (frequency * material.contact / hardness) ** 2
        amplitude = random.uniform(0.3, 1.0) * ratio**-0.4 * np.exp(-2 * softness)
        envelope = np.exp(-time * ratio**material.damping / decay)
        ring += amplitude * envelope * np.sin(2 * np.pi * frequency * time)
    click = random.standard_normal(count) * np.exp(-time / (0.002 + 2 * material.contact))
    if decay * 7 > _LONGEST:  # long rings end in a fade
        ring *= np.minimum(1, (1 - time * SAMPLE_RATE / count) / 0.5) ** 2
    return _peaked(ring / np.abs(ring).max() + material.click * click * 0.5)


def shattered(material: Material, seconds: float, fragments: int, random: Generator) -> Samples:
    """Return something breaking: one hard blow, then smaller and smaller pieces falling."""
    out = np.zeros(int((seconds + _LONGEST) * SAMPLE_RATE), np.float32)
    _add(out, struck(material, 1.3, random, 2.0), 0, 1.0)
    burst = random.standard_normal(SAMPLE_RATE // 5).astype(np.float32)
    burst *= np.exp(-np.arange(len(burst)) / (0.03 * SAMPLE_RATE)).astype(np.float32)
    _add(out, np.diff(burst, prepend=np.float32(0)), 0, 0.5)
    for _ in range(fragments):
        late = random.beta(1.1, 3.0)
        piece = struck(material, random.uniform(0.25, 0.7), random, random.uniform(0.8, 2.5))
        _add(out, piece, int(late * seconds * SAMPLE_RATE), random.uniform(0.05, 0.5) * (1 - late))
    return _peaked(out)


def repeated(material: Material, times: list[float], size: float, random: Generator) -> Samples:
    """Return the same body struck at several times (s), every blow a little different."""
    out = np.zeros(int((times[-1] + 1.5) * SAMPLE_RATE), np.float32)
    seed = int(random.integers(1 << 30))
    for time in times:
        body = np.random.Generator(np.random.Philox(key=[seed, 0]))  # the same body every time
        blow = struck(material, size, body, random.uniform(0.7, 1.4))
        _add(out, blow, int(time * SAMPLE_RATE), random.uniform(0.6, 1.0))
    return _peaked(out)


def footstep(surface: str, random: Generator) -> Samples:
    """Return one step, heel and toe, on a surface: grains, or a struck body under a shoe.

    Raises:
        KeyError: No such surface.
    """
    grains, length, dull, material, body = _SURFACES[surface]
    out = np.zeros(SAMPLE_RATE // 2, np.float32)
    toe = random.uniform(0.09, 0.15)
    for start, level in ((0.0, 1.0), (toe, random.uniform(0.35, 0.7))):
        places = np.minimum(random.gamma(1.5, length / 2, grains), 0.3) + start
        for place in places:
            width = int(random.uniform(0.0008, 0.006) * SAMPLE_RATE)
            grain = random.standard_normal(width) * np.hanning(width)
            _add(out, grain.astype(np.float32), int(place * SAMPLE_RATE), level * random.random())
        if material:
            blow = struck(MATERIALS[material], 2.0, random, 0.5)
            _add(out, blow, int(start * SAMPLE_RATE), level * body)
    kernel = np.hanning(dull + 2)[1:-1]
    return _peaked(np.convolve(out, kernel / kernel.sum())[: len(out)])


# Grains, their spread (s), dullness (taps), what is struck beneath, how loud that is.
_SURFACES = {
    "gravel": (150, 0.09, 2, "stone", 0.3),
    "snow": (260, 0.14, 9, "", 0.0),
    "grass": (110, 0.13, 5, "", 0.0),
    "wood": (10, 0.02, 5, "wood", 1.6),
    "concrete": (22, 0.02, 3, "stone", 0.7),
    "carpet": (45, 0.05, 26, "cardboard", 0.5),
    "metal": (12, 0.02, 2, "metal", 0.9),
    "mud": (70, 0.12, 14, "rubber", 0.5),
}
SURFACES = tuple(_SURFACES)


def _add(out: Samples, part: Samples, start: int, level: float) -> None:
    kept = part[: max(0, len(out) - start)]
    out[start : start + len(kept)] += np.float32(level) * kept


def _peaked(samples: npt.NDArray[np.floating]) -> Samples:
    return (0.9 * samples / max(1e-9, float(np.abs(samples).max()))).astype(np.float32)

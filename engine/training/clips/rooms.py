"""Where a sound is heard: rooms, distance, and the ways in which recordings are poor.

Everything is one multiplication of the clip's spectrum. Rooms are synthetic impulse responses
(exponentially decaying noise whose highs die sooner), so no recording's licence is touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 48_000
TRANSFORM = 480_000  # ten seconds: a clip and the tail that still matters
_TAIL = TRANSFORM - 385_024

Samples = npt.NDArray[np.float32]
Spectrum = npt.NDArray[np.complex64]


@dataclass(frozen=True, slots=True)
class Room:
    """A kind of room.

    Attributes:
        phrase: How captions name it.
        decay: Reverberation time (s for 60 dB) of the mids.
        wet_db: Range of the reverberant level below the direct sound.
        before: Pause until the reverberation begins, in samples.
    """

    phrase: str
    decay: float
    wet_db: tuple[float, float]
    before: int


ROOMS = (
    Room("in a small room", 0.25, (-16, -8), 120),
    Room("indoors", 0.45, (-17, -9), 260),
    Room("in a large room", 0.9, (-18, -9), 500),
    Room("in a hall", 1.5, (-18, -8), 900),
    Room("in a large hall", 2.4, (-17, -6), 1300),
    Room("in a cave", 3.2, (-14, -5), 1700),
)
_VARIANTS = 3


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What happens to the sound of one clip between source and listener.

    Attributes:
        room: Index into :data:`ROOMS`, or None for the open or dry.
        variant: Which of the room's impulse responses.
        wet_db: Reverberant level.
        distance: 0 (close) to 1 (far): level and highs fall.
        old: Whether it is an old recording: narrow band, hiss, crackle.
    """

    room: int | None = None
    variant: int = 0
    wet_db: float = -12.0
    distance: float = 0.0
    old: bool = False

    @property
    def plain(self) -> bool:
        """Whether the sound stays as it is."""
        return self.room is None and self.distance == 0 and not self.old

    def phrases(self) -> list[str]:
        """Return what captions may add: room, distance, age."""
        phrases = [ROOMS[self.room].phrase] if self.room is not None else []
        if self.distance > 0.5:
            phrases.append("distant" if self.distance < 0.8 else "far away")
        if self.old:
            phrases.append("old recording")
        return phrases


def draw_surroundings(random: np.random.Generator) -> Surroundings:
    """Return random surroundings; about half of all clips stay dry and close."""
    kind = random.random()
    room = int(random.integers(len(ROOMS))) if kind < 0.32 else None
    low, high = ROOMS[room].wet_db if room is not None else (-12.0, -12.0)
    wet = float(random.uniform(low, high))
    far = random.random() < 0.16
    distance = float(random.uniform(0.5, 1.0)) if far else 0.0
    old = bool(random.random() < 0.05)
    return Surroundings(room, int(random.integers(_VARIANTS)), wet, distance, old)


def surround(samples: Samples, where: Surroundings, random: np.random.Generator) -> Samples:
    """Return the samples as heard; the first arrival of every sound keeps its time.

    Args:
        samples: float32 [n], n at most 385,024.
        where: The surroundings.
        random: For the hiss and crackle of old recordings.
    """
    if where.plain:
        return samples
    spectrum: Spectrum = np.fft.rfft(samples, TRANSFORM).astype(np.complex64)
    if where.room is not None:
        wet = where.wet_db + 10 * where.distance  # far sounds reach us mostly by the walls
        spectrum *= 1 + np.float32(10 ** (wet / 20)) * _room_response(where.room, where.variant)
    if where.distance:
        spectrum *= _distance_response(round(where.distance, 1))
    if where.old:
        spectrum *= _old_response(int(random.integers(3)))
    heard = np.fft.irfft(spectrum, TRANSFORM)[: len(samples)].astype(np.float32)
    if where.old:
        heard = heard + _wear(len(samples), float(np.sqrt(np.square(heard).mean())), random)
    return heard


@cache
def _room_response(room: int, variant: int) -> Spectrum:
    """Spectrum of the reverberation alone, at the energy of the direct sound."""
    kind = ROOMS[room]
    random = np.random.Generator(np.random.Philox(key=[room, variant]))
    length = min(_TAIL, int(kind.decay * 1.1 * SAMPLE_RATE))
    time = np.arange(length) / SAMPLE_RATE
    decay = kind.decay * random.uniform(0.85, 1.15)
    response = np.zeros(TRANSFORM, np.float32)
    for low, high, factor in ((60, 500, 1.15), (500, 3000, 1.0), (3000, 14_000, 0.55)):
        noise = np.fft.rfft(random.standard_normal(length))
        frequency = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
        noise[(frequency < low) | (frequency >= high)] = 0
        band = np.fft.irfft(noise, length) * 10 ** (-3 * time / (decay * factor))
        response[kind.before : kind.before + length] += band.astype(np.float32)
    for _ in range(5):  # early reflections
        place = int(kind.before * random.uniform(0.3, 2.5))
        response[place] += random.choice([-1, 1]) * random.uniform(0.1, 0.3) * response.max() * 4
    response /= np.sqrt(np.square(response).sum())
    return np.fft.rfft(response).astype(np.complex64)


def _low_pass(cutoff: float) -> Spectrum:
    """One pole: causal, so nothing rings before its time."""
    frequency = np.fft.rfftfreq(TRANSFORM, 1 / SAMPLE_RATE)
    return (1 / (1 + 1j * frequency / cutoff)).astype(np.complex64)


@cache
def _distance_response(distance: float) -> Spectrum:
    """Air and obstacles: two poles that close from 9 kHz to 1.2 kHz."""
    cutoff = 9000 * (1200 / 9000) ** ((distance - 0.5) / 0.5)
    response: Spectrum = _low_pass(cutoff) ** 2
    return response


@cache
def _old_response(grade: int) -> Spectrum:
    low, high = ((120, 5500), (220, 3800), (300, 2800))[grade]
    frequency = np.fft.rfftfreq(TRANSFORM, 1 / SAMPLE_RATE)
    rumble_free = (1j * frequency / low) / (1 + 1j * frequency / low)
    return (rumble_free**2 * _low_pass(high) ** 3).astype(np.complex64)


def _wear(count: int, level: float, random: np.random.Generator) -> Samples:
    """Hiss and crackle at a level that belongs to the sound's."""
    hiss = random.standard_normal(count, dtype=np.float32)
    hiss[1:] += 0.6 * hiss[:-1]
    wear = hiss * np.float32(max(level, 0.005) * 10 ** (random.uniform(-32, -18) / 20))
    clicks = random.integers(0, count, int(random.integers(0, 60)))
    wear[clicks] += (random.standard_normal(len(clicks)) * level * 1.2).astype(np.float32)
    return wear

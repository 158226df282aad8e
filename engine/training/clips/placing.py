"""Putting recordings into a clip: pitched and softened copies, excerpts, seamless loops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.training.clips.onsets import SAMPLE_RATE, Onset, Samples

if TYPE_CHECKING:
    from engine.training.bank.store import Entry
    from engine.training.clips.palette import Palette

_FADE = SAMPLE_RATE // 100
_CROSSFADE = SAMPLE_RATE // 4


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording as it will be heard, with its own onsets (samples from its start)."""

    samples: Samples
    onsets: tuple[Onset, ...]


def varied(palette: Palette, entry: Entry, pitch: float, level_db: float) -> Sound:
    """Return a recording at another pitch (and speed) and level; softer is also duller.

    Args:
        palette: Where the samples are.
        entry: Which recording.
        pitch: Frequency ratio.
        level_db: Gain, at most 0; below -3 dB the highs fall faster than the rest.
    """
    samples = palette.samples(entry)
    count = max(2, int(len(samples) / pitch))
    where = np.arange(count, dtype=np.float64) * pitch
    samples = np.interp(where, np.arange(len(samples)), samples).astype(np.float32)
    dull_db = 0.0
    if level_db < -3:
        before = float(np.square(samples).mean())
        samples = _one_pole(samples, 14_000 * 10 ** (level_db / 26))
        dull_db = 10 * float(np.log10((np.square(samples).mean() + 1e-12) / (before + 1e-12)))
    gain = np.float32(10 ** (level_db / 20))
    onsets = tuple(
        Onset(round(onset.sample / pitch), onset.level_db + level_db + dull_db)
        for onset in palette.onsets(entry)
    )
    return Sound(samples * gain, onsets)


def place(mix: Samples, sound: Sound, start: int) -> list[Onset]:
    """Add a sound to a clip so that its first onset lies at ``start``; returns its onsets there.

    What would lie before the clip is cut off, as is what reaches beyond its end.
    """
    first = start - sound.onsets[0].sample
    skipped = max(0, -first)
    kept = sound.samples[skipped : len(mix) - first]
    if len(kept):
        begin = first + skipped
        mix[begin : begin + len(kept)] += kept
    placed = (Onset(first + onset.sample, onset.level_db) for onset in sound.onsets)
    return [onset for onset in placed if 0 <= onset.sample < len(mix)]


def excerpt(palette: Palette, entry: Entry, count: int, random: np.random.Generator) -> Samples:
    """Return ``count`` samples of a recording.

    A long one gives a random stretch; a short "sequence" is often played once with silence around
    it; anything else short is looped with cross-fades.
    """
    if entry.samples > count:
        start = int(random.integers(entry.samples - count + 1))
        return _faded(palette.samples(entry, start, count))
    samples = _faded(palette.samples(entry))
    if entry.role == "sequence" and random.random() < 0.6:
        out = np.zeros(count, np.float32)
        start = int(random.integers(count - len(samples) + 1))
        out[start : start + len(samples)] = samples
        return out
    return _looped(samples, count)


def _looped(samples: Samples, count: int) -> Samples:
    """Repeat with cross-fades of equal power."""
    overlap = min(_CROSSFADE, len(samples) // 3)
    angle = np.linspace(0, np.pi / 2, overlap, dtype=np.float32)
    body = samples.copy()
    body[:overlap] *= np.sin(angle)
    body[len(body) - overlap :] *= np.cos(angle)
    step = len(samples) - overlap
    out = np.zeros(count + len(samples), np.float32)
    for start in range(-overlap, count, step):
        first = max(0, -start)
        out[start + first : start + len(body)] += body[first:]
    return out[:count]


def _faded(samples: Samples) -> Samples:
    edge = min(_FADE, len(samples) // 4)
    ramp = np.linspace(0, 1, edge, dtype=np.float32)
    faded = samples.copy()
    faded[:edge] *= ramp
    faded[len(faded) - edge :] *= ramp[::-1]
    return faded


def _one_pole(samples: Samples, cutoff: float) -> Samples:
    """Causal low-pass by way of the spectrum."""
    size = 1 << (len(samples) + 256).bit_length()
    frequency = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    response = 1 / (1 + 1j * frequency / cutoff)
    filtered = np.fft.irfft(np.fft.rfft(samples, size) * response, size)
    return filtered[: len(samples)].astype(np.float32)

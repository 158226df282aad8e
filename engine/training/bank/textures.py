"""Synthetic textures: air, rain, water, engines and friction, made of shaped noise and grains."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 48_000
_FRAME = 1024
_HOP = 256
Samples = npt.NDArray[np.float32]
Curve = npt.NDArray[np.float64]
Generator = np.random.Generator


def band_noise(centre: Curve, width: float, level: Curve, random: Generator) -> Samples:
    """Return noise through a moving band.

    Args:
        centre: Middle of the band (Hz) every 256 samples.
        width: Width of the band in octaves (standard deviation).
        level: Amplitude every 256 samples, as long as ``centre``.
        random: Makes the noise.
    """
    frequency = np.maximum(np.fft.rfftfreq(_FRAME, 1 / SAMPLE_RATE), 20.0)
    octaves = np.log2(frequency[None] / centre[:, None])
    shape = np.exp(-0.5 * np.square(octaves / width)) / np.sqrt(centre[:, None])
    noise = random.standard_normal(shape.shape) + 1j * random.standard_normal(shape.shape)
    frames = np.fft.irfft(noise * shape * level[:, None], _FRAME) * np.hanning(_FRAME)
    out = np.zeros(len(centre) * _HOP + _FRAME)
    for k, frame in enumerate(frames):
        out[k * _HOP : k * _HOP + _FRAME] += frame
    return _peaked(out)


def whoosh(seconds: float, low: float, high: float, random: Generator) -> Samples:
    """Return something rushing past: the band rises to its nearest point and falls again."""
    count = int(seconds * SAMPLE_RATE / _HOP)
    nearest = random.uniform(0.35, 0.65)
    place = np.linspace(0, 1, count)
    near = np.exp(-0.5 * np.square((place - nearest) / 0.16))
    centre = low * (high / low) ** (near * 0.9 + random.uniform(0, 0.1))
    return band_noise(centre, random.uniform(0.45, 0.9), near**1.3, random)


def wind(seconds: float, force: float, random: Generator) -> Samples:
    """Return wind; ``force`` 0 (breeze) to 1 (storm) sets pitch, width and gusts."""
    count = int(seconds * SAMPLE_RATE / _HOP)
    gusts = _drift(count, 0.4 + 0.8 * force, random)
    centre = (150 + 350 * force) * 2 ** (gusts * (0.4 + 0.5 * force))
    level = np.exp(gusts * (0.35 + 0.5 * force))
    low = band_noise(centre, 1.2, level, random)
    howl = band_noise(centre * 2.3, 0.16, level * np.maximum(0, gusts), random)
    return _peaked(low + np.float32(0.5 * force) * howl)


def rain(seconds: float, density: float, surface: str, random: Generator) -> Samples:
    """Return rain of ``density`` 0 (single drops) to 1 (downpour) on grass, metal or glass."""
    count = int(seconds * SAMPLE_RATE)
    drops = int(seconds * 12 * 60 ** (1.5 * density))
    hits = np.zeros(count)
    places = random.integers(0, count, drops)
    np.add.at(hits, places, random.exponential(1.0, drops) ** 1.5 * random.choice([-1, 1], drops))
    pitch, decay = {"ground": (2500, 0.002), "metal": (1900, 0.02), "glass": (3600, 0.006)}[surface]
    body = np.zeros(4096)
    time = np.arange(4096) / SAMPLE_RATE
    for _ in range(6):
        body += np.sin(2 * np.pi * pitch * random.uniform(0.5, 2.2) * time) * random.random()
    body *= np.exp(-time / decay)
    body[:96] += random.standard_normal(96) * np.hanning(96) * 3
    size = 1 << (count + 4096).bit_length()
    wet = np.fft.irfft(np.fft.rfft(hits, size) * np.fft.rfft(body, size), size)[:count]
    frames = count // _HOP
    hiss = band_noise(np.full(frames, 5000.0), 1.4, np.ones(frames), random)[:count]
    wet[: len(hiss)] += 1.2 * density**2 * np.std(wet) / 0.2 * hiss
    return _peaked(np.tanh(wet / (5 * np.std(wet) + 1e-9)))


def bubbles(seconds: float, rate: float, size: float, random: Generator) -> Samples:
    """Return bubbles rising in a liquid: sine drops whose pitch climbs (Minnaert resonance).

    Args:
        seconds: Length.
        rate: Bubbles a second.
        size: 1 is a bubble of about 3 mm radius; larger is lower.
        random: Places and sizes.
    """
    out = np.zeros(int((seconds + 0.5) * SAMPLE_RATE))
    for _ in range(max(1, int(rate * seconds))):
        pitch = 1100 / size * np.exp(random.normal(0, 0.45))
        decay = 0.013 * size**0.5 * random.uniform(0.6, 2.0)
        time = np.arange(int(decay * 8 * SAMPLE_RATE)) / SAMPLE_RATE
        rise = pitch * (1 + random.uniform(2, 9) * time)
        tone = np.sin(2 * np.pi * np.cumsum(rise) / SAMPLE_RATE) * np.exp(-time / decay)
        start = int(random.uniform(0, seconds) * SAMPLE_RATE)
        kept = tone[: len(out) - start]
        out[start : start + len(kept)] += kept * random.exponential(0.5)
    return _peaked(out)


def splash(size: float, random: Generator) -> Samples:
    """Return something falling into water: slap, spray, then bubbles."""
    seconds = 0.5 + 0.6 * size
    count = int(seconds * SAMPLE_RATE / _HOP)
    time = np.arange(count) * _HOP / SAMPLE_RATE
    level = np.exp(-time / (0.1 + 0.14 * size))
    level[0] *= 0.3
    spray = band_noise(900 + 3500 * np.exp(-time / 0.12), 1.1, level, random)
    rest = bubbles(seconds, 25 + 30 * size, 1 + 1.5 * size, random)
    out = np.zeros(max(len(spray), len(rest) + SAMPLE_RATE // 12), np.float32)
    out[: len(spray)] += spray
    out[SAMPLE_RATE // 12 : SAMPLE_RATE // 12 + len(rest)] += np.float32(0.5) * rest
    return _peaked(out)


def engine(speeds: Curve, cylinders: int, roughness: float, random: Generator) -> Samples:
    """Return a combustion engine.

    Args:
        speeds: Revolutions a minute every 256 samples.
        cylinders: Four-stroke: half of them fire per revolution.
        roughness: 0 (electric smoothness) to 1 (rattling).
        random: Irregularities.
    """
    count = len(speeds) * _HOP
    slow = np.interp(np.arange(count), np.arange(len(speeds)) * _HOP, speeds)
    phase = np.cumsum(slow / 60 / SAMPLE_RATE)  # revolutions
    tone = np.zeros(count)
    for order in range(1, 25):
        weight = (1.0 if order % max(1, cylinders // 2) == 0 else 0.25 * roughness) / order**0.7
        tone += weight * np.sin(2 * np.pi * order * (phase + random.random()))
    firing = 0.5 + 0.5 * np.cos(2 * np.pi * phase * cylinders / 2)
    noise = band_noise(300 + 0.25 * speeds, 1.0, np.ones(len(speeds)), random)[:count]
    puffs = noise * firing[: len(noise)] ** 4
    return _peaked(tone / np.abs(tone).max() + (0.3 + 0.8 * roughness) * puffs)


def friction(seconds: float, pitch: float, roughness: float, random: Generator) -> Samples:
    """Return something dragged: band noise broken up by the grains of the surface."""
    count = int(seconds * SAMPLE_RATE / _HOP)
    speed = np.clip(0.6 + 0.4 * _drift(count, 2.0, random), 0.05, 1.5)
    grit = np.exp(roughness * 1.6 * random.standard_normal(count))
    edge = np.minimum(1, np.minimum(np.arange(count), np.arange(count)[::-1]) / 12)
    return band_noise(pitch * 2 ** (speed - 0.6), 0.8, speed * grit * edge, random)


def _drift(count: int, per_second: float, random: Generator) -> Curve:
    """A smooth random curve of unit variance that changes so many times a second."""
    knots = max(4, int(count * _HOP / SAMPLE_RATE * per_second) + 4)
    values = random.standard_normal(knots)
    place = np.linspace(0, knots - 1, count)
    left = np.minimum(place.astype(int), knots - 2)
    share = (1 - np.cos(np.pi * (place - left))) / 2
    curve: Curve = values[left] * (1 - share) + values[left + 1] * share
    return curve


def _peaked(samples: npt.NDArray[np.floating]) -> Samples:
    return (0.9 * samples / max(1e-9, float(np.abs(samples).max()))).astype(np.float32)

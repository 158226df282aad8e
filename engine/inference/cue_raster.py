"""A cue sheet as the numbers that the diffusion model reads. Training makes them here too."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from engine.cues import CueEvent, CueSheet
    from engine.inference.arrays import Floats

ENERGY_CURVE = "energy"
CUE_CHANNELS = 4
_SIGMA = Fraction(4, 375)  # seconds: one point at 375/4 Hz
_REACH = 5  # sigmas; beyond, a bump is under 4e-6
RING = 0.15  # seconds that a blow rings, where nothing tells how long
RISE = 0.02  # seconds before the event at which it begins


def rasterise(
    sheet: CueSheet, frames: int, rate: Fraction, *, with_energy: bool, ring: float | None = None
) -> Floats:
    """Return a cue sheet as points at a fixed rate.

    Every event is a Gaussian bump of 10.67 ms sigma, as high as its strength; where bumps overlap
    the higher one counts. The energy is read off the curve by linear interpolation, its ends held.

    Args:
        sheet: Events and curves; its point i lies at i / sheet.rate seconds.
        frames: Points wanted; point k lies at k / rate seconds.
        rate: Points per second.
        with_energy: Give the curve "energy" too, if the sheet has it; otherwise it is unknown.
        ring: Seconds that each event rings, whatever the curve shows; where the sheet has none,
            nothing else sounds.

    Returns:
        float32 [frames, 4]: onset, onset known (1), energy, energy known (0 or 1).
    """
    raster = np.zeros((frames, CUE_CHANNELS), np.float32)
    raster[:, 1] = 1
    sigma = float(_SIGMA * rate)
    for event in sheet.events:
        centre = event.seconds * float(rate)
        first = max(0, int(centre - _REACH * sigma))
        near = raster[first : max(0, int(centre + _REACH * sigma) + 2), 0]
        distance = (np.arange(first, first + len(near)) - centre) / sigma
        np.maximum(near, event.strength * np.exp(-0.5 * distance**2), out=near)
    curve = sheet.curves.get(ENERGY_CURVE, ())
    if with_energy and curve:
        points = np.arange(frames) * float(sheet.rate / rate)
        raster[:, 2] = np.interp(points, np.arange(len(curve)), curve)
        raster[:, 3] = 1
    if ring is not None:
        ringing = rings(sheet.events, np.arange(frames) / float(rate), ring)
        np.maximum(raster[:, 2], ringing, out=raster[:, 2])
        raster[:, 3] = 1
    return raster


def steady(frames: int, energy: float) -> Floats:
    """Return the points of a stretch in which nothing happens and the energy stays where it is.

    Without the energy, "no onset" is met as well by one long swell as by a quiet room.

    Args:
        frames: Points wanted.
        energy: 0 to 1.

    Returns:
        float32 [frames, 4], as :func:`rasterise` gives them.
    """
    return np.tile(np.array([0, 1, energy, 1], np.float32), (frames, 1))


def rings(events: Iterable[CueEvent], seconds: NDArray[np.float64], ring: float) -> Floats:
    """Return the energy of events that ring off, 0 to 1, at moments in seconds.

    The energy is a level in decibels, and what rings off loses as many in every moment: a straight
    line down to nothing.

    Args:
        events: What rings.
        seconds: The moments.
        ring: Area under the line, by its height, in seconds: half of what it takes to fall.
    """
    energy = np.zeros(len(seconds), np.float32)
    for event in events:
        since = seconds - event.seconds + RISE
        left = np.clip(1 - since / (2 * ring), 0, 1) * (since >= 0)
        np.maximum(energy, (event.strength * left).astype(np.float32), out=energy)
    return energy

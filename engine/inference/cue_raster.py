"""A cue sheet as the numbers that the diffusion model reads. Training makes them here too."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from engine.cues import CueSheet
    from engine.inference.arrays import Floats

ENERGY_CURVE = "energy"
CUE_CHANNELS = 4
_SIGMA = Fraction(4, 375)  # seconds: one point at 375/4 Hz
_REACH = 5  # sigmas; beyond, a bump is under 4e-6
RING = 0.15  # seconds in which the energy of a blow falls to 1/e, to the eye
RISE = 0.02  # seconds before the event at which it begins


def rasterise(
    sheet: CueSheet, frames: int, rate: Fraction, *, with_energy: bool, ringing: bool = False
) -> Floats:
    """Return a cue sheet as points at a fixed rate.

    Every event is a Gaussian bump of 10.67 ms sigma, as high as its strength; where bumps overlap
    the higher one counts. The energy is read off the curve by linear interpolation, its ends held.

    Args:
        sheet: Events and curves; its point i lies at i / sheet.rate seconds.
        frames: Points wanted; point k lies at k / rate seconds.
        rate: Points per second.
        with_energy: Give the curve "energy" too, if the sheet has it; otherwise it is unknown.
        ringing: Where the sheet has no such curve, each event rings off and nothing else sounds.

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
    elif ringing:
        raster[:, 2] = rings(sheet.events, np.arange(frames) / float(rate))
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


class Blow(Protocol):
    """What :func:`rings` needs to know of an event or of a true contact."""

    @property
    def seconds(self) -> float:
        """When."""

    @property
    def strength(self) -> float:
        """How strong, 0 to 1."""


def rings(events: Iterable[Blow], seconds: NDArray[np.float64]) -> Floats:
    """Return the energy of events that ring off, 0 to 1, at moments in seconds."""
    energy = np.zeros(len(seconds), np.float32)
    for event in events:
        since = seconds - event.seconds + RISE
        ring = event.strength * np.exp(-np.maximum(since, 0) / RING) * (since >= 0)
        np.maximum(energy, ring.astype(np.float32), out=energy)
    return energy

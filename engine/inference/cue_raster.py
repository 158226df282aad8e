"""A cue sheet as the numbers that the diffusion model reads. Training makes them here too."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine.cues import CueSheet
    from engine.inference.arrays import Floats

ENERGY_CURVE = "energy"
CUE_CHANNELS = 4
_SIGMA = Fraction(4, 375)  # seconds: one point at 375/4 Hz
_REACH = 5  # sigmas; beyond, a bump is under 4e-6


def rasterise(sheet: CueSheet, frames: int, rate: Fraction, *, with_energy: bool) -> Floats:
    """Return a cue sheet as points at a fixed rate.

    Every event is a Gaussian bump of 10.67 ms sigma, as high as its strength; where bumps overlap
    the higher one counts. The energy is read off the curve by linear interpolation, its ends held.

    Args:
        sheet: Events and curves; its point i lies at i / sheet.rate seconds.
        frames: Points wanted; point k lies at k / rate seconds.
        rate: Points per second.
        with_energy: Give the curve "energy" too, if the sheet has it; otherwise it is unknown.

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
    return raster

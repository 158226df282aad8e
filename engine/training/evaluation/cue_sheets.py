"""The cue sheets that takes are asked to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.cues import CueEvent, CueSheet
from engine.inference.cue_raster import ENERGY_CURVE
from engine.training.clips.onsets import ENERGY_RATE, energy_curve

if TYPE_CHECKING:
    from engine.training.clips.onsets import Samples

_LEAD = 0.3  # seconds without events at both ends
_REST = 0.15  # seconds between two events: nearer ones are one to the detector
_RATES = (0.8, 3.0)  # events a second, before the rests
_STRENGTHS = (0.4, 1.0)


def regular_sheet(every: float, seconds: float) -> CueSheet:
    """Return equally strong events at a steady pace."""
    times = np.arange(_LEAD, seconds - _LEAD, every)
    return CueSheet(ENERGY_RATE, tuple(CueEvent(float(time), 0.8) for time in times))


def random_sheet(seconds: float, random: np.random.Generator) -> CueSheet:
    """Return events that nobody can foresee: random gaps, random strengths, at least one."""
    gap = 1 / random.uniform(*_RATES)
    time = _LEAD + float(random.uniform(0, 0.5))
    events = []
    while time < seconds - _LEAD:
        events.append(CueEvent(time, float(random.uniform(*_STRENGTHS))))
        time += _REST + float(random.exponential(gap))
    return CueSheet(ENERGY_RATE, tuple(events))


def with_energy_of(sheet: CueSheet, samples: Samples) -> CueSheet:
    """Return the sheet with the energy of a sound, mono at 48 kHz, as its curve."""
    curve = tuple(float(value) for value in energy_curve(samples))
    return CueSheet(ENERGY_RATE, sheet.events, {ENERGY_CURVE: curve})

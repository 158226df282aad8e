"""From probabilities per picture to events: peaks, their place between pictures, their strength."""

from __future__ import annotations

from bisect import bisect, insort
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.cues import CueEvent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from engine.inference.arrays import Floats
    from engine.packs.stages import EventKind

# A cut changes every pixel, which can look like an event at the picture before, at or after it.
_CUT_GUARD = 1.5  # pictures
# Two kinds within one picture are one moment seen twice.
_SAME_MOMENT = 1.0  # pictures


@dataclass(frozen=True, slots=True)
class Motion:
    """What the motion graph says about T pictures.

    Attributes:
        events: Probability per picture and kind, float32 [T, kinds].
        strengths: Strength an event there would have, float32 [T].
        offsets: Its place between the pictures, in pictures, float32 [T].
        curves: Curve values, float32 [T, curves].
    """

    events: Floats
    strengths: Floats
    offsets: Floats
    curves: Floats


class _Peak(NamedTuple):
    probability: float
    place: float  # in pictures, offset included
    picture: int
    kind: EventKind


def pick_events(
    motion: Motion,
    rate: Fraction,
    kinds: Sequence[EventKind],
    cuts: Sequence[Fraction] = (),
) -> tuple[CueEvent, ...]:
    """Return the events of a span, by time.

    A peak at or above its kind's threshold is an event, unless a more probable one of the same kind
    is nearer than the kind's distance, or one of another kind is at the same moment.

    Args:
        motion: The graph's outputs.
        rate: Pictures per second.
        kinds: In the order of the probabilities.
        cuts: Times of first pictures after a cut, in seconds from the span's start; no event is
            taken from a cut itself.
    """
    cut_places = [float(cut * rate) for cut in cuts]
    kept: list[_Peak] = []
    taken: dict[EventKind, list[float]] = {kind: [] for kind in kinds}  # places, sorted
    for peak in sorted(_peaks(motion, kinds), key=lambda peak: (-peak.probability, peak.place)):
        at_cut = any(abs(peak.picture - cut) < _CUT_GUARD for cut in cut_places)
        if not at_cut and not _is_taken(peak, taken, rate):
            kept.append(peak)
            insort(taken[peak.kind], peak.place)
    return tuple(
        sorted(
            CueEvent(
                max(0.0, peak.place / float(rate)),
                float(np.clip(motion.strengths[peak.picture], 0, 1)),
                peak.kind.name,
            )
            for peak in kept
        )
    )


def _is_taken(peak: _Peak, taken: Mapping[EventKind, list[float]], rate: Fraction) -> bool:
    for kind, places in taken.items():
        guard = peak.kind.distance * float(rate) if kind == peak.kind else _SAME_MOMENT
        after = bisect(places, peak.place)
        neighbours = places[max(0, after - 1) : after + 1]
        if any(abs(peak.place - place) < guard for place in neighbours):
            return True
    return False


def _peaks(motion: Motion, kinds: Sequence[EventKind]) -> list[_Peak]:
    """Local maxima (the first of a plateau) at or above the threshold."""
    padded = np.pad(motion.events, ((1, 1), (0, 0)), constant_values=-1)
    rising, not_rising = padded[1:-1] > padded[:-2], padded[1:-1] >= padded[2:]
    enough = motion.events >= [kind.threshold for kind in kinds]
    return [
        _Peak(
            float(motion.events[picture, kind]),
            float(picture + motion.offsets[picture]),
            int(picture),
            kinds[kind],
        )
        for picture, kind in np.argwhere(rising & not_rising & enough)
    ]

"""How long work says where it is, and asks whether to go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, float], None]
"""Told the name of the stage and how much of it is done, 0 to 1."""

Cancelled: TypeAlias = Callable[[], bool]
"""Asked between steps; True ends the work with a CancelledError."""


LOOKING = "looking at the pictures"
WRITING = "writing"


# How far a take is when a stage of making it begins, and how much of the work the stage is.
_STAGES = {LOOKING: (0.0, 0.3), "sampling": (0.3, 0.6), "decoding": (0.9, 0.1)}


def part_done(stage: str, fraction: float) -> float:
    """Return how much of a single take is done, 0 to 1, when a stage of making it is so far."""
    begin, share = _STAGES.get(stage.rpartition(", ")[2], (1.0, 0.0))
    return begin + share * fraction


def part_of_take(number: int, takes: int, part: str) -> str:
    """Return the stage's name of a take's ``part``, "sampling" or "decoding"."""
    return f"take {number} of {takes}, {part}"


def unheard(_stage: str, _fraction: float) -> None:
    """Tell nobody."""

"""How long work says where it is, and asks whether to go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, float], None]
"""Told the name of the stage and how much of it is done, 0 to 1."""

Cancelled: TypeAlias = Callable[[], bool]
"""Asked between steps; True ends the work with a CancelledError."""


def unheard(_stage: str, _fraction: float) -> None:
    """Tell nobody."""

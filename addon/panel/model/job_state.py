"""What goes on, and what went wrong. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What the user must know, and what helps.

    Attributes:
        what: What happened.
        remedy: What to do about it.
        severity: "error", "warning" or "info".
    """

    what: str
    remedy: str
    severity: str = "error"


@dataclass(frozen=True, slots=True)
class JobState:
    """A job that is not finished.

    Attributes:
        id: Its name.
        stage: What is being done.
        fraction: Of the whole, 0 to 1.
        seconds_left: None while nobody knows.
        takes: How many it has made so far.
    """

    id: str
    stage: str = "waiting"
    fraction: float = 0.0
    seconds_left: float | None = None
    takes: int = 0

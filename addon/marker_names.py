"""Cues as the names of timeline markers, "♪ impact 88%", and a cue sheet from such names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .messages import Cue

SIGN = "♪"
_STRENGTH = re.compile(r"(\d{1,3}) ?%")
_CURVE_RATE = 25  # of a sheet's curves, of which there are none here


def name_of(cue: Cue) -> str:
    """Return the name of a cue's marker."""
    return f"{SIGN} {cue.kind} {round(cue.strength * 100)}%"


def is_ours(name: str) -> bool:
    """Return whether a marker was written from a cue, by its name."""
    return name.startswith(SIGN)


def sheet(markers: Iterable[tuple[float, str]]) -> dict[str, Any] | None:
    """Return the cue sheet that markers make, each (seconds from the clip's start, name).

    A name that is not of our form means an impact. None if there are no markers.
    """
    events = []
    for seconds, name in sorted(markers):
        strength, kind = _meaning(name)
        at = round(max(0.0, seconds), 4)
        events.append({"seconds": at, "strength": strength, "kind": kind})
    return {"rate": str(_CURVE_RATE), "events": events, "curves": {}} if events else None


def _meaning(name: str) -> tuple[float, str]:
    found = _STRENGTH.search(name)
    strength = min(int(found[1]), 100) / 100 if found else 1.0
    kind = _STRENGTH.sub("", name.removeprefix(SIGN)).strip()
    return strength, kind if is_ours(name) and kind else "impact"

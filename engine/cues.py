"""The cue sheet: what happens when, in a form that a person can read and edit.

Events are moments that sound (a contact, a step); curves are continuous (motion energy). The sheet
conditions the diffusion model, is drawn as a lane over the clip, and is written beside the takes;
edited by hand it goes back in unchanged in form.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.codec import fraction
from engine.errors import CueSheetError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_EVENTS = 100_000
_LARGEST = sys.float_info.max
_REMEDY = "Fix it by hand, or write a new one with: lumiphone cues CLIP"


@dataclass(frozen=True, slots=True, order=True)
class CueEvent:
    """One moment that sounds.

    Attributes:
        seconds: Time from the span's start. A float: it is an estimate, not a place on a timeline.
        strength: How hard, 0 to 1.
        kind: What sort of event, one of the pack's kinds ("impact").
    """

    seconds: float
    strength: float = 1.0
    kind: str = "impact"


@dataclass(frozen=True, slots=True)
class CueSheet:
    """Events and curves of one span.

    Attributes:
        rate: Points per second of every curve.
        events: Sorted by time.
        curves: Name to values from 0 to 1; all of one length. A missing curve means unknown.
    """

    rate: Fraction
    events: tuple[CueEvent, ...] = ()
    curves: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the sheet as plain JSON values; times to 0.1 ms, values to 0.001."""
        return {
            "rate": str(self.rate),
            "events": [
                {
                    "seconds": round(event.seconds, 4),
                    "strength": round(event.strength, 3),
                    "kind": event.kind,
                }
                for event in self.events
            ],
            "curves": {
                name: [round(value, 3) for value in values] for name, values in self.curves.items()
            },
        }

    @classmethod
    def from_json(cls, data: object, source: str) -> CueSheet:
        """Read what :meth:`to_json` wrote, or what a person made of it.

        Args:
            data: Parsed JSON.
            source: The file's name, for messages.

        Raises:
            CueSheetError: Anything that is not a cue sheet; the message names the entry.
        """
        if not isinstance(data, dict):
            raise CueSheetError(f"{source} is no cue sheet (not a JSON object)", _REMEDY)
        events = data.get("events", [])
        if not isinstance(events, list) or len(events) > MAX_EVENTS:
            raise CueSheetError(f"{source} has no proper list of events", _REMEDY)
        parsed = sorted(_event(entry, f"{source}, event {i + 1}") for i, entry in enumerate(events))
        return cls(_rate(data.get("rate", 25), source), tuple(parsed), _curves(data, source))

    @classmethod
    def load(cls, path: Path) -> CueSheet:
        """Read a cue sheet file.

        Raises:
            CueSheetError: The file cannot be read or holds something else.
        """
        try:
            return cls.from_json(json.loads(path.read_text("utf-8")), path.name)
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise CueSheetError(
                f"{path} cannot be read as a cue sheet ({error})", _REMEDY
            ) from error


def _number(value: object, what: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        raise CueSheetError(f"{what} is not a number", _REMEDY)
    if not low <= value <= high:
        raise CueSheetError(f"{what} is {value:g}, outside {low:g} to {high:g}", _REMEDY)
    return float(value)


def _event(entry: object, where: str) -> CueEvent:
    if not isinstance(entry, dict) or "seconds" not in entry:
        raise CueSheetError(f"{where} has no 'seconds'", _REMEDY)
    kind = entry.get("kind", "impact")
    if not isinstance(kind, str) or not kind:
        raise CueSheetError(f"{where} has no proper 'kind'", _REMEDY)
    return CueEvent(
        _number(entry["seconds"], f"{where}: 'seconds'", 0, 1e6),
        _number(entry.get("strength", 1.0), f"{where}: 'strength'", 0, 1),
        kind,
    )


def _rate(value: object, source: str) -> Fraction:
    try:
        rate = Fraction(value) if isinstance(value, float) else fraction(value)
    except (ValueError, OverflowError):
        rate = Fraction(0)
    if not 1 <= rate <= 1000:
        raise CueSheetError(f"{source}: 'rate' is not from 1 to 1000", _REMEDY)
    return rate


def _curves(data: dict[str, Any], source: str) -> dict[str, tuple[float, ...]]:
    curves = data.get("curves", {})
    if not isinstance(curves, dict):
        raise CueSheetError(f"{source}: 'curves' is not an object", _REMEDY)
    parsed: dict[str, tuple[float, ...]] = {}
    for name, values in curves.items():
        if not isinstance(values, list):
            raise CueSheetError(f"{source}: curve '{name}' is not a list", _REMEDY)
        parsed[name] = tuple(
            _number(value, f"{source}, curve '{name}', point {i + 1}", 0, 1)
            for i, value in enumerate(values)
        )
    if len({len(values) for values in parsed.values()}) > 1:
        raise CueSheetError(f"{source}: the curves differ in length", _REMEDY)
    return parsed

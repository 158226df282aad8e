"""Resolve's scripting objects, taken with caution: the one place that knows how they mislead.

They answer any name with something (``hasattr`` is always true), return None or False where others
raise, put None into lists, and count frames from 0 in one call and from the timeline's start
timecode in the next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..errors import HostError

FILE_ROUTE = (
    "Lumiphone works with files there: export the timeline (File > Export > Timeline, as FCP 7 XML"
    " or OTIO), run `lumiphone timeline EDIT.xml -o FOLDER`, and import the timeline it writes"
)
_NTSC = (24, 30, 48, 60, 96, 120)


@dataclass(frozen=True, slots=True)
class Application:
    """Which Resolve this is.

    Attributes:
        studio: Whether it is DaVinci Resolve Studio.
        version: Its version, such as (21, 0, 4).
    """

    studio: bool
    version: tuple[int, ...]

    @property
    def name(self) -> str:
        """Its name, for people."""
        return "DaVinci Resolve Studio" if self.studio else "DaVinci Resolve"

    @property
    def numbers(self) -> str:
        """Its version, for people."""
        return ".".join(map(str, self.version))


def has(owner: Any, method: str) -> bool:
    """Return whether this Resolve has a call; only ``dir`` tells the truth."""
    return method in dir(owner)


def ask(owner: Any, method: str, *arguments: Any, otherwise: Any = None) -> Any:
    """Return what a call says; ``otherwise`` where this Resolve lacks it or says nothing."""
    if not has(owner, method):
        return otherwise
    said = getattr(owner, method)(*arguments)
    return otherwise if said is None else said


def listed(found: Any) -> list[Any]:
    """Return the items of a list that may be None, hold None, or be a dictionary by number."""
    values = found.values() if isinstance(found, dict) else found or ()
    return [value for value in values if value is not None]


def application(resolve: Any) -> Application:
    """Return which Resolve this is.

    Raises:
        HostError: It cannot be reached: scripting is closed in this edition or switched off.
    """
    product = ask(resolve, "GetProductName") if resolve is not None else None
    if not product:
        raise HostError("This DaVinci Resolve does not let scripts in", FILE_ROUTE)
    version = ask(resolve, "GetVersion", otherwise=[])
    numbers = tuple(int(part) for part in version[:3] if str(part).isdigit())
    return Application("studio" in str(product).lower(), numbers)


def project_of(resolve: Any) -> Any:
    """Return the open project.

    Raises:
        HostError: None is open, or this edition refuses.
    """
    manager = ask(resolve, "GetProjectManager")
    project = ask(manager, "GetCurrentProject") if manager is not None else None
    if project is None:
        edition = application(resolve)
        remedy = "Open a project" if edition.studio else f"Open a project. {FILE_ROUTE}"
        raise HostError(f"{edition.name} {edition.numbers} shows scripts no project", remedy)
    return project


def timeline_of(resolve: Any) -> Any:
    """Return the current timeline.

    Raises:
        HostError: There is none.
    """
    timeline = ask(project_of(resolve), "GetCurrentTimeline")
    if timeline is None:
        raise HostError("No timeline is open", "Open a timeline on the Edit page")
    return timeline


def setting(project: Any, timeline: Any, name: str) -> str:
    """Return a setting of the timeline, which is the project's where it has none of its own."""
    for owner in (timeline, project):
        value = ask(owner, "GetSetting", name) or ask(owner, "GetSettings", otherwise={}).get(name)
        if value:
            return str(value)
    return ""


def rate_of(text: Any, what: str) -> Fraction:
    """Return the exact rate that Resolve writes as "23.976", "29.97 DF" or 24.0.

    Args:
        text: Resolve's words.
        what: Whose rate, for the message.

    Raises:
        HostError: It is no rate.
    """
    found = re.search(r"\d+(\.\d+)?", str(text))
    rounded = Fraction(found[0]) if found else Fraction(0)
    for base in _NTSC:
        exact = Fraction(base * 1000, 1001)
        if abs(rounded - exact) < Fraction(1, 100):
            return exact
    if not 1 <= rounded <= 1000:
        raise HostError(f"{what} has no frame rate ('{text}')", "Set its frame rate in Resolve")
    return rounded

"""What the timeline shows: the stretch of each chosen item, and where its pictures are.

A plain item (one film at its own speed, shown as it is) is read straight from its file, whatever
its rate. All else is rendered by Resolve itself (see :mod:`.rendering`), because no call tells
which picture a grade, a Fusion composition, a compound clip or a speed ramp shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import timeline as timelines
from .appearance import differs
from .scripting import ask, project_of, rate_of, setting, timeline_of
from .selection import chosen
from .source import Source, source_of

if TYPE_CHECKING:
    from fractions import Fraction

    from .selection import Chosen

_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,3}$")  # of a file, not of "Mr. Smith" or "Shot 1.5"


@dataclass(frozen=True, slots=True)
class Stretch:
    """An item as it lay on its timeline when it was read.

    Attributes:
        project: Name of the project.
        timeline: What tells the timeline from the project's others.
        item: The item's id; several readings of one item share it.
        name: What the user calls it.
        first: Absolute number of its first frame that is meant.
        frames: How many are meant.
        shift: From the item's first visible frame to ``first``, in frames.
        offset: Frames trimmed off the item's head.
        rate: Frames per second of the timeline.
        media: The file to read it from; None if it must be rendered.
        media_start: Seconds into the file.
        why_rendered: What is not plain about it; empty if it is.
    """

    project: str
    timeline: str
    item: str
    name: str
    first: int
    frames: int
    shift: int
    offset: int
    rate: Fraction
    media: str | None
    media_start: Fraction
    why_rendered: str

    @property
    def id(self) -> str:
        """The stretch's name for the panel; the same at each reading."""
        part = f"+{self.shift}" if self.shift else ""
        return f"{self.timeline}/{self.item}{part}"

    @property
    def end(self) -> int:
        """The frame after its last."""
        return self.first + self.frames

    def samples(self, sample_rate: int) -> int:
        """Return how many samples its sound has."""
        return round(self.frames / self.rate * sample_rate)


def read_chosen(resolve: Any) -> tuple[Stretch, ...]:
    """Read what the user means (see :mod:`.selection`).

    Raises:
        HostError: No timeline is open, nothing is chosen, or a file is missing.
    """
    project, timeline = project_of(resolve), timeline_of(resolve)
    rate = rate_of(setting(project, timeline, "timelineFrameRate"), "The timeline")
    return tuple(_read(project, timeline, rate, part) for part in chosen(timeline))


def _read(project: Any, timeline: Any, rate: Fraction, part: Chosen) -> Stretch:
    lying, shift = part.lying, part.first - part.lying.first
    offset = round(ask(lying.item, "GetLeftOffset", otherwise=0))
    source = source_of(lying, rate)
    why = source if isinstance(source, str) else differs(lying.item)
    plain = source if isinstance(source, Source) and not why else None
    return Stretch(
        project=str(project.GetName()),
        timeline=timelines.id_of(timeline),
        item=lying.id,
        name=_ENDING.sub("", lying.name),
        first=part.first,
        frames=part.end - part.first,
        shift=shift,
        offset=offset,
        rate=rate,
        media=plain.path if plain else None,
        media_start=plain.start + shift / rate if plain else 0 / rate,
        why_rendered=why,
    )

"""Which items are meant: the selected ones, or what stands for a selection before 21.0.4.

In this order: what is selected; items of the clip colour Lime; what lies between in and out; the
item under the playhead. In and out also narrow what the clip colour chose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import HostError
from . import timeline as timelines
from .scripting import ask

if TYPE_CHECKING:
    from .timeline import Lying

COLOUR = "Lime"
NOTHING_CHOSEN = "No clip with pictures is chosen on the timeline"
CHOOSE = (
    "Select clips (Resolve 21.0.4 and later), or put the playhead on one, or set in and out, or"
    f" give clips the clip colour {COLOUR}"
)


class Chosen(NamedTuple):
    """An item and the absolute frames of it that are meant, the second one exclusive."""

    lying: Lying
    first: int
    end: int


def chosen(timeline: Any) -> list[Chosen]:
    """Return what is meant, in order of time.

    Raises:
        HostError: Nothing is.
    """
    shown = timelines.visible(timeline)
    found = _selected(timeline) or _marked(timeline, shown) or _under_playhead(timeline, shown)
    if not found:
        raise HostError(NOTHING_CHOSEN, CHOOSE)
    return sorted(found, key=lambda one: (one.first, one.lying.track))


def _selected(timeline: Any) -> list[Chosen]:
    """The selected items that are on video tracks; a linked sound is selected along with them."""
    picked = timelines.selected(timeline)
    every = list(timelines.items(timeline, "video"))
    return [_whole(lying) for lying in every if any(_same(lying.item, item) for item in picked)]


def _same(one: Any, other: Any) -> bool:
    """Whether two of Resolve's objects stand for one item: they never compare equal."""
    return all(
        ask(one, question) == ask(other, question)
        for question in ("GetUniqueId", "GetName", "GetStart", "GetDuration")
    )


def _marked(timeline: Any, shown: list[Lying]) -> list[Chosen]:
    """Items by colour and range; colour alone and range alone do as well."""
    coloured = [lying for lying in shown if ask(lying.item, "GetClipColor") == COLOUR]
    marks = timelines.marked_range(timeline)
    if marks is None:
        return [_whole(lying) for lying in coloured]
    parts = [
        Chosen(lying, max(lying.first, marks[0]), min(lying.end, marks[1]))
        for lying in coloured or shown
    ]
    return [part for part in parts if part.first < part.end]


def _under_playhead(timeline: Any, shown: list[Lying]) -> list[Chosen]:
    item = ask(timeline, "GetCurrentVideoItem")
    if item is None:
        return []
    return [_whole(lying) for lying in shown if _same(lying.item, item)]


def _whole(lying: Lying) -> Chosen:
    return Chosen(lying, lying.first, lying.end)

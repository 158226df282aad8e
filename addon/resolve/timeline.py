"""The items of a timeline and where they lie, all in absolute frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .scripting import ask, listed

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Lying:
    """An item of a timeline.

    Attributes:
        item: Resolve's object.
        kind: "video" or "audio".
        track: Number of its track, from 1.
        first: Its first frame.
        frames: Its length.
    """

    item: Any
    kind: str
    track: int
    first: int
    frames: int

    @property
    def end(self) -> int:
        """The frame after its last."""
        return self.first + self.frames

    @property
    def name(self) -> str:
        """What the user calls it."""
        return str(ask(self.item, "GetName", otherwise="clip"))

    @property
    def id(self) -> str:
        """Its name for the panel; older versions give it none, there it is where it lies."""
        return str(
            ask(self.item, "GetUniqueId") or f"{self.kind} {self.track}/{self.first}/{self.name}"
        )

    @property
    def enabled(self) -> bool:
        """Whether it is seen or heard."""
        return ask(self.item, "GetClipEnabled", otherwise=True) is not False


def items(timeline: Any, kind: str) -> Iterator[Lying]:
    """Yield a timeline's items of a kind, track by track."""
    for track in range(1, int(timeline.GetTrackCount(kind) or 0) + 1):
        yield from items_of_track(timeline, kind, track)


def items_of_track(timeline: Any, kind: str, track: int) -> Iterator[Lying]:
    """Yield one track's items."""
    for item in listed(timeline.GetItemListInTrack(kind, track)):
        # GetEnd() is exclusive here and inclusive there; GetDuration() is the same everywhere.
        yield Lying(item, kind, track, round(item.GetStart()), round(item.GetDuration()))


def visible(timeline: Any) -> list[Lying]:
    """Return the video items that are enabled, on tracks that are."""
    shown = [
        track
        for track in range(1, int(timeline.GetTrackCount("video") or 0) + 1)
        if ask(timeline, "GetIsTrackEnabled", "video", track, otherwise=True)
    ]
    found = [lying for track in shown for lying in items_of_track(timeline, "video", track)]
    return [lying for lying in found if lying.enabled]


def start_frame(timeline: Any) -> int:
    """Return the absolute number of the timeline's first frame; markers count from it."""
    return int(timeline.GetStartFrame())


def marked_range(timeline: Any) -> tuple[int, int] | None:
    """Return the first absolute frame between in and out, and that after the last; None: no marks.

    Resolve counts marks from the timeline's start.
    """
    marks = ask(timeline, "GetMarkInOut", otherwise={})
    video = marks.get("video") or {}
    if video.get("in") is None or video.get("out") is None:
        return None
    start = start_frame(timeline)
    return start + int(video["in"]), start + int(video["out"]) + 1


def id_of(timeline: Any) -> str:
    """Return what tells a timeline from the project's others."""
    return str(ask(timeline, "GetUniqueId") or timeline.GetName())


def find(project: Any, wanted: str) -> Any:
    """Return the project's timeline with this id, or None."""
    for number in range(1, int(project.GetTimelineCount() or 0) + 1):
        timeline = project.GetTimelineByIndex(number)
        if timeline is not None and id_of(timeline) == wanted:
            return timeline
    return None


def selected(timeline: Any) -> list[Any]:
    """Return the items that the user selected, of any kind; none before 21.0.4, which can tell."""
    return listed(ask(timeline, "GetSelectedClips"))

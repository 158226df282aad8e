"""Stereo tracks of ours: found by name, free where a take is to lie, made where none is."""

from __future__ import annotations

from typing import Any

from ..errors import HostError
from . import timeline as timelines
from .scripting import ask

NAME = "Lumiphone"
_OTHER_PAGES = ("edit", "media")


def is_ours(timeline: Any, track: int) -> bool:
    """Return whether an audio track has our name, or our name and a number."""
    name = str(ask(timeline, "GetTrackName", "audio", track, otherwise=""))
    return name == NAME or (name.startswith(f"{NAME} ") and name[len(NAME) + 1 :].isdigit())


def ours(timeline: Any) -> list[int]:
    """Return the numbers of our stereo tracks."""
    count = int(timeline.GetTrackCount("audio") or 0)
    return [
        track
        for track in range(1, count + 1)
        if is_ours(timeline, track)
        and ask(timeline, "GetTrackSubType", "audio", track, otherwise="stereo") == "stereo"
    ]


def free(resolve: Any, timeline: Any, first: int, end: int) -> int:
    """Return a stereo track of ours that is empty from ``first`` to ``end`` (absolute frames).

    Raises:
        HostError: None is, and none can be made.
    """
    for track in ours(timeline):
        locked = ask(timeline, "GetIsTrackLocked", "audio", track, otherwise=False)
        heard = ask(timeline, "GetIsTrackEnabled", "audio", track, otherwise=True)
        lying = timelines.items_of_track(timeline, "audio", track)
        if heard and not locked and not any(one.first < end and one.end > first for one in lying):
            return track
    return _add(resolve, timeline)


def _add(resolve: Any, timeline: Any) -> int:
    before = int(timeline.GetTrackCount("audio") or 0)
    number = len([track for track in range(1, before + 1) if is_ours(timeline, track)]) + 1
    added = timeline.AddTrack("audio", "stereo")
    if added and int(timeline.GetTrackCount("audio") or 0) == before:
        _turn_pages(resolve)  # until then the count is that of before
    track = int(timeline.GetTrackCount("audio") or 0)
    if not added or track <= before:
        raise HostError(
            "Resolve did not add an audio track to the timeline",
            f"Add a stereo track named {NAME} by hand and place the take again",
        )
    timeline.SetTrackName("audio", track, NAME if number == 1 else f"{NAME} {number}")
    return track


def _turn_pages(resolve: Any) -> None:
    page = ask(resolve, "GetCurrentPage", otherwise=_OTHER_PAGES[0])
    resolve.OpenPage(next(other for other in _OTHER_PAGES if other != page))
    resolve.OpenPage(page)

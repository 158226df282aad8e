"""Cues as timeline markers, and markers as cues.

Markers lie on whole frames, one to a frame, and count from the timeline's start; cues lie between
frames. A marker of ours carries its exact time; moved, renamed and new ones count from their frame.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import marker_names
from . import timeline as timelines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..messages import Cue
    from .reading import Stretch

_COLOUR = "Cyan"
_SIGNATURE = "lumiphone"
_ASIDE = (0, 1, -1, 2, -2)  # where a marker of the user's lies, ours goes beside it


class _Marker(NamedTuple):
    """A timeline's marker: frames from the timeline's start, and what it says."""

    frame: int
    name: str
    data: str


def place(timeline: Any, stretch: Stretch, cues: Sequence[Cue]) -> int:
    """Write cues as markers over a clip, in place of ours that lie there; return how many.

    Cues for which no frame is free are left out.
    """
    for marker in _over(timeline, stretch):
        if _is_ours(marker):
            timeline.DeleteMarkerAtFrame(marker.frame)
    first = stretch.first - timelines.start_frame(timeline)
    return sum(_add(timeline, first, stretch, cue) for cue in cues)


def _add(timeline: Any, first: int, stretch: Stretch, cue: Cue) -> bool:
    exact = first + cue.seconds * float(stretch.rate)
    name = marker_names.name_of(cue)
    for aside in _ASIDE:
        frame = min(max(round(exact) + aside, first), first + stretch.frames - 1)
        data = json.dumps({_SIGNATURE: 1, "frame": frame, "name": name, "exact": exact})
        if timeline.AddMarker(frame, _COLOUR, name, "", 1, data):
            return True
    return False


def sheet(timeline: Any, stretch: Stretch) -> dict[str, Any] | None:
    """Return the cue sheet that our markers over a clip make; None if there are none.

    A user's own markers, which may mean anything, count when their names begin as ours do.
    """
    first = stretch.first - timelines.start_frame(timeline)
    found = []
    for marker in _over(timeline, stretch):
        if _is_ours(marker):
            seconds = (_exact(marker) - first) / float(stretch.rate)
            found.append((seconds, marker.name))
    return marker_names.sheet(found)


def _over(timeline: Any, stretch: Stretch) -> list[_Marker]:
    first = stretch.first - timelines.start_frame(timeline)
    markers = [
        _Marker(round(frame), str(told.get("name", "")), str(told.get("customData", "")))
        for frame, told in (timeline.GetMarkers() or {}).items()
    ]
    return [marker for marker in markers if first <= marker.frame < first + stretch.frames]


def _is_ours(marker: _Marker) -> bool:
    return _SIGNATURE in _data(marker) or marker_names.is_ours(marker.name)


def _exact(marker: _Marker) -> float:
    """The exact frame of a marker that nobody touched since we wrote it, else its own frame."""
    data = _data(marker)
    if (data.get("frame"), data.get("name")) == (marker.frame, marker.name):
        return float(data.get("exact", marker.frame))
    return float(marker.frame)


def _data(marker: _Marker) -> dict[str, Any]:
    try:
        data = json.loads(marker.data)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}

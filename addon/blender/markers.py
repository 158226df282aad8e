"""Cues as timeline markers, and markers as cues.

Ours are named "♪ impact 88%". Markers lie on whole frames, cues between them: the scene remembers
where a marker of ours came to lie exactly, and an untouched one keeps its exact time. Moved,
renamed and new ones count from their frame.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import bpy

from ..errors import HostError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..messages import Cue
    from .reading import Stretch

SIGN = "♪"
_STRENGTH = re.compile(r"(\d{1,3}) ?%")
_CURVE_RATE = 25  # of a sheet's curves, of which there are none here


def place(stretch: Stretch, cues: Sequence[Cue]) -> int:
    """Write cues as markers over a strip, in place of ours that lie there; return how many.

    Raises:
        HostError: The scene is gone.
    """
    scene = bpy.data.scenes.get(stretch.scene)
    if scene is None:
        raise HostError(f"Scene '{stretch.scene}' is gone", "Undo, or select the strip again")
    for marker in _over(scene, stretch):
        if marker.name.startswith(SIGN):
            scene.timeline_markers.remove(marker)
    times = _times(scene)
    for cue in cues:
        exact = stretch.first + cue.seconds * float(stretch.rate)
        frame = min(max(round(exact), stretch.first), stretch.end - 1)
        name = f"{SIGN} {cue.kind} {round(cue.strength * 100)}%"
        marker = scene.timeline_markers.new(name, frame=frame)
        marker.select = False
        times[f"{frame} {name}"] = exact
    present = {f"{marker.frame} {marker.name}" for marker in scene.timeline_markers}
    kept = {key: exact for key, exact in times.items() if key in present}
    scene.lumiphone.marker_times = json.dumps(kept, ensure_ascii=False)
    return len(cues)


def sheet(stretch: Stretch) -> dict[str, Any] | None:
    """Return the cue sheet that the markers over a strip make; None if there are none."""
    scene = bpy.data.scenes[stretch.scene]
    times, rate = _times(scene), float(stretch.rate)
    events: list[dict[str, Any]] = []
    for marker in _over(scene, stretch):
        exact = times.get(f"{marker.frame} {marker.name}", float(marker.frame))
        strength, kind = _meaning(marker.name)
        seconds = max(0.0, (exact - stretch.first) / rate)
        events.append({"seconds": round(seconds, 4), "strength": strength, "kind": kind})
    if not events:
        return None
    events.sort(key=lambda event: event["seconds"])
    return {"rate": str(_CURVE_RATE), "events": events, "curves": {}}


def _over(scene: bpy.types.Scene, stretch: Stretch) -> list[bpy.types.TimelineMarker]:
    return [
        marker
        for marker in scene.timeline_markers
        if stretch.first <= marker.frame < stretch.end and marker.camera is None
    ]


def _meaning(name: str) -> tuple[float, str]:
    """Strength and kind of a marker's name; a name that is not of our form means an impact."""
    found = _STRENGTH.search(name)
    strength = min(int(found[1]), 100) / 100 if found else 1.0
    kind = _STRENGTH.sub("", name.removeprefix(SIGN)).strip()
    return strength, kind if name.startswith(SIGN) and kind else "impact"


def _times(scene: bpy.types.Scene) -> dict[str, float]:
    try:
        return dict(json.loads(scene.lumiphone.marker_times or "{}"))
    except ValueError:
        return {}

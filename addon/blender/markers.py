"""Cues as timeline markers, and markers as cues.

Ours are named as :mod:`addon.marker_names` says. Markers lie on whole frames, cues between them:
the scene remembers where a marker of ours came to lie exactly, and an untouched one keeps its exact
time. Moved, renamed and new ones count from their frame.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import bpy

from .. import marker_names
from ..errors import HostError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..messages import Cue
    from .reading import Stretch


def place(stretch: Stretch, cues: Sequence[Cue]) -> int:
    """Write cues as markers over a strip, in place of ours that lie there; return how many.

    Raises:
        HostError: The scene is gone.
    """
    scene = bpy.data.scenes.get(stretch.scene)
    if scene is None:
        raise HostError(f"Scene '{stretch.scene}' is gone", "Undo, or select the strip again")
    for marker in _over(scene, stretch):
        if marker_names.is_ours(marker.name):
            scene.timeline_markers.remove(marker)
    times = _times(scene)
    for cue in cues:
        exact = stretch.first + cue.seconds * float(stretch.rate)
        frame = min(max(round(exact), stretch.first), stretch.end - 1)
        name = marker_names.name_of(cue)
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
    found = [(marker.frame, marker.name) for marker in _over(scene, stretch)]
    exact = [(times.get(f"{frame} {name}", float(frame)), name) for frame, name in found]
    return marker_names.sheet([((at - stretch.first) / rate, name) for at, name in exact])


def _over(scene: bpy.types.Scene, stretch: Stretch) -> list[bpy.types.TimelineMarker]:
    return [
        marker
        for marker in scene.timeline_markers
        if stretch.first <= marker.frame < stretch.end and marker.camera is None
    ]


def _times(scene: bpy.types.Scene) -> dict[str, float]:
    try:
        return dict(json.loads(scene.lumiphone.marker_times or "{}"))
    except ValueError:
        return {}

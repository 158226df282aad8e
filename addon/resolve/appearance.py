"""Whether Resolve shows an item otherwise than its file: graded, composed, moved."""

from __future__ import annotations

from typing import Any

from .properties import properties_of
from .scripting import ask, has, listed

_NODE = 1
# Of an item's properties; what is absent or equal to this is at rest.
_AT_REST = {
    "Pan": 0,
    "Tilt": 0,
    "RotationAngle": 0,
    "Pitch": 0,
    "Yaw": 0,
    "FlipX": False,
    "FlipY": False,
    "CropLeft": 0,
    "CropRight": 0,
    "CropTop": 0,
    "CropBottom": 0,
    "Distortion": 0,
    "Opacity": 100,
    "CompositeMode": 0,
}
_SAME = 1e-6


def differs(item: Any) -> str:
    """Return what is not plain about an item's look; empty if nothing is."""
    checks = {"Fusion composition": _composed(item), "graded": _graded(item), "moved": _moved(item)}
    return ", ".join(what for what, so in checks.items() if so)


def _composed(item: Any) -> bool:
    return bool(ask(item, "GetFusionCompCount", otherwise=0))


def _graded(item: Any) -> bool:
    """Whether there is more than the one empty node; before 19 only the count of nodes is told."""
    nodes = ask(item, "GetNodeGraph") or item
    if ask(nodes, "GetNumNodes", otherwise=1) > _NODE or ask(item, "GetColorGroup") is not None:
        return True
    tools = listed(ask(nodes, "GetToolsInNode", _NODE)) if has(nodes, "GetToolsInNode") else []
    return bool(tools or ask(nodes, "GetLUT", _NODE))


def _moved(item: Any) -> bool:
    """Whether other than the whole picture is seen; merely smaller is the same."""
    found = properties_of(item)
    if abs(found.get("ZoomX", 1) - found.get("ZoomY", 1)) > _SAME or found.get("ZoomX", 1) > 1:
        return True
    return any(abs(found.get(name, rest) - rest) > _SAME for name, rest in _AT_REST.items())

"""What the inspector shows of an item: read, and of a sound its volume set.

Since 21.1 the calls take and give all properties at once; before, one at a time, and most versions
know none of a sound. Whether a value was taken, only reading it back tells.
"""

from __future__ import annotations

from typing import Any

from .scripting import ask, has

_LOWEST, _HIGHEST = -100.0, 30.0  # dB
_CLOSE = 0.05


def properties_of(item: Any) -> dict[str, Any]:
    """Return the properties that this Resolve tells of an item."""
    call = "GetProperties" if has(item, "GetProperties") else "GetProperty"
    found = ask(item, call, otherwise={})
    return found if isinstance(found, dict) else {}


def set_volume(item: Any, level: float) -> bool:
    """Set the volume of a sound, and return whether Resolve took it.

    Args:
        item: The sound on the timeline.
        level: In dB.
    """
    wanted = min(max(level, _LOWEST), _HIGHEST)
    values = {"AudioVolumeEnabled": True, "AudioVolume": wanted}
    if has(item, "SetProperties"):
        item.SetProperties(values)
    else:
        for name, value in values.items():
            ask(item, "SetProperty", name, value)
    found = properties_of(item).get("AudioVolume")
    return isinstance(found, int | float) and abs(found - wanted) < _CLOSE

"""How Resolve's objects behave as Python objects, and which version has which call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.resolve.fake.world import World

# The first version with a call; what is not listed was there before 18. Where references disagree
# the later version stands, so that the adapter has to do without.
SINCE = {
    "GetUniqueId": (18, 5),
    "GetClipEnabled": (18, 5),
    "SetClipEnabled": (18, 5),
    "GetTrackSubType": (18, 5),
    "GetIsTrackEnabled": (18, 5),
    "GetIsTrackLocked": (18, 5),
    "GetSourceStartFrame": (19, 0),
    "GetSourceEndFrame": (19, 0),
    "GetMarkInOut": (19, 0),
    "SetMarkInOut": (19, 0),
    "ClearMarkInOut": (19, 0),
    "GetNodeGraph": (19, 0),
    "GetColorGroup": (19, 0),
    "GetToolsInNode": (20, 0),
    "GetSelectedClips": (21, 0, 4),
    "GetSpeed": (21, 1),
    "GetSettings": (21, 1),
    "GetProperties": (21, 1),
    "SetProperties": (21, 1),
}
# And the first one without it: how long the old calls stay beside the new ones nothing says.
UNTIL = {"GetSetting": (21, 1), "GetProperty": (21, 1), "SetProperty": (21, 1)}


class Thing:
    """One of Resolve's objects, seen from a script.

    Any capitalised name is answered, so that ``hasattr`` is always true; what this version does not
    have is None, and calling it fails. Only ``dir`` tells. Two objects never compare equal.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def __dir__(self) -> list[str]:
        version = self.world.version
        return [
            name
            for name in super().__dir__()
            if name[0].isupper()
            and SINCE.get(name, (0,)) <= version < UNTIL.get(name, (version[0] + 1,))
        ]

    def __getattribute__(self, name: str) -> Any:
        if name[0].isupper() and name not in dir(self):
            return None
        return super().__getattribute__(name)


def whole(number: Any) -> int:
    """A frame number as Resolve takes it."""
    assert isinstance(number, int | float), number
    assert number == int(number), number
    return int(number)

"""What the entries of Workspace > Scripts do; Resolve's console shows what they say."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

from ..errors import AddonError
from ..messages import Settings
from .service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def run(names: Mapping[str, Any], command: Sequence[str], entry: str) -> int:
    """Run a menu entry and return its exit code.

    Args:
        names: What the script finds defined: Resolve puts its objects there.
        command: Starts the panel process.
        entry: "panel" or "sound".
    """
    try:
        resolve = resolve_of(names)
        if entry == "panel":
            service = Service(resolve, [*command, "--end-with-window"], _tell)
            service.show_panel()
        else:
            service = Service(resolve, [*command, "--headless"], _tell)
            service.sound_chosen(Settings())
            if not service.failed:
                _tell("The sound lies on the Lumiphone track")
    except AddonError as error:
        _tell(str(error))
        return 1
    except Exception:  # noqa: BLE001 - the script's edge: Resolve would swallow what escapes
        traceback.print_exc()
        _tell("Something unforeseen failed. Send us what Workspace > Console shows.")
        return 1
    return int(service.failed)


def resolve_of(names: Mapping[str, Any]) -> Any:
    """Return Resolve's object, by either of its ways; None if scripting is closed."""
    if names.get("resolve") is not None:
        return names["resolve"]
    library = names.get("bmd")
    return library.scriptapp("Resolve") if library is not None else None


def _tell(line: str) -> None:
    print(f"Lumiphone: {line}")  # noqa: T201 - Resolve's console may know no more than writing

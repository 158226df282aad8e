"""Where the cue sheet comes from for packs that read none: another pack's motion stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine.inference.session import Sessions
from engine.packs.registry import DEFAULT_PACK, list_packs

if TYPE_CHECKING:
    from engine.inference.session import Device, GraphRunner
    from engine.packs.manifest import Manifest
    from engine.packs.registry import Pack


class Guide(NamedTuple):
    """A pack that reads the cue sheet for packs that cannot.

    Attributes:
        runner: Runs its graphs.
        manifest: Its manifest, which has a motion stage.
    """

    runner: GraphRunner
    manifest: Manifest


def find_guide(pack: Pack, device: Device) -> Guide | None:
    """Return who reads the cue sheet for ``pack``: the default pack, if it is needed and there."""
    if pack.manifest.motion:
        return None
    for other in list_packs().packs:
        if other.manifest.id == DEFAULT_PACK and other.manifest.motion:
            return Guide(Sessions(other, device), other.manifest)
    return None

"""What the licence of a pack's weights asks of those who use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.commands.console import Console
    from engine.packs.manifest import Manifest


def announce(manifest: Manifest, console: Console) -> None:
    """Tell a person where takes may not be used commercially, or somebody must be named."""
    licence = manifest.licence
    if not licence.commercial_use:
        console.warning(f"{manifest.title}: {licence.name}; its takes may not be used commercially")
    if licence.attribution:
        console.warning(
            f"{manifest.title}: to be named with published takes: {licence.attribution}"
        )

"""The stems of a take: which there are, and which are made where nobody says."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from engine.packs.manifest import Stem

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.packs.manifest import Manifest

STEMS: tuple[Stem, ...] = get_args(Stem)
_USUAL: tuple[Stem, ...] = ("effects", "ambience")


def usual_stems(manifest: Manifest) -> tuple[Stem, ...]:
    """Return what a pack makes unless told: effects and ambience, or the first that it makes."""
    if all(stem in manifest.stems for stem in _USUAL):
        return _USUAL
    return (next(iter(manifest.stems)),)


def stems_of(manifest: Manifest, wanted: Collection[Stem]) -> tuple[Stem, ...]:
    """Return the wanted stems, or else the pack's usual ones, each once and in their order."""
    if not wanted:
        return usual_stems(manifest)
    return (
        *(stem for stem in STEMS if stem in wanted),
        *(stem for stem in dict.fromkeys(wanted) if stem not in STEMS),
    )

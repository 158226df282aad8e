"""Takes that lie in a job's folder already, told by their sidecars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.inspection import read_sidecar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_SAMPLE_BYTES = 3


@dataclass(frozen=True, slots=True)
class FoundTake:
    """A whole take.

    Attributes:
        sidecar: Its sidecar, beside its other files.
        facts: The sidecar's values.
    """

    sidecar: Path
    facts: dict[str, Any]

    @property
    def whole(self) -> bool:
        """Whether the files that the sidecar names are there, the sounds as long as they were."""
        facts = self.facts
        try:
            stems = (stem.get("wav") for stem in facts["stems"].values())
            sounds = [self.sidecar.with_name(name) for name in (facts["wav"], *stems) if name]
            size = int(facts["samples"]) * int(facts["channels"]) * _SAMPLE_BYTES
            video = facts["video"]
            return all(sound.stat().st_size >= size for sound in sounds) and (
                video is None or self.sidecar.with_name(video).is_file()
            )
        except (OSError, KeyError, TypeError, ValueError, AttributeError):
            return False

    def fits(self, wanted: Mapping[str, Any], *, video: bool) -> bool:
        """Return whether this is the take that is wanted.

        Args:
            wanted: What its sidecar must say, in which mappings may say less; of stems all.
            video: Whether it must have a video.
        """
        same_stems = {*self.facts["stems"]} == {*wanted["stems"]}
        seen = not video or self.facts["video"] is not None
        return same_stems and seen and _says(self.facts, wanted)


def _says(facts: object, wanted: object) -> bool:
    if isinstance(wanted, dict) and isinstance(facts, dict):
        return all(_says(facts.get(name), value) for name, value in wanted.items())
    return facts == wanted


class Inventory:
    """All whole takes below a folder.

    Args:
        folder: It need not be there.
    """

    def __init__(self, folder: Path) -> None:
        self._takes: dict[int, list[FoundTake]] = {}
        for path in sorted(folder.rglob("take-*.json")) if folder.is_dir() else ():
            facts = read_sidecar(path)
            if facts and "wav" in facts and (take := FoundTake(path, facts)).whole:
                self._takes.setdefault(facts["seed"], []).append(take)

    def has(self, seeds: Iterable[int]) -> bool:
        """Return whether there is a take of any of these seeds."""
        return any(seed in self._takes for seed in seeds)

    def find(self, seed: int, wanted: Mapping[str, Any], *, video: bool) -> FoundTake | None:
        """Return the take of this seed that :meth:`FoundTake.fits`; None if there is none."""
        takes = self._takes.get(seed, ())
        return next((take for take in takes if take.fits(wanted, video=video)), None)

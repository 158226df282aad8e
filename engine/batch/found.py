"""Takes that lie in a job's folder already, told by their sidecars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.inspection import read_sidecar

if TYPE_CHECKING:
    from collections.abc import Mapping
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
        """Whether the files that the sidecar names are there, the sound as long as it was."""
        facts = self.facts
        try:
            wav = self.sidecar.with_name(str(facts["wav"]))
            size = int(facts["samples"]) * int(facts["channels"]) * _SAMPLE_BYTES
            video = facts["video"]
            return wav.stat().st_size >= size and (
                video is None or self.sidecar.with_name(str(video)).is_file()
            )
        except (OSError, KeyError, TypeError, ValueError):
            return False

    def fits(self, wanted: Mapping[str, Any]) -> bool:
        """Return whether the sidecar says all of ``wanted``, in which mappings may say less."""
        same_stems = {*self.facts.get("stems", ())} == {*wanted.get("stems", ())}
        return same_stems and _says(self.facts, wanted)


def _says(facts: object, wanted: object) -> bool:
    if isinstance(wanted, dict) and isinstance(facts, dict):
        return all(name in facts and _says(facts[name], value) for name, value in wanted.items())
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

    def find(self, seed: int, wanted: Mapping[str, Any]) -> FoundTake | None:
        """Return the take of this seed whose sidecar says all of ``wanted``."""
        return next((take for take in self._takes.get(seed, ()) if take.fits(wanted)), None)

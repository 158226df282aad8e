"""``index.json``: which sounds of an edit are there, kept up to date while they are made."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from engine.take_folder import write_json

if TYPE_CHECKING:
    from pathlib import Path

NAME = "index.json"
SCHEMA = 1
_SEEDS = 2**31


class ResultIndex:
    """The results of all runs into one folder.

    Args:
        folder: Where it lies; what an earlier run wrote there is taken over.
        seed: Of the first clip; None: the earlier run's, or a new one.

    Attributes:
        path: The file.
        seed: Of the first clip.
    """

    def __init__(self, folder: Path, seed: int | None = None) -> None:
        self.path = folder / NAME
        known = _read(self.path)
        earlier = known.get("seed")
        if seed is None and isinstance(earlier, int) and earlier >= 0:
            seed = earlier
        self.seed = secrets.randbelow(_SEEDS) if seed is None else seed
        self._entries: dict[str, dict[str, Any]] = {}
        for entry in known.get("results", ()):
            if isinstance(entry, dict) and (folder / str(entry.get("wav"))).is_file():
                self._entries[entry["wav"]] = entry

    def add(self, entry: dict[str, Any]) -> None:
        """Take up a result; its "wav" is relative to the folder."""
        self._entries[entry["wav"]] = entry

    def write(self) -> None:
        """Write the file, whole or not at all.

        Raises:
            OutputError: It cannot be written.
        """
        results = [self._entries[name] for name in sorted(self._entries)]
        write_json(self.path, {"schema": SCHEMA, "seed": self.seed, "results": results})


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}

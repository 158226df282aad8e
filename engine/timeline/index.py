"""``index.json`` and ``index.txt``: which sounds of an edit are there, while they are made too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.job_file import INDEX, READABLE, kept_seed, read_index, write_lines
from engine.take_folder import write_json

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = 1


class ResultIndex:
    """The results of all runs into one folder.

    Args:
        folder: Where it lies; what an earlier run wrote there is taken over.
        seed: Of the first clip; None: the earlier run's, or a new one.

    Attributes:
        path: The file for programs.
        seed: Of the first clip.
    """

    def __init__(self, folder: Path, seed: int | None = None) -> None:
        self.path = folder / INDEX
        known = read_index(self.path)
        self.seed = kept_seed(known, seed)
        self._entries: dict[str, dict[str, Any]] = {}
        for entry in known.get("results", ()):
            if isinstance(entry, dict) and (folder / str(entry.get("wav"))).is_file():
                self._entries[entry["wav"]] = entry

    def add(self, entry: dict[str, Any]) -> None:
        """Take up a result; its "wav" is relative to the folder."""
        self._entries[entry["wav"]] = entry

    def write(self) -> None:
        """Write both files, each whole or not at all.

        Raises:
            OutputError: They cannot be written.
        """
        results = [self._entries[name] for name in sorted(self._entries)]
        write_json(self.path, {"schema": SCHEMA, "seed": self.seed, "results": results})
        write_lines(self.path.with_name(READABLE), _lines(results))


def _lines(results: list[dict[str, Any]]) -> list[str]:
    lines = [f"{len(results)} sounds", ""]
    for entry in results:
        seconds = entry["samples"] / entry["sample_rate"]
        place = f"{entry['number']:>4}  {entry['track']}  {entry['name']}"
        lines.append(f"{place}  {entry['wav']}  {seconds:.2f} s  seed {entry['seed']}")
        lines += [f"      {warning}" for warning in entry["warnings"]]
    return lines

"""Checksums of files that look untouched since they were read: gigabytes are not read anew."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

from engine.media.staging import staged
from engine.packs.manifest import FileEntry

if TYPE_CHECKING:
    from pathlib import Path

_MOST = 1000  # files remembered; those that were measured last


class KnownSums:
    """What files were found to be, with the size and time that they had then.

    It is a shortcut for starting up. `lumiphone packs verify` reads every file all the same.

    Args:
        path: Where this is kept; a file that is missing or damaged is an empty one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, list[int | str]] = {}
        self._changed = False
        with contextlib.suppress(OSError, ValueError):
            known = json.loads(path.read_text("utf-8"))
            if isinstance(known, dict):
                self._known = known

    def recall(self, file: Path) -> FileEntry | None:
        """Return what ``file`` is, if it has neither another size nor another time than it had."""
        state = file.stat()
        match self._known.get(str(file.absolute())):
            case [state.st_size, state.st_mtime_ns, str(sha256)]:
                return FileEntry(sha256, state.st_size)
        return None

    def keep(self, file: Path, found: FileEntry) -> None:
        """Remember what was measured."""
        state = file.stat()
        self._known.pop(str(file.absolute()), None)
        self._known[str(file.absolute())] = [state.st_size, state.st_mtime_ns, found.sha256]
        self._changed = True

    def save(self) -> None:
        """Write it down, if there is anything new; where that fails, files are read again."""
        if not self._changed:
            return
        kept = dict(list(self._known.items())[-_MOST:])
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with staged(self._path) as draft:
                draft.write_text(json.dumps(kept), "utf-8")
            self._changed = False

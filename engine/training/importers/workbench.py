"""Where a pack is put together piece by piece: what is finished survives an interruption.

The pieces lie in a hidden folder beside the pack that they will be. Each finished piece has a stamp
that says what it was made from; the next import of the same pack takes over those that still fit,
and makes the others anew. Half-made files lie in a folder of their own, which goes first.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import CancelledError, OutputError
from engine.media.staging import staged
from engine.memory import give_back

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_STAMPS, _DRAFT = ".stamps", ".draft"


@dataclass(frozen=True, slots=True)
class Piece:
    """Files of a pack that are made in one go.

    Attributes:
        name: For people and for its stamp.
        origin: JSON values that say what it is made from; another value, another piece.
        make: Writes its files into the folder it is given, and returns facts worth keeping (JSON).
    """

    name: str
    origin: Any
    make: Callable[[Path], dict[str, Any]]


class Workbench:
    """One pack in the making.

    Args:
        target: The folder that the pack will be.

    Raises:
        OutputError: Nothing can be written there.
    """

    def __init__(self, target: Path) -> None:
        self.folder = target.with_name(f".importing-{target.name}")
        self._target = target
        self._stamps = self.folder / _STAMPS
        self._draft = self.folder / _DRAFT
        try:
            self._stamps.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self._draft, ignore_errors=True)
        except OSError as error:
            raise OutputError(
                f"{self.folder} cannot be written ({error.strerror})", "Choose another folder"
            ) from error

    def add(self, piece: Piece) -> dict[str, Any]:
        """Make a piece, or take over the one that is there; return the facts about it.

        Raises:
            OutputError: The disk is full, or does not allow writing.
            LumiphoneError: What ``piece.make`` raises; nothing of the piece is left.
        """
        stamp = self._stamps / f"{piece.name}.json"
        if (known := self._known(stamp, piece)) is not None:
            return known
        stamp.unlink(missing_ok=True)
        try:
            self._draft.mkdir()
            facts = piece.make(self._draft)
            files = sorted(path.name for path in self._draft.iterdir())
            for name in files:
                (self._draft / name).replace(self.folder / name)
        except OSError as error:
            raise OutputError(
                f"{piece.name} could not be written to {self.folder} ({error.strerror or error})",
                "Free some space, or choose a folder on another disk",
            ) from error
        finally:
            shutil.rmtree(self._draft, ignore_errors=True)
        sizes = {name: (self.folder / name).stat().st_size for name in files}
        with staged(stamp) as draft:
            draft.write_text(json.dumps({"origin": piece.origin, "files": sizes, "facts": facts}))
        return facts

    def _known(self, stamp: Path, piece: Piece) -> dict[str, Any] | None:
        try:
            said = json.loads(stamp.read_text("utf-8"))
            sizes = {name: (self.folder / name).stat().st_size for name in said["files"]}
            fits = said["origin"] == piece.origin and said["files"] == sizes
            facts: dict[str, Any] = said["facts"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return facts if fits else None

    def publish(self, finish: Callable[[Path], object]) -> Path:
        """Put the pack in its place, instead of one that was there; return its folder.

        Args:
            finish: Writes what makes the folder a pack. Until then nobody takes it for one.

        Raises:
            OutputError: It cannot be moved.
        """
        finish(self.folder)
        before = self._target.with_name(f".replaced-{self._target.name}")
        try:
            shutil.rmtree(self._stamps)
            shutil.rmtree(before, ignore_errors=True)
            if self._target.exists():
                self._target.replace(before)
            self.folder.replace(self._target)
        except OSError as error:
            raise OutputError(
                f"{self.folder} could not become {self._target} ({error.strerror})",
                "Close programs that use that folder, then rename it by hand",
            ) from error
        shutil.rmtree(before, ignore_errors=True)
        return self._target


def assemble(
    bench: Workbench,
    pieces: list[Piece],
    progress: Callable[[str, float], None],
    cancelled: Callable[[], bool],
) -> dict[str, dict[str, Any]]:
    """Add all pieces in turn; return the facts about each, by name.

    After each its memory is given back: exported networks and graphs refer to each other in
    circles, and the next piece may be the one that needs the most.

    Raises:
        CancelledError: ``cancelled`` said so, between two pieces; what is finished stays.
    """
    facts = {}
    for number, piece in enumerate(pieces):
        if cancelled():
            raise CancelledError(remedy="What is finished was kept for the next import")
        progress(f"making {piece.name}", number / len(pieces))
        facts[piece.name] = bench.add(piece)
        give_back()
    return facts

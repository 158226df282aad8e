"""Whether a pack on disk is what its manifest says: sizes, checksums, ONNX signatures."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from engine.errors import CancelledError, LumiphoneError, PackError
from engine.inference.session import Sessions
from engine.packs.manifest import FileEntry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.packs.registry import Pack
    from engine.packs.sums import KnownSums

_BLOCK = 1 << 20


def measure(
    path: Path,
    progress: Callable[[int], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> FileEntry:
    """Return size and checksum of a file as a manifest states them.

    Args:
        path: The file.
        progress: Told how many bytes were read since it was last told.
        cancelled: Asked before every block of a mebibyte.

    Raises:
        CancelledError: ``cancelled`` said so.
    """
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if cancelled():
                raise CancelledError
            digest.update(block)
            size += len(block)
            progress(len(block))
    return FileEntry(digest.hexdigest(), size)


def file_faults(
    pack: Pack,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    cancelled: Callable[[], bool] = lambda: False,
    known: KnownSums | None = None,
) -> dict[str, LumiphoneError]:
    """Check size and checksum of every file; return the faults by the file's name.

    Args:
        pack: The pack.
        progress: Told bytes done and bytes in all.
        cancelled: Asked about every mebibyte.
        known: Checksums of files that need not be read; it learns those that are.

    Raises:
        CancelledError: ``cancelled`` said so.
    """
    files = pack.manifest.files
    total, done = sum(entry.bytes for entry in files.values()), 0
    faults: dict[str, LumiphoneError] = {}

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(min(done, total), total)

    for name, entry in files.items():
        try:
            path = pack.file(name)
            found = known.recall(path) if known else None
            if found is None:
                found = measure(path, advance, cancelled)
                if known:
                    known.keep(path, found)
        except PackError as fault:
            faults[name] = fault
            continue
        except OSError as error:
            faults[name] = PackError(
                f"{pack.folder / name} cannot be read ({error})", "Copy it again"
            )
            continue
        if found != entry:
            faults[name] = _damaged(pack, path, entry, found)
    if known:
        known.save()
    return faults


def verify(
    pack: Pack,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[LumiphoneError, ...]:
    """Check every file and load every graph; return what is wrong, nothing if the pack is whole.

    Args:
        pack: The pack.
        progress: Told bytes done and bytes in all.
        cancelled: Asked about every mebibyte and before every graph.

    Raises:
        CancelledError: ``cancelled`` said so.
    """
    damaged = file_faults(pack, progress, cancelled)
    faults: list[LumiphoneError] = list(damaged.values())
    with Sessions(pack, device="cpu") as sessions:
        for name, graph in pack.manifest.graphs.items():
            if cancelled():
                raise CancelledError
            if graph.file not in damaged:
                try:
                    sessions.load(name)
                except LumiphoneError as fault:
                    faults.append(fault)
                sessions.release(name)
    return tuple(faults)


def _damaged(pack: Pack, path: Path, wanted: FileEntry, found: FileEntry) -> PackError:
    size = f"{found.bytes} bytes instead of {wanted.bytes}"
    how = size if found.bytes != wanted.bytes else "its checksum differs"
    return PackError(
        f"Pack '{pack.manifest.id}': {path} is damaged or another version ({how})",
        "Copy or download the pack again",
    )

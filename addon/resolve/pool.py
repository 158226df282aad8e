"""Takes in the media pool, in a bin of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import HostError
from .scripting import ask, listed, project_of

BIN = "Lumiphone"


def import_sound(resolve: Any, path: str) -> Any:
    """Return a sound file's item of the media pool; it is imported once.

    Raises:
        HostError: Resolve does not take it.
    """
    pool = ask(project_of(resolve), "GetMediaPool")
    before = ask(pool, "GetCurrentFolder")
    folder = _bin(pool)
    known = _known(folder, path)
    if known is not None:
        return known
    pool.SetCurrentFolder(folder)
    try:
        imported = listed(pool.ImportMedia([path]))
    finally:
        if before is not None:
            pool.SetCurrentFolder(before)
    item = imported[0] if imported else _known(folder, path)
    if item is None:
        raise HostError(
            f"Resolve did not import {path}",
            "Check that Resolve may read that folder, or import the file by hand",
        )
    return item


def _bin(pool: Any) -> Any:
    root = pool.GetRootFolder()
    for folder in listed(root.GetSubFolderList()):
        if folder.GetName() == BIN:
            return folder
    return pool.AddSubFolder(root, BIN) or root


def _known(folder: Any, path: str) -> Any:
    for item in listed(folder.GetClipList()):
        if Path(str(item.GetClipProperty("File Path") or "")) == Path(path):
            return item
    return None

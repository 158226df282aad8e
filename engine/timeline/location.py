"""Where an edit says that a file lies: bare paths and ``file:`` URLs of every editor."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from engine.errors import InputError

_DRIVE = re.compile(r"^/?([A-Za-z]):[\\/]")


def media_path(location: str, folder: Path) -> Path:
    """Return the absolute path that ``location`` names, seen from the edit's ``folder``.

    Raises:
        InputError: It is no file of this machine (http:, s3:, ...).
    """
    if _DRIVE.match(location):
        return Path(location)
    parts = urlsplit(location)
    if parts.scheme == "file":
        named = unquote(parts.path)
        if _DRIVE.match(named):
            return Path(named.lstrip("/"))
        host = "" if parts.netloc in ("", "localhost") else f"//{parts.netloc}"
        return Path(host + named)
    if "://" in location:
        raise InputError(f"{location} lies on no disk", "Link the clip to a local file")
    # A bare path keeps its percent signs; only where there is no such file may they be escapes.
    bare = folder / location
    path = bare if bare.exists() else folder / unquote(location)
    return Path(os.path.abspath(path))  # noqa: PTH100 - links stay as the edit names them

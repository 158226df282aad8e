"""Which files of a folder are films, by their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FILM = re.compile(
    r"\.(3gp|avi|gif|m2ts|m4v|mkv|mov|mp4|mpe?g|mts|mxf|ogv|ts|webm|wmv)", re.IGNORECASE
)
_DIGITS = re.compile(r"(\d+)")


def films_in(folder: Path) -> Iterator[Path]:
    """Yield a folder's films, "shot 2" before "shot 10"; hidden files are passed over."""
    for file in sorted(folder.iterdir(), key=_order):
        if _FILM.fullmatch(file.suffix) and not file.name.startswith(".") and file.is_file():
            yield file


def folders_in(folder: Path) -> Iterator[Path]:
    """Yield a folder's folders in the same order, without hidden ones."""
    for inner in sorted(folder.iterdir(), key=_order):
        if inner.is_dir() and not inner.name.startswith("."):
            yield inner


def _order(path: Path) -> tuple[list[tuple[int, str]], str]:
    parts = _DIGITS.split(path.name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts], path.name

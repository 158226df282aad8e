"""What a job with many results keeps in its folder from run to run."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from engine.media.staging import staged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

INDEX = "index.json"
READABLE = "index.txt"
_SEEDS = 2**31


def read_index(path: Path) -> dict[str, Any]:
    """Return what an earlier run wrote; nothing where there was none, or it is damaged."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def kept_seed(known: Mapping[str, Any], seed: int | None) -> int:
    """Return the seed that is asked for, or else the earlier run's, or else a new one."""
    earlier = known.get("seed")
    if seed is None and isinstance(earlier, int) and earlier >= 0:
        return earlier
    return secrets.randbelow(_SEEDS) if seed is None else seed


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write text for people, whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    with staged(path) as draft:
        draft.write_text("\n".join([*lines, ""]), "utf-8", errors="replace")

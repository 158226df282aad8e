"""What a killed process left half made, told apart from what another is still making.

Whatever is being made carries its writer's mark: the machine and the process. It is a stray when
that process is gone. Of another machine's processes nothing can be known; what they left is a stray
after a day, for which nobody writes a file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_A_DAY = 24 * 3600


def writers_mark() -> str:
    """Return this process's mark, fit for a file's name: "5f2c09ab.4711"."""
    return f"{_machine()}.{os.getpid()}"


def _machine() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def is_stray(path: Path, mark: str) -> bool:
    """Return whether nobody is making ``path`` any more.

    Args:
        path: What was half made.
        mark: Its writer's; anything else counts as another machine's.
    """
    machine, _, process = mark.partition(".")
    if machine == _machine() and process.isdigit() and os.name == "posix":
        return not _runs(int(process))
    try:
        return time.time() - path.stat().st_mtime > _A_DAY
    except OSError:  # it went while we looked
        return False


def _runs(process: int) -> bool:
    """Whether there is such a process, whoever's it is."""
    with contextlib.suppress(PermissionError):
        try:
            os.kill(process, 0)
        except (ProcessLookupError, OverflowError):
            return False
    return True

"""Resolve's menu scripts as the command line sees them: a program of the add-on looks after them.

The engine knows no editor, so that program is a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from engine.errors import LumiphoneError, OutputError

# They lie side by side; -P and the path keep out what lies in the current folder.
_ROOT = Path(__file__).resolve().parents[1]
_START = (
    f"import runpy, sys; sys.path.insert(0, {str(_ROOT)!r});"
    " runpy.run_module('addon.resolve', run_name='__main__', alter_sys=True)"
)


def menu_scripts(*words: str) -> dict[str, Any]:
    """Have the menu scripts installed, removed (``--remove``) or looked at (``--status``).

    Returns:
        ``folder``, ``resolve_found``, ``entries`` and ``problems``, as
        ``addon.resolve.installation.State`` describes them.

    Raises:
        OutputError: They cannot be written or removed.
        LumiphoneError: This copy of Lumiphone has no part for Resolve.
    """
    command = [sys.executable, "-P", "-c", _START, "--json", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError) as error:
        reason = (done.stderr.strip().splitlines() or ["it ended at once"])[-1]
        raise LumiphoneError(
            f"This copy of Lumiphone has no part for Resolve ({reason})",
            "Install Lumiphone whole, or use the bundle for Resolve",
        ) from error
    if fault := said.get("error"):
        raise OutputError(fault["what"], fault["remedy"])
    return said

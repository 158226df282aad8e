"""What stands in a menu script: as little as possible, in a Python of any age."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

# The menu's names, and what they are to :func:`addon.resolve.menu.run`.
ENTRIES = {"Lumiphone Panel": "panel", "Sound Chosen Clips": "sound"}
SIGNATURE = "# Lumiphone's menu script; `lumiphone install resolve --remove` takes it out."
# Resolve runs it with whatever Python it finds, and without __file__.
_TEXT = """\
{signature}
import sys

START = {start}

if sys.version_info < (3, 11):
    print("Lumiphone: Resolve runs scripts with Python %d.%d. Install Python 3.11 or newer,"
          " and restart Resolve." % sys.version_info[:2])
else:
    sys.path.insert(0, START["root"])
    try:
        from addon.resolve.menu import run
    except ImportError as error:
        print("Lumiphone: its program is not where it was (%s)."
              " Run `lumiphone install resolve` again." % error)
    else:
        sys.path.remove(START["root"])
        run(globals(), START["command"], START["entry"])
"""


def text_of(root: str, command: Sequence[str], entry: str) -> str:
    """Return a menu script.

    Args:
        root: The folder that holds ``addon``.
        command: Starts the panel process.
        entry: What the script is to do.
    """
    start = {"root": root, "command": list(command), "entry": entry}
    return _TEXT.format(signature=SIGNATURE, start=ascii(start))


def start_of(text: str) -> dict[str, Any] | None:
    """Return what :func:`text_of` was given, by name; None if the text is damaged."""
    found = re.search(r"^START = (\{.*\})$", text, re.MULTILINE)
    try:
        start = ast.literal_eval(found[1]) if found else None
        complete = isinstance(start, dict) and start["root"] and start["command"][0]
    except (ValueError, SyntaxError, LookupError, TypeError):
        return None
    return start if complete else None

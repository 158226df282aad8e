"""``lumiphone panel``: the window, on its own, for a folder of clips."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputError, LumiphoneError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from engine.commands.console import Console

_NEEDED = ("PyQt6.QtWidgets", "pyqtgraph")
_DESCRIPTION = """\
Open the prompt panel on clips: see what happens when in each, edit it, generate, compare takes with
the picture. Takes go to a folder "lumiphone" beside each clip. Inside Blender, open the panel from
the Sequencer's sidebar instead.
"""


class WindowError(LumiphoneError):
    """The panel's window cannot be opened."""

    exit_code = 2
    code = "no_window"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "panel", help="open the panel on a folder of clips", description=_DESCRIPTION
    )
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        default=[Path()],
        metavar="FOLDER|CLIP",
        help="clips, or folders of clips (default: this folder)",
    )
    parser.set_defaults(run=run)


def run(
    arguments: argparse.Namespace,
    console: Console,
    cancelled: Callable[[], bool],
) -> int:
    """Start the panel and wait until its window is closed.

    Raises:
        InputError: A path does not exist.
        WindowError: PyQt6 is missing, or the panel could not start.
    """
    for path in arguments.paths:
        if not path.exists():
            raise InputError(f"{path} does not exist", "Name clips, or folders that hold clips")
    _check_libraries()
    console.line("The panel is open; its window ends this command.")
    return _wait(arguments.paths, cancelled)


def _check_libraries() -> None:
    """Import what the window needs, in a process of its own: this one stays without Qt."""
    import subprocess
    import sys

    words = [sys.executable, "-c", f"import {', '.join(_NEEDED)}"]
    tried = subprocess.run(words, capture_output=True, text=True, check=False)
    if tried.returncode:
        reason = (tried.stderr.strip().splitlines() or ["it ended at once"])[-1]
        raise WindowError(
            f"The panel's window needs PyQt6 and pyqtgraph ({reason})",
            "Install them: pip install 'lumiphone[panel]'; on Linux Qt also needs the system's"
            " libegl1, libxkbcommon0 and libdbus-1-3",
        )


def _wait(paths: list[Path], cancelled: Callable[[], bool]) -> int:
    import subprocess
    import sys

    # No stdin: that is where an editor would say how to reach it.
    words = [sys.executable, "-m", "addon.panel", *map(str, paths)]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL) as process:
        while True:
            try:
                return process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                if cancelled():
                    process.terminate()

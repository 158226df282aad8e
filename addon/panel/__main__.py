"""The panel process.

    python -m addon.panel [--headless]      by an editor, which says on stdin how to reach it
    python -m addon.panel FOLDER|CLIP ...   on its own

Without a window it still serves the editor, and loads no Qt until the editor asks to see the panel.
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from addon.boot import sibling
from addon.errors import LinkError
from addon.panel.editor import Editor
from addon.panel.engine_process import EngineProcess
from addon.panel.listener import Listener
from addon.panel.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from addon.messages import Message
    from addon.panel.session import HostSide

_IDLE_SECONDS = 0.5  # between two looks at whether to go on; what comes in is handled at once


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the panel until its window is closed or its editor is gone; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.paths and options.headless:
        parser.error("--headless serves an editor, not paths")
    try:
        session = Session(
            partial(EngineProcess, sibling("engine", "serve")), _host_joiner(options.paths)
        )
    except LinkError as error:
        sys.stderr.write(f"{error}\n")
        return 3
    try:
        _serve(session, window=not options.headless, end_with_window=options.end_with_window)
    except KeyboardInterrupt:
        pass
    finally:
        session.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="addon.panel", description="The Lumiphone panel.")
    parser.add_argument("paths", nargs="*", type=Path, help="clips, or folders of clips")
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--headless", action="store_true", help="no window until it is asked for")
    start.add_argument(
        "--end-with-window", action="store_true", help="serve the editor no longer than the window"
    )
    return parser


def _host_joiner(
    paths: Sequence[Path],
) -> Callable[[Callable[[Message], None], Callable[[], None]], HostSide]:
    def join(receive: Callable[[Message], None], gone: Callable[[], None]) -> HostSide:
        if not paths:
            return Editor(sys.stdin, receive, gone)
        from addon.panel.folder import Folder  # noqa: PLC0415 - brings the media libraries

        return Folder(paths, receive)

    return join


class _Bell(Listener):
    """Rings when the editor's user wants to see the panel."""

    rang = False

    def on_show(self) -> None:
        self.rang = True


def _serve(session: Session, *, window: bool, end_with_window: bool) -> None:
    while not session.ended:
        if window:
            _show(session)
            if end_with_window or not session.has_host:
                return
        bell = _Bell()
        session.listen(bell)
        while not (bell.rang or session.ended):
            session.pump(_IDLE_SECONDS)
        window = True


def _show(session: Session) -> None:
    """Run the window until it is closed; without one, say so and go on."""
    try:
        _check_screen()
        import PyQt6.QtWidgets  # noqa: F401, PLC0415 - first: pyqtgraph hides what is missing

        from addon.panel.window.app import run  # noqa: PLC0415 - Qt
    except ImportError as error:
        session.fail(
            "no_window",
            f"The panel's window cannot be opened ({error})",
            "Install the engine again; on Linux also the system's libegl1 and libxkbcommon0."
            " Generating from the editor's sidebar works without it",
        )
    else:
        run(session)


def _check_screen() -> None:
    """Raise ImportError where there is no screen: Qt would abort the process."""
    named = any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")))
    if sys.platform == "linux" and not named:
        raise ImportError("there is no screen")


if __name__ == "__main__":
    sys.exit(main())

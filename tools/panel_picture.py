#!/usr/bin/env python3
"""Draws the panel for the README: a real session, a real engine and pack, a window offscreen.

    python tools/panel_picture.py samples/impacts.mp4 docs/images/panel.png

Nothing is staged: the takes in the picture were made for it. Its work folder is thrown away.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from addon.panel.engine_process import EngineProcess
from addon.panel.folder import Folder
from addon.panel.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from addon.panel.window.app import Panel

_PATIENCE = 600.0  # seconds for one step: the engine loads its models, the takes are made
_TAKES = 3


def main() -> None:
    """Read the command line and write the picture."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("clips", type=Path, nargs="+", metavar="CLIP")
    parser.add_argument("picture", type=Path, help="where to write the PNG")
    parser.add_argument("--prompt", default="", help="what to hear (default: what is seen)")
    parser.add_argument("--size", default="1280x832", help="of the window (default: 1280x832)")
    parser.add_argument("--scale", default="2", help="device pixels per pixel (default: 2)")
    parser.add_argument("--while-generating", action="store_true", help="do not wait for the takes")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = arguments.scale
    with tempfile.TemporaryDirectory() as work:
        for clip in arguments.clips:
            shutil.copy(clip, work)
        width, _, height = arguments.size.partition("x")
        _draw(Path(work), arguments, (int(width), int(height)))


def _draw(work: Path, arguments: argparse.Namespace, size: tuple[int, int]) -> None:
    from PyQt6.QtWidgets import QApplication  # noqa: PLC0415 - its environment is set by now

    from addon.panel.model.memory import Memory  # noqa: PLC0415 - ditto
    from addon.panel.window.app import Panel, application  # noqa: PLC0415 - ditto

    application()
    engine = partial(EngineProcess, [sys.executable, "-m", "engine", "serve"])
    session = Session(engine, lambda receive, _gone: Folder([work], receive))
    panel = Panel(session, Memory())

    def wait(until: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE
        while not until():
            QApplication.processEvents()
            if panel.model.problem is not None or time.monotonic() > end:
                sys.exit(f"No picture: {panel.model.problem or 'it took too long'}")
            time.sleep(0.01)

    panel.window.resize(*size)
    panel.window.show()
    panel.model.refresh()
    model = panel.model
    wait(lambda: model.current is not None and model.current.seen is not None)
    wait(lambda: model.pack is not None and not _looking(panel))
    model.draft.prompt, model.draft.takes, model.draft.seed = arguments.prompt, _TAKES, 1
    model.draft_changed.emit()
    model.generate()
    if arguments.while_generating:
        wait(lambda: any(job.fraction > 0.4 for job in model.jobs.values()))
    else:
        wait(lambda: not model.jobs)
        _arrange(panel)
    panel.workers.wait()
    settled = time.monotonic() + 0.5
    wait(lambda: time.monotonic() > settled)
    arguments.picture.parent.mkdir(parents=True, exist_ok=True)
    if not panel.window.grab().save(str(arguments.picture)):
        sys.exit(f"{arguments.picture} cannot be written")
    panel.close()
    session.close()


def _looking(panel: Panel) -> bool:
    return any(state.looking is not None for state in panel.model.clips[:1])


def _arrange(panel: Panel) -> None:
    """Leave the window as someone at work would: a star, a playhead, an event in hand."""
    state = panel.model.current
    if state is None or state.cues is None:
        return
    panel.model.star(state.takes[1])
    events = state.cues.events
    if events:
        panel.window.axis.scrub(events[len(events) // 2].seconds)
        panel.window.cues.events.select(len(events) // 2)
    panel.window.cues.setFocus()


if __name__ == "__main__":
    main()

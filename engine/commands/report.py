"""``lumiphone report``: what was delivered, on one page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.arguments import add_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.commands.console import Console

_DESCRIPTION = """\
Measure all sounds under DIR and write a delivery report: one HTML file with waveforms, cue lanes,
loudness, seeds and the licences of the packs. It needs no other file and no network.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "report",
        help="write a delivery report (HTML)",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="default: DIR/report.html"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, cancelled: Callable[[], bool]) -> None:
    """Measure and write.

    Raises:
        LumiphoneError: Whatever went wrong.
    """
    from engine.media.staging import staged
    from engine.report.entries import collect
    from engine.report.page import page

    target: Path = arguments.output or arguments.folder / "report.html"
    with console.progress() as progress:
        entries = collect(arguments.folder, progress, cancelled)
    text = page(arguments.folder.absolute().name, entries)
    with staged(target) as draft:
        draft.write_text(text, "utf-8", errors="replace")
    console.line(f"{target}  ({len(entries)} sound{'s' if len(entries) > 1 else ''})")
    sounds = [
        {
            "wav": str(entry.wav),
            "stem": entry.stem,
            "loudness": entry.loudness.to_json(),
            "seed": entry.facts["seed"],
        }
        for entry in entries
    ]
    console.result({"report": str(target), "sounds": sounds})

"""``lumiphone cues``: what happens when in a clip."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.arguments import add_engine, add_json, add_stretch

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.commands.console import Console

_DESCRIPTION = """\
Read a clip's cue sheet from its pictures: events (when, how hard, of which kind) and curves.
Edit the file and give it back with: lumiphone generate --cues FILE
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "cues",
        help="read what happens when",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("clip", type=Path, metavar="CLIP")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write the cue sheet here"
    )
    add_stretch(parser)
    add_engine(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, cancelled: Callable[[], bool]) -> None:
    """Read, write and show the cue sheet.

    Raises:
        LumiphoneError: Whatever went wrong.
    """
    from engine.pipeline import Engine
    from engine.source import Source
    from engine.take_folder import write_json

    engine = Engine.load(arguments.pack, device=arguments.device)
    source = Source.open(arguments.clip, arguments.start, arguments.end, cancelled)
    with console.progress() as progress:
        sheet = engine.observe(source, progress, cancelled, stages={"motion"}).cues
    if arguments.output:
        write_json(arguments.output, sheet.to_json())
    for event in sheet.events:
        console.line(f"{event.seconds:9.3f} s  {event.kind:<10}  strength {event.strength:.2f}")
    if not sheet.events:
        console.line("No event that sounds was seen.")
    console.result(sheet.to_json())

"""``lumiphone bench``: how long a take takes here."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.arguments import add_engine, add_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.commands.console import Console

_DESCRIPTION = """\
Measure how long one take takes, stage by stage, and how much memory: cold (a fresh process, from
its start to the last file written, imports and loading included) and warm (the second take of that
process). The clip is eight seconds of 720p made for the purpose, unless --clip names another.
Features of pictures (CLIP, Synchformer) are computed in the cold run and known in the warm one, as
they are for further takes and prompts of a clip.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "bench",
        help="measure speed and memory on this machine",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--clip", type=Path, metavar="FILE", help="measure with this clip")
    parser.add_argument("--prompt", metavar="TEXT", help="measure a take with these words")
    add_engine(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(
    arguments: argparse.Namespace,
    console: Console,
    cancelled: Callable[[], bool],
) -> None:
    """Measure and show.

    Raises:
        LumiphoneError: The clip, pack or device cannot be used.
    """
    from engine.bench import measure
    from engine.media.reader import open_clip
    from engine.packs.registry import get_pack

    get_pack(arguments.pack)  # what cannot be used is better said here than by the measured process
    if arguments.clip:
        open_clip(arguments.clip)
    figures = measure(
        arguments.clip, arguments.pack, arguments.device, cancelled, prompt=arguments.prompt
    )
    console.line(
        f"One take of {figures['clip_seconds']:g} s, {figures['clip_size'][0]}x"
        f"{figures['clip_size'][1]}, pack {figures['pack']} ({', '.join(figures['stems'])}),"
        f" {figures['steps']} steps, {figures['device']}, {figures['cores']} cores"
    )
    console.table(_rows(figures))
    if figures["peak_bytes"]:
        console.line(f"peak memory: {figures['peak_bytes'] / 1e9:.2f} GB")
    console.result(figures)


def _rows(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    runs = figures["cold"], figures["warm"]
    stages = dict.fromkeys(stage for run in runs for stage in run["stages"])
    rows = [(stage, [run["stages"].get(stage, 0.0) for run in runs]) for stage in stages]
    rest = [run["total"] - sum(run["stages"].values()) for run in runs]
    rows += [("imports, the rest", rest), ("total", [run["total"] for run in runs])]
    heading = ("seconds", "    cold", "    warm")
    return [heading, *((name, f"{cold:8.2f}", f"{warm:8.2f}") for name, (cold, warm) in rows)]

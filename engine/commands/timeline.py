"""``lumiphone timeline``: a whole edit in, its sound and an edit with sound out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.arguments import add_json
from engine.commands.edit_job import add_edit, prepare, show_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.commands.console import Console
    from engine.commands.edit_job import EditJob
    from engine.timeline.sounding import Result

_DESCRIPTION = """\
Sound the clips of an edit: OpenTimelineIO (.otio) or Final Cut Pro 7 XML (.xml). Writes

  DIR/sounds/<number>_<clip>.wav   24-bit Broadcast Wave, timecoded to its place in the edit
  DIR/sounds/<number>_<clip>.json  everything needed to make it again
  DIR/<edit>.otio, DIR/<edit>.xml  the edit with new audio tracks, sound on the right frames
  DIR/index.json, DIR/index.txt    what is there, for programs and for people

Stop it whenever you like: run again with the same DIR, it goes on where it was. Nothing is made
twice, and what was half made when it stopped is not kept. --plan only shows what would be made.
See docs/timelines.md.
"""
_EPILOG = """\
With --json the last line on stdout is one object: {"plan", "results", "timelines", "index",
"seed"}; with --plan it is the plan alone.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "timeline",
        help="sound a whole edit (OTIO, FCP7 XML)",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="where everything goes")
    parser.add_argument("--plan", action="store_true", help="show what would be made, and end")
    add_edit(parser)
    parser.add_argument(
        "--sounds-only",
        action="store_true",
        help="write no edit and no index: for parts made at the same time, with one seed",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, cancelled: Callable[[], bool]) -> None:
    """Plan, sound and write.

    Raises:
        LumiphoneError: Whatever went wrong; finished sounds stay.
    """
    from engine.errors import InputError
    from engine.timeline.sounding import Sounding

    if not (arguments.output or arguments.plan):
        raise InputError("-o DIR is missing", "Say where the sounds go, or ask for the --plan only")
    if arguments.sounds_only and arguments.seed is None:
        raise InputError("--sounds-only has no seed", "Give all parts the same: --seed 7")
    job = prepare(arguments, cancelled)
    show_plan(job, console)
    if arguments.plan:
        console.result(job.shown)
        return
    sounding = Sounding(
        job.engine,
        job.plan,
        job.request,
        arguments.output,
        prompts=job.prompts,
        alone=not arguments.sounds_only,
    )
    with console.progress() as progress:
        results = sounding.run(progress, cancelled)
    timelines = {} if arguments.sounds_only else _assembled(arguments, job, results)
    _report(results, timelines, console)
    console.result(
        {
            "plan": job.shown,
            "results": [result.to_json() | {"fresh": result.fresh} for result in results],
            "timelines": {form: str(path) for form, path in timelines.items()},
            "index": None if arguments.sounds_only else str(sounding.index),
            "seed": sounding.seed,
        }
    )


def _assembled(
    arguments: argparse.Namespace, job: EditJob, results: list[Result]
) -> dict[str, Path]:
    from engine.timeline.assembly import assemble

    stem = next(iter(job.engine.pack.manifest.stems))
    return assemble(job.plan.edit, arguments.edit, results, stem, arguments.output)


def _report(results: list[Result], timelines: dict[str, Path], console: Console) -> None:
    for warning in dict.fromkeys(text for result in results for text in result.warnings):
        clips = [result.job.placed.name for result in results if warning in result.warnings]
        more = f" and {len(clips) - 1} more" if len(clips) > 1 else ""
        console.warning(f"{clips[0]}{more}: {warning}")
    fresh = sum(result.fresh for result in results)
    kept = len(results) - fresh
    console.line(f"{fresh} sounds made" + (f", {kept} were there already" if kept else ""))
    for path in timelines.values():
        console.line(str(path))

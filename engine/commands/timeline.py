"""``lumiphone timeline``: a whole edit in, its sound and an edit with sound out."""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.arguments import add_engine, add_json, add_wish

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.commands.console import Console
    from engine.pipeline import Engine
    from engine.request import Request
    from engine.timeline.plan import Choice, Plan
    from engine.timeline.sounding import Result

_LONGEST_HANDLE = 60
_MOST_CLIPS = 1_000_000
_STEMS = ("effects", "ambience", "score", "dialogue")
_DESCRIPTION = """\
Sound the clips of an edit: OpenTimelineIO (.otio) or Final Cut Pro 7 XML (.xml). Writes

  DIR/sounds/<number>_<clip>.wav   24-bit Broadcast Wave, timecoded to its place in the edit
  DIR/sounds/<number>_<clip>.json  everything needed to make it again
  DIR/<edit>.otio, DIR/<edit>.xml  the edit with new audio tracks, sound on the right frames
  DIR/index.json                   what is there

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
    parser.add_argument("edit", type=Path, metavar="EDIT")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="where everything goes")
    parser.add_argument("--plan", action="store_true", help="show what would be made, and end")
    add_choice(parser)
    add_wish(parser, "of the first clip, the next ones count up (default: drawn, and kept in DIR)")
    add_engine(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Declare which clips of an edit are meant."""
    parser.add_argument(
        "--track",
        action="append",
        default=[],
        metavar="NAME",
        help="only this picture track, by name or as V1, V2 ... from below; may be repeated",
    )
    parser.add_argument(
        "--clips",
        type=_numbers,
        default=frozenset(),
        metavar="1-4,7",
        help="only the clips of these numbers, with which --plan lists them",
    )
    form = "in the edit's timecode, such as 01:00:10:00"
    parser.add_argument("--start", metavar="TC", default="", help=f"only clips after this ({form})")
    parser.add_argument("--end", metavar="TC", default="", help="only clips before this")
    parser.add_argument(
        "--stem",
        action="append",
        choices=_STEMS,
        help="what to make; repeated, one sound each (default: the pack's first)",
    )
    parser.add_argument(
        "--handles",
        type=_handle,
        default=Fraction(0),
        metavar="SECONDS",
        help="sound this much more before and after each clip (default: 0)",
    )
    parser.add_argument(
        "--media", type=Path, metavar="DIR", help="look here for files that are not where they were"
    )
    parser.add_argument(
        "--skip-missing", action="store_true", help="leave out clips whose file cannot be used"
    )


def _numbers(text: str) -> frozenset[int]:
    numbers: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        try:
            low, high = int(first), int(last or first)
        except ValueError:
            low, high = 1, 0
        if not 1 <= low <= high <= _MOST_CLIPS:
            what = f"'{part}' is neither a clip's number nor a range such as 1-4"
            raise argparse.ArgumentTypeError(what)
        numbers.update(range(low, high + 1))
    return frozenset(numbers)


def _handle(text: str) -> Fraction:
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        value = Fraction(-1)
    if not 0 <= value <= _LONGEST_HANDLE:
        what = f"'{text}' is not a number of seconds from 0 to {_LONGEST_HANDLE}"
        raise argparse.ArgumentTypeError(what)
    return value


def run(arguments: argparse.Namespace, console: Console, cancelled: Callable[[], bool]) -> None:
    """Plan, sound and write.

    Raises:
        LumiphoneError: Whatever went wrong; finished sounds stay.
    """
    from engine.errors import InputError
    from engine.pipeline import Engine
    from engine.timeline.assembly import assemble
    from engine.timeline.edit import read_edit
    from engine.timeline.planning import make_plan
    from engine.timeline.sounding import Sounding

    if not (arguments.output or arguments.plan):
        raise InputError("-o DIR is missing", "Say where the sounds go, or ask for the --plan only")
    edit = read_edit(arguments.edit)
    plan = make_plan(edit, _choice(arguments), arguments.stem or (None,), cancelled)
    engine = Engine.load(arguments.pack, device=arguments.device)
    request = _request(arguments, engine)
    _check(engine, plan, request)
    steps = request.steps or engine.pack.manifest.sampler.steps
    shown = plan.to_json(steps)
    _show(plan, shown, console)
    if arguments.plan:
        console.result(shown)
        return
    sounding = Sounding(engine, plan, request, arguments.output)
    with console.progress() as progress:
        results = sounding.run(progress, cancelled)
    stem = next(iter(engine.pack.manifest.stems))
    timelines = assemble(edit, arguments.edit, results, stem, arguments.output)
    _report(results, timelines, console)
    console.result(
        {
            "plan": shown,
            "results": [result.to_json() | {"fresh": result.fresh} for result in results],
            "timelines": {form: str(path) for form, path in timelines.items()},
            "index": str(sounding.index),
            "seed": sounding.seed,
        }
    )


def _choice(arguments: argparse.Namespace) -> Choice:
    from engine.timeline.plan import Choice

    return Choice(
        tracks=tuple(arguments.track),
        numbers=arguments.clips,
        start=arguments.start,
        end=arguments.end,
        handles=arguments.handles,
        media=arguments.media,
        skip_missing=arguments.skip_missing,
    )


def _request(arguments: argparse.Namespace, engine: Engine) -> Request:
    from engine.request import Request

    return Request(
        prompt=arguments.prompt,
        negative=arguments.negative,
        seed=arguments.seed,
        steps=arguments.steps,
        guidance={name or engine.prompt_guidance: x for name, x in arguments.guidance or ()},
    )


def _check(engine: Engine, plan: Plan, request: Request) -> None:
    from dataclasses import replace

    for stem in dict.fromkeys(job.stem for job in plan.jobs):
        spans = (job.span for job in plan.jobs if job.stem == stem)
        engine.check(replace(request, stem=stem), *spans)


def _show(plan: Plan, shown: dict[str, Any], console: Console) -> None:
    rows = [
        (
            str(clip["number"]),
            clip["at"],
            clip["track"],
            clip["name"],
            f"{clip['frames']} frames",
            f"{float(Fraction(clip['speed'])):g}x" if clip["speed"] != "1" else "",
            clip["stem"] or "",
        )
        for clip in shown["clips"]
    ]
    console.table(rows)
    for name, track, at, why in plan.left_out:
        console.warning(f"{name} at {at} on {track} is left out: it {why}")
    minutes, seconds = divmod(round(shown["estimate"]), 60)
    console.line(
        f"{len(plan.jobs)} sounds, {shown['seconds']:.1f} s in all; about {minutes}:{seconds:02d}"
        " minutes on a small desktop without a GPU"
    )


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

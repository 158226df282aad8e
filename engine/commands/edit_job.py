"""What commands over a whole edit share: their arguments, and an edit made ready by them."""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.commands.arguments import add_engine, add_prompts, add_wish, prompt_sheet
from engine.commands.licence import announce
from engine.commands.wish import asked
from engine.duration import spoken

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.commands.console import Console
    from engine.pipeline import Engine
    from engine.prompt_sheet import PromptSheet
    from engine.request import Request
    from engine.timeline.plan import Choice, Plan

_LONGEST_HANDLE = 60
_MOST_CLIPS = 1_000_000


class EditJob(NamedTuple):
    """An edit, what is wanted of it, and who makes it.

    Attributes:
        plan: What is to be made.
        engine: Makes it.
        request: What to hear.
        prompts: What to hear in clips that it names.
        shown: The plan as plain JSON values.
    """

    plan: Plan
    engine: Engine
    request: Request
    prompts: PromptSheet
    shown: dict[str, Any]


def add_edit(parser: argparse.ArgumentParser) -> None:
    """Declare the edit, which clips of it are meant, and what to hear."""
    parser.add_argument("edit", type=Path, metavar="EDIT")
    _add_choice(parser)
    add_wish(parser, "of the first clip, the next ones count up (default: drawn, and kept in DIR)")
    add_prompts(parser, "clip (as the edit calls it, its file or its number)")
    add_engine(parser)


def _add_choice(parser: argparse.ArgumentParser) -> None:
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
        "--path-mapping",
        type=Path,
        metavar="FILE",
        help="where folders that the edit names lie on this machine (a farm's rules, in JSON)",
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


def prepare(arguments: argparse.Namespace, cancelled: Callable[[], bool]) -> EditJob:
    """Read and plan the edit, and refuse what its pack cannot do.

    Raises:
        LumiphoneError: Whatever cannot be used.
    """
    from engine.pipeline import Engine
    from engine.timeline.edit import read_edit
    from engine.timeline.planning import make_plan

    prompts = prompt_sheet(arguments)
    edit = read_edit(arguments.edit)
    engine = Engine.load(arguments.pack, device=arguments.device)
    request = asked(arguments, engine)
    stems = engine.stems(request)
    apart = stems if request.stems or len(stems) > 1 else (None,)
    plan = make_plan(edit, _choice(arguments), apart, cancelled)
    _check(engine, plan, request, prompts)
    shown = plan.to_json(request.steps or engine.pack.manifest.sampler.steps)
    return EditJob(plan, engine, request, prompts, shown)


def _choice(arguments: argparse.Namespace) -> Choice:
    from engine.timeline.path_mapping import PathMapping
    from engine.timeline.plan import Choice

    rules = arguments.path_mapping
    return Choice(
        tracks=tuple(arguments.track),
        numbers=arguments.clips,
        start=arguments.start,
        end=arguments.end,
        handles=arguments.handles,
        media=arguments.media,
        mapping=PathMapping.load(rules) if rules else PathMapping(),
        skip_missing=arguments.skip_missing,
    )


def _check(engine: Engine, plan: Plan, request: Request, prompts: PromptSheet) -> None:
    for job in plan.jobs:
        engine.check(prompts.wish(request, job.names), job.span)


def show_plan(job: EditJob, console: Console) -> None:
    """Show a person what is to be made, what is not, and what the pack's licence asks."""
    announce(job.engine.pack.manifest, console)
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
        for clip in job.shown["clips"]
    ]
    console.table(rows)
    for name, track, at, why in job.plan.left_out:
        console.warning(f"{name} at {at} on {track} is left out: it {why}")
    for unused in job.prompts.unused(one.names for one in job.plan.jobs):
        console.warning(f"The prompts name a clip '{unused}', and none of these is called so")
    console.line(
        f"{len(job.plan.jobs)} sounds, {job.shown['seconds']:.1f} s in all; about"
        f" {spoken(job.shown['estimate'])} on a small desktop without a GPU"
    )

"""``lumiphone batch``: folders of clips as one job that can be stopped and taken up again."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.commands.arguments import (
    add_engine,
    add_json,
    add_prompts,
    add_sound_form,
    add_video,
    add_wish,
    check_video,
    prompt_sheet,
    sound_form,
    whole_number,
)
from engine.commands.licence import announce
from engine.commands.wish import asked
from engine.duration import spoken
from engine.errors import CancelledError, InputError, LumiphoneError
from engine.request import MAX_TAKES

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.batch.index import JobIndex
    from engine.batch.plan import Plan
    from engine.batch.run import Outcome
    from engine.commands.console import Console
    from engine.delivery import Delivery
    from engine.pipeline import Engine
    from engine.progress import Cancelled
    from engine.prompt_sheet import PromptSheet

_DESCRIPTION = """\
Sound many clips: files, and all films in folders and their folders. Writes

  DIR/<folder>/<clip name>/   takes as `lumiphone generate` writes them; folders as they were
  DIR/index.json, index.txt   what is there, what failed and why, for programs and for people

Stop it whenever you like (Ctrl-C, kill, power): run the same again, and it goes on where it was.
What is there is not made twice, what was half made is not kept, and clips that came since are made
too. A clip that cannot be sounded stops nothing: it is named at the end, the exit code is 2.
"""
_EPILOG = """\
With --json the last line on stdout is one object: {"plan", "results": [{"clip", "made", "warnings",
"why"}], "index", "readable", "seed"}; with --plan it is the plan alone.
"""


class _Prepared(NamedTuple):
    engine: Engine
    delivery: Delivery
    results: JobIndex
    plan: Plan
    prompts: PromptSheet


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "batch",
        help="sound folders of clips as one job",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("clips", nargs="+", type=Path, metavar="FOLDER|CLIP")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", required=True, help="where everything goes"
    )
    parser.add_argument(
        "--plan", action="store_true", help="show what would be made and how long it takes, and end"
    )
    parser.add_argument(
        "--takes",
        type=whole_number(1, MAX_TAKES),
        default=1,
        metavar="N",
        help="of each clip (default: 1)",
    )
    add_wish(parser, "that the clips' own follow from (default: drawn, and kept in DIR)")
    add_prompts(parser, "clip (its file's name, * for any letters)")
    add_video(parser)
    add_sound_form(parser)
    add_engine(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(
    arguments: argparse.Namespace, console: Console, cancelled: Callable[[], bool]
) -> int | None:
    """Plan, make, report, and return the exit code.

    Raises:
        LumiphoneError: Whatever stops the whole job; finished takes stay.
    """
    from engine.batch.run import BatchRun

    check_video(arguments)
    ready = _prepare(arguments, console, cancelled)
    estimate = _estimate(ready, console, cancelled)
    shown = ready.plan.to_json(estimate)
    _show(ready, estimate, console)
    if arguments.plan:
        console.result(shown)
        return None
    batch = BatchRun(ready.engine, ready.plan, ready.delivery, ready.results)
    with console.progress() as progress:
        outcomes = batch.run(
            progress, cancelled, lambda number, outcome: _tell(number, outcome, ready.plan, console)
        )
    failed = [outcome for outcome in outcomes if outcome.why]
    made = sum(len(outcome.made) for outcome in outcomes)
    console.line(f"{made} takes made, {ready.plan.done} were there already")
    console.line(str(ready.results.readable))
    if failed:
        console.warning(f"{len(failed)} of {len(outcomes)} clips could not be sounded")
    console.result(
        {
            "plan": shown,
            "results": [_result(outcome) for outcome in outcomes],
            "index": str(ready.results.path),
            "readable": str(ready.results.readable),
            "seed": ready.results.seed,
        }
    )
    return InputError.exit_code if failed else None


def _prepare(arguments: argparse.Namespace, console: Console, cancelled: Cancelled) -> _Prepared:
    from engine.batch.clips import batch_clips
    from engine.batch.index import JobIndex
    from engine.batch.plan import Planner
    from engine.delivery import Delivery
    from engine.pipeline import Engine

    prompts = prompt_sheet(arguments)
    clips = batch_clips(arguments.clips, arguments.output)
    engine = Engine.load(arguments.pack, device=arguments.device, remembered=1)
    request = replace(asked(arguments, engine), takes=arguments.takes, seed=None)
    announce(engine.pack.manifest, console)
    engine.check(request)
    codec = arguments.audio_codec if arguments.video else None
    delivery = Delivery(arguments.output, codec, arguments.container, sound_form(arguments))
    index = JobIndex(arguments.output, arguments.seed)
    planner = Planner(engine, request, prompts, delivery, index)
    with console.progress() as progress:
        plan = planner.plan(clips, progress, cancelled)
    return _Prepared(engine, delivery, index, plan, prompts)


def _estimate(ready: _Prepared, console: Console, cancelled: Cancelled) -> float | None:
    """Seconds that the rest takes: at this job's pace so far, or as a short take is made now.

    None where that take fails: its clip will say why when its turn comes.
    """
    from engine.batch.plan import identified, steps_of
    from engine.rehearsal import measured_pace

    job = next((job for job in ready.plan.jobs if job.missing), None)
    if job is None:
        return 0.0
    pace = ready.results.pace(steps_of(ready.engine, job.request))
    try:
        source = None if pace else identified(job, cancelled).source
        if source is not None:
            with console.progress() as progress:
                pace = measured_pace(ready.engine, source, job.request, progress, cancelled)
    except CancelledError:
        raise
    except LumiphoneError:
        return None
    return pace * float(ready.plan.to_make) if pace else None


def _show(ready: _Prepared, estimate: float | None, console: Console) -> None:
    plan = ready.plan
    rows = [
        (
            job.clip.key,
            f"{float(job.duration):.1f} s",
            f"{len(job.missing)} to make" if job.missing else "",
            f"{len(job.done)} there" if job.done else "",
            job.request.prompt or "",
        )
        for job in plan.jobs
        if not job.obstacle
    ]
    console.table(rows)
    for job in plan.jobs:
        if job.obstacle:
            console.warning(f"{job.clip.key} cannot be sounded: {job.obstacle}")
    for unused in ready.prompts.unused(job.names for job in plan.jobs):
        console.warning(f"The prompts name a clip '{unused}', and none of these is called so")
    there = f", {plan.done} are there already" if plan.done else ""
    long = f"; about {spoken(estimate)} on this machine" if estimate else ""
    console.line(f"{plan.missing} takes to make{there}; {float(plan.to_make):.1f} s of sound{long}")


def _tell(number: int, outcome: Outcome, plan: Plan, console: Console) -> None:
    """One line for each clip as it ends, so that a log shows how far the job is."""
    place = f"[{number}/{len(plan.jobs)}]"
    if outcome.why and not outcome.job.obstacle:
        console.warning(f"{place} {outcome.job.clip.key} failed: {outcome.why}")
    for warning in outcome.warnings:
        console.warning(f"{outcome.job.clip.key}: {warning}")
    for take in outcome.made:
        console.line(f"{place} {take['wav']}  (seed {take['seed']})")


def _result(outcome: Outcome) -> dict[str, object]:
    return {
        "clip": outcome.job.clip.key,
        "made": list(outcome.made),
        "warnings": list(outcome.warnings),
        "why": outcome.why,
    }

"""``lumiphone farm``: a whole edit as a job for a render farm."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.arguments import add_json, whole_number
from engine.commands.edit_job import add_edit, prepare, show_plan
from engine.commands.wish import said_of_stems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.commands.console import Console
    from engine.commands.edit_job import EditJob
    from engine.farm.template import Parameter, Work
    from engine.packs.manifest import Stem

_MOST_PER_TASK = 10_000
_RESULTS = "result"  # in the job's folder
_SEEDS = 2**31  # as many as fit the farms' whole numbers
_DESCRIPTION = """\
Write an edit as a job for a render farm (Open Job Description): chunks of clips are sounded side by
side, then the edit is put together. Nothing is sounded now.

  JOB/template.json          the job: steps Sound and Assemble
  JOB/<edit>                 a copy of the edit, and of the prompts if there is a file of them
  JOB/parameters.json        its values, for `openjd run`
  JOB/parameter_values.json  the same for AWS Deadline Cloud
  JOB/asset_references.json  the files that the edit shows, for AWS Deadline Cloud

Every machine must have `lumiphone` with the same pack, and see the same files. See docs/farms.md.
"""
_EPILOG = """\
With --json the last line on stdout is one object: {"template", "parameters", "plan", "tasks",
"command"}.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "farm",
        help="write an edit as a job for a render farm (OpenJD)",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="JOB", required=True, help="the job's folder"
    )
    parser.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help="where the job writes, on storage that all machines see (default: JOB/result)",
    )
    parser.add_argument(
        "--clips-per-task",
        type=whole_number(1, _MOST_PER_TASK),
        default=4,
        metavar="N",
        help="how many clips a machine makes in one go (default: %(default)s)",
    )
    parser.add_argument(
        "--gpu",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="sound only on machines with a GPU (default: yes)",
    )
    parser.add_argument(
        "--command",
        default="lumiphone",
        metavar="PATH",
        help="what starts Lumiphone on the machines (default: %(default)s)",
    )
    add_edit(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, cancelled: Callable[[], bool]) -> None:
    """Plan, and write the job.

    Raises:
        LumiphoneError: Whatever went wrong.
    """
    from engine.farm.bundle import PARAMETERS, Inputs, write_bundle
    from engine.farm.template import ASSEMBLE

    job = prepare(arguments, cancelled)
    show_plan(job, console)
    template = write_bundle(
        arguments.output,
        _work(arguments, job),
        Inputs(arguments.edit, arguments.prompts, tuple(one.clip.path for one in job.plan.jobs)),
    )
    values = f"file://{template.with_name(PARAMETERS).absolute()}"
    command = ["openjd", "run", str(template), "--step", ASSEMBLE, "--run-dependencies"]
    command += ["--job-param", values]
    tasks = _tasks({one.number for one in job.plan.jobs}, arguments.clips_per_task)
    console.line(f"{template}: {tasks} tasks of up to {arguments.clips_per_task} clips, then one")
    console.line(f"To run it here: {shlex.join(command)}")
    result = {"template": str(template), "parameters": values, "plan": job.shown}
    console.result(result | {"tasks": tasks, "command": command})


def _tasks(numbers: set[int], size: int) -> int:
    """How many chunks the farm makes: ranges without gaps are split evenly."""
    starts = sorted(number for number in numbers if number - 1 not in numbers)
    ends = sorted(number for number in numbers if number + 1 not in numbers)
    return sum(-(-(end - start + 1) // size) for start, end in zip(starts, ends, strict=True))


def _work(arguments: argparse.Namespace, job: EditJob) -> Work:
    from engine.farm.template import Work

    return Work(
        title=f"Sound for {job.plan.edit.name}",
        parameters=tuple(_parameters(arguments, job)),
        settings=tuple(_settings(arguments)),
        gpu=arguments.gpu,
    )


def _parameters(arguments: argparse.Namespace, job: EditJob) -> Iterator[Parameter]:
    import secrets

    from engine.farm.bundle import prompts_name
    from engine.farm.template import Parameter, numbers_text

    seed = secrets.randbelow(_SEEDS) if arguments.seed is None else arguments.seed
    numbers = numbers_text({one.number for one in job.plan.jobs})
    folder = arguments.output.absolute()
    edit = arguments.edit.name
    yield Parameter("Edit", str(folder / edit), "The edit.", "INPUT", beside=edit)
    yield _results(arguments)
    yield Parameter("Clips", numbers, "Numbers of the clips.")
    yield Parameter("ClipsPerTask", arguments.clips_per_task, "Clips in one go.", "INT")
    yield Parameter("Lumiphone", arguments.command, "What starts Lumiphone.")
    yield Parameter("Seed", seed, "Another seed is another take.", "INT", "--seed")
    for stem, text in dict(arguments.prompt or ()).items():
        yield _words("Prompt", stem, text, "What to hear")
    for stem, text in dict(arguments.negative or ()).items():
        yield _words("Negative", stem, text, "What not to hear")
    if arguments.prompts:
        name, what = prompts_name(arguments.prompts), "What to hear in which clip."
        yield Parameter("Prompts", str(folder / name), what, "INPUT", "--prompts", name)
    if arguments.media:
        path = str(arguments.media.absolute())
        what = "Where files lie that are not where they were."
        yield Parameter("Media", path, what, "PLACE", "--media")


def _results(arguments: argparse.Namespace) -> Parameter:
    from engine.farm.template import Parameter

    target = arguments.to or arguments.output / _RESULTS
    beside = "" if arguments.to else _RESULTS
    what = "Where the sounds go."
    return Parameter("Output", str(target.absolute()), what, "RESULTS", beside=beside)


def _words(name: str, stem: Stem | None, text: str, what: str) -> Parameter:
    from engine.farm.template import Parameter

    option = f"--{name.lower()}"
    if stem is None:
        return Parameter(name, text, f"{what}.", option=option)
    return Parameter(f"{name}{stem.title()}", f"{stem}={text}", f"{what}: {stem}.", option=option)


def _settings(arguments: argparse.Namespace) -> Iterator[str]:
    """The words of the edit's other settings, as they were given."""
    yield from said_of_stems(arguments)
    if arguments.handles:
        yield from ("--handles", str(arguments.handles))
    if arguments.steps:
        yield from ("--steps", str(arguments.steps))
    for name, value in arguments.guidance or ():
        yield from ("--guidance", f"{name}={value:g}" if name else f"{value:g}")
    if arguments.pack:
        yield from ("--pack", arguments.pack)
    yield from ("--device", arguments.device)

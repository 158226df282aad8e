"""``lumiphone doctor``: what this machine has, what is missing, and how to get it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.commands.arguments import add_json
from engine.errors import LumiphoneError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from engine.commands.console import Console
    from engine.doctor import Diagnosis


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "doctor",
        help="say what is missing and how to get it",
        description="Look at versions, providers, GPU and packs; say what is missing and how to"
        f" get it. Ends with {LumiphoneError.exit_code} if no sound can be made here.",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(
    arguments: argparse.Namespace,  # noqa: ARG001 - every command gets them
    console: Console,
    cancelled: Callable[[], bool],  # noqa: ARG001 - ditto
) -> int:
    """Examine the machine, report, and return the exit code."""
    from engine.doctor import examine

    diagnosis = examine()
    console.table(_rows(diagnosis))
    for problem in diagnosis.problems:
        console.line(f"{'PROBLEM' if problem.fatal else 'note'}: {problem.what}. {problem.remedy}.")
    console.line("All is well." if diagnosis.healthy else "No sound can be made here yet.")
    console.result(diagnosis.to_json())
    return 0 if diagnosis.healthy else LumiphoneError.exit_code


def _rows(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    libraries = diagnosis.libraries.items()
    packs = [f"{pack.id} ({'whole' if pack.whole else 'damaged'})" for pack in diagnosis.packs]
    return [
        ("lumiphone", diagnosis.program),
        ("python", diagnosis.python),
        ("system", f"{diagnosis.system}, {diagnosis.cores} cores"),
        ("libraries", ", ".join(f"{name} {version or 'MISSING'}" for name, version in libraries)),
        ("computes on", ", ".join(diagnosis.providers) or "nothing"),
        ("GPU", "; ".join(diagnosis.gpus) or "none seen"),
        ("pack folders", ", ".join(diagnosis.pack_folders)),
        ("packs", ", ".join(packs) or "none"),
        ("Resolve's menu", diagnosis.resolve or "not there (lumiphone install resolve)"),
    ]

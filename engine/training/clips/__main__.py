"""Composes training clips: ``python -m engine.training.clips --bank DIR --count N --out DIR``."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import LumiphoneError
from engine.training.clips.shards import Recipe, write_clips
from engine.training.settings import parse_settings

if TYPE_CHECKING:
    from collections.abc import Sequence


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the stage's command (``sys.argv`` if nothing is given)."""
    parser = argparse.ArgumentParser(prog="python -m engine.training.clips", description=__doc__)
    parser.add_argument("--bank", type=Path, required=True, help="folder of the audio bank")
    parser.add_argument("--count", type=int, required=True, help="how many clips of 8.02 s")
    parser.add_argument("--out", type=Path, required=True, help="where to; continued if there")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--split", choices=["train", "held-out"], default="train")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    return parse_settings(parser, "clips", arguments)


def main() -> int:
    """Parse, compose, report; returns the exit code."""
    arguments = parse_arguments()
    recipe = Recipe(str(arguments.bank), arguments.split, arguments.seed)
    started = time.monotonic()

    def progress(done: int, total: int) -> None:
        if done % 100 == 0 or done == total:
            sys.stdout.write(f"{done} of {total} clips, {time.monotonic() - started:.0f} s\n")
            sys.stdout.flush()

    try:
        write_clips(recipe, arguments.count, arguments.out, arguments.workers, progress)
    except LumiphoneError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

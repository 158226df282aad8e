"""How well cue sheet and sound meet true contacts in one clip.

``python -m engine.training.evaluation.sample_clip samples/impacts.mp4 samples/impacts.json``
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from engine import load_engine
from engine.cues import CueSheet
from engine.errors import LumiphoneError
from engine.onset_agreement import match
from engine.training.clips.onsets import detect_onsets

TOLERANCES = (0.05, 0.1)  # seconds


def report(name: str, true: list[float], found: list[float]) -> str:
    """Return one line: how many contacts are met at each tolerance, and how far off."""
    parts = []
    for tolerance in TOLERANCES:
        agreement = match(true, found, tolerance)
        parts.append(
            f"{agreement.matched} of {agreement.asked} within {tolerance * 1000:.0f} ms"
            f" (F1 {agreement.f1:.2f})"
        )
    offsets = match(true, found, TOLERANCES[-1]).offsets
    mean = f", mean offset {np.mean(offsets) * 1000:+.0f} ms" if offsets else ""
    return f"{name}: {', '.join(parts)}; {len(found)} found{mean}"


def main() -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("truth", type=Path, help="cue sheet with the true contacts")
    parser.add_argument("--takes", type=int, default=3)
    parser.add_argument("--prompt", help="what to hear; without it, what is seen")
    options = parser.parse_args()
    try:
        true = [event.seconds for event in CueSheet.load(options.truth).events]
        takes = load_engine().generate(
            options.clip, prompt=options.prompt, takes=options.takes, seed=1
        )
    except LumiphoneError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    cues = [event.seconds for event in takes[0].observation.cues.events]
    lines = [report("cue sheet", true, cues)]
    for take in takes:
        heard = [onset.sample / take.sample_rate for onset in detect_onsets(take.samples[0])]
        lines.append(report(f"take with seed {take.seed}", true, heard))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What takes look like: ``python -m engine.training.evaluation.sample_page --docs docs``.

Writes ``samples.md`` with one picture for every clip: its pictures, its cue sheet with the true
contacts over it, and the spectrograms of two takes and of one with a negative prompt.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from engine import load_engine
from engine.errors import LumiphoneError
from engine.media.staging import staged
from engine.onset_agreement import match
from engine.onsets import detect_onsets
from engine.source import Source
from engine.training.evaluation.drawing import draw_cues, draw_spectrogram, film_strip
from engine.training.evaluation.held_out_clips import SHIPPED, HeldOutClip, load_clip
from engine.training.evaluation.page import write_page
from engine.training.evaluation.synchrony import LENIENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.pipeline import Engine
    from engine.takes import Take

TABLE = Path(__file__).with_suffix(".toml")
PICTURES, PICTURE_HEIGHT = 9, 72
WIDTH_INCHES = 10.0
SEED = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """A clip that is shown.

    Attributes:
        clip: With its true contacts.
        prompt: What is asked for.
        refused: What the third take refuses besides.
    """

    clip: HeldOutClip
    prompt: str
    refused: str


def load_samples(samples: Path = SHIPPED.parent) -> tuple[Sample, ...]:
    """Return the clips of the table that comes with this module.

    Args:
        samples: The folder that their paths start from.

    Raises:
        CueSheetError: The truth beside a clip is missing or no cue sheet.
    """
    rows: list[dict[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))["clip"]
    found = []
    for row in rows:
        clip = load_clip(samples / f"{row['path']}.json")
        found.append(Sample(clip, row.get("prompt", clip.words), row["refused"]))
    return tuple(found)


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pack", help="the pack's id; without it, the default pack")
    parser.add_argument("--docs", type=Path, required=True, help="the documentation's folder")
    options = parser.parse_args(arguments)
    try:
        engine = load_engine(options.pack)
        (options.docs / "images" / "samples").mkdir(parents=True, exist_ok=True)
        sections = []
        for sample in load_samples():
            sys.stderr.write(f"{sample.clip.name}\n")
            sections.append(_section(engine, sample, options.docs))
        manifest = engine.pack.manifest
        about = {"pack": manifest.title, "samples": "\n\n".join(sections)}
        write_page(options.docs, "samples.md", about)
    except LumiphoneError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def _section(engine: Engine, sample: Sample, docs: Path) -> str:
    """Make the takes of one clip, write its picture, and return its part of the page."""
    source = Source.open(sample.clip.path)
    takes = engine.generate(source, prompt=sample.prompt, takes=2, seed=SEED)
    takes += engine.generate(source, prompt=sample.prompt, negative=sample.refused, seed=SEED)
    picture = Path("images") / "samples" / f"{sample.clip.name}.webp"
    with staged(docs / picture) as draft:
        draw(sample, takes).savefig(draft, format="webp", pil_kwargs={"quality": 72, "method": 6})
    seen = takes[0].observation.scene.prompt
    facts = [
        f'Prompt: "{sample.prompt}"; the third take refuses "{sample.refused}".',
        f"Seen without a prompt: {seen}." if seen else "Nothing is recognised without a prompt.",
        _agreement(sample, takes),
    ]
    name = sample.clip.name.replace("_", " ")
    return f"## {name.capitalize()}\n\n{' '.join(facts)}\n\n![{name}]({picture.as_posix()})"


def _agreement(sample: Sample, takes: Sequence[Take]) -> str:
    times = sample.clip.times
    cues = takes[0].observation.cues.events
    heard = [_onsets(take) for take in takes]
    if not times:
        counts = ", ".join(str(len(onsets)) for onsets in heard)
        return f"Nothing sounds here: {len(cues)} events were seen, {counts} onsets are heard."
    met = match(times, [event.seconds for event in cues], LENIENT)
    scores = ", ".join(f"{match(times, onsets, LENIENT).f1:.2f}" for onsets in heard)
    return (
        f"Of {len(times)} contacts {met.matched} were seen within 100 ms, {met.heard - met.matched}"
        f" events are wrong; onset F1 of the takes: {scores}."
    )


def _onsets(take: Take) -> list[float]:
    return [onset.sample / take.sample_rate for onset in detect_onsets(take.samples[0])]


def draw(sample: Sample, takes: Sequence[Take]) -> Figure:
    """Return the drawing of a clip and its takes, the last of them with the negative prompt.

    Raises:
        MediaError: The clip cannot be decoded.
    """
    seconds = takes[0].samples.shape[1] / takes[0].sample_rate
    strip = film_strip(sample.clip.path, PICTURES, PICTURE_HEIGHT)
    tall = WIDTH_INCHES * strip.shape[0] / strip.shape[1]
    heights = [tall, 0.8, *[1.1] * len(takes)]
    with mpl.rc_context({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(WIDTH_INCHES, sum(heights) + 1.1), dpi=100, layout="constrained")
        lanes = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
        lanes[0].imshow(strip, extent=(0, seconds, 0, 1), aspect="auto", interpolation="none")
        lanes[0].set_axis_off()
        draw_cues(lanes[1], takes[0].observation.cues)
        lanes[1].plot(sample.clip.times, np.full(len(sample.clip.times), 1.0), "kv", ms=3)
        names = [f"seed {take.seed}" for take in takes[:-1]]
        for lane, take, name in zip(lanes[2:], takes, [*names, "refusing"], strict=True):
            draw_spectrogram(lane, take.samples[0], take.sample_rate)
            lane.set_ylabel(name)
        lanes[-1].set_xlim(0, seconds)
        lanes[-1].set_xlabel("seconds (triangles: true contacts)")
        figure.align_ylabels(lanes[1:])
    return figure


if __name__ == "__main__":
    sys.exit(main())

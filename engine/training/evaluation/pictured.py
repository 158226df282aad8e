"""Is it right without a prompt: does a picture of a thing give the sound of that thing?"""

from __future__ import annotations

import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from PIL import Image

from engine.pipeline import Engine
from engine.source import Source
from engine.training.evaluation.binding import Recognition, recognise
from engine.training.evaluation.cue_sheets import regular_sheet
from engine.training.evaluation.prompts import Prompt
from engine.training.evaluation.subject import Wish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.training.evaluation.bench import Bench, Sound

TABLE = Path(__file__).with_suffix(".toml")
SEED = 600  # apart from those of the other takes
_SECONDS, _RATE = 4, 25
_EVERY = 1.2  # seconds between cue events where the table says nothing


@dataclass(frozen=True, slots=True)
class PicturedSubject:
    """A picture and what must be heard.

    Attributes:
        path: The picture.
        sound: Its words and classes; the words are for comparison only.
    """

    path: Path
    sound: Prompt


@dataclass(frozen=True, slots=True)
class PicturedRow:
    """One picture.

    Attributes:
        name: What it shows.
        seen: The prompt that the pack makes of it; "-" for none.
        takes: Takes without words.
        told: Takes with the words that a person would use.
        blind: Takes with neither words nor picture.
        others: Takes of the other pictures, as far as they share none of its classes.
    """

    name: str
    seen: str
    takes: Recognition
    told: Recognition
    blind: Recognition
    others: Recognition


@dataclass(frozen=True, slots=True)
class PicturedFigures:
    """All pictures.

    Attributes:
        rows: Per picture.
    """

    rows: tuple[PicturedRow, ...]


@dataclass(frozen=True, slots=True)
class _Trial:
    subject: PicturedSubject
    seen: str
    takes: tuple[Sound, ...]
    told: tuple[Sound, ...]
    blind: tuple[Sound, ...]


def load_subjects(folder: Path) -> tuple[PicturedSubject, ...]:
    """Return the subjects of the table that comes with this module, pictures from ``folder``."""
    rows = tomllib.loads(TABLE.read_text("utf-8"))["subject"]
    return tuple(
        PicturedSubject(
            folder / f"{row['name']}.jpg",
            Prompt(row["words"], tuple(row["classes"]), (), row.get("every", _EVERY)),
        )
        for row in rows
    )


def measure_pictured(bench: Bench) -> PicturedFigures:
    """Return how the pictures are heard.

    Raises:
        LumiphoneError: A picture cannot be read, or a graph failed.
    """
    engine = Engine(bench.subject.pack, bench.subject.device)
    subjects = bench.plan.subjects
    trials = []
    with tempfile.TemporaryDirectory() as folder:
        for i, subject in enumerate(subjects):
            bench.progress("pictured", i / max(1, len(subjects)))
            clip = write_still(subject.path, Path(folder) / f"{subject.path.stem}.mp4")
            trials.append(_trial(bench, engine, subject, Source.open(clip)))
    bench.progress("pictured", 1)
    return PicturedFigures(tuple(_row(trial, trials) for trial in trials))


def write_still(picture: Path, clip: Path) -> Path:
    """Write a clip that shows a picture of even size all the time, and return its path."""
    pixels = np.asarray(Image.open(picture).convert("RGB"))
    with av.open(clip, "w") as container:
        stream = container.add_stream("libx264", rate=_RATE)
        stream.height, stream.width = pixels.shape[:2]
        stream.pix_fmt = "yuv420p"
        for _ in range(_SECONDS * _RATE):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))
    return clip


def _trial(bench: Bench, engine: Engine, subject: PicturedSubject, source: Source) -> _Trial:
    count, sound = bench.plan.takes, subject.sound
    sheet = regular_sheet(sound.every or _EVERY, _SECONDS)
    seen = engine.observe(source, stages={"scene"}).scene.prompt

    def takes(prompt: str | None) -> tuple[Sound, ...]:
        made = engine.generate(source, prompt=prompt, takes=count, seed=SEED, cues=sheet)
        return tuple(bench.sound(take.samples[0]) for take in made)

    samples = source.span.samples(engine.pack.manifest.audio.sample_rate)
    blind = tuple(
        bench.sound(bench.subject.take(Wish(cues=sheet), SEED + k, samples=samples))
        for k in range(count)
    )
    return _Trial(subject, seen or "-", takes(None), takes(sound.words), blind)


def _row(trial: _Trial, trials: Sequence[_Trial]) -> PicturedRow:
    sound = trial.subject.sound
    others = [
        heard
        for other in trials
        if set(sound.classes).isdisjoint(other.subject.sound.classes)
        for heard in other.takes
    ]
    return PicturedRow(
        trial.subject.path.stem,
        trial.seen,
        takes=recognise(trial.takes, sound),
        told=recognise(trial.told, sound),
        blind=recognise(trial.blind, sound),
        others=recognise(others or trial.blind, sound),
    )

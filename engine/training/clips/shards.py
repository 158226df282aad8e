"""Composed clips on disk: one memory-mapped file of samples and one line of JSON a clip."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from engine.errors import InputError
from engine.training.bank.store import Bank, Split
from engine.training.clips.composer import CLIP_SAMPLES, Clip, Composer
from engine.training.clips.palette import Palette

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AUDIO = "audio.s16"
CAPTIONS = "captions.jsonl"
RECIPE = "clips.json"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what the clips are.

    Attributes:
        bank: Folder of the audio bank.
        split: Which recordings may be used.
        seed: Clip i depends only on (bank, split, seed, i).
        samples: Length of every clip at 48 kHz.
    """

    bank: str
    split: Split
    seed: int
    samples: int = CLIP_SAMPLES


def clip_random(seed: int, index: int) -> np.random.Generator:
    """Return the random state of one clip (counter-based: no clip depends on another)."""
    return np.random.Generator(np.random.Philox(key=[seed, index]))


def write_clips(
    recipe: Recipe,
    count: int,
    folder: Path,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> None:
    """Compose clips 0 to ``count`` into a folder; an interrupted or shorter run is continued.

    ``audio.s16`` holds int16 [count, samples], ``captions.jsonl`` line i describes clip i.

    Args:
        recipe: What to compose.
        count: How many clips the folder shall hold.
        folder: Where to.
        workers: Processes to compose with.
        progress: Told (done, total) after every clip.

    Raises:
        InputError: The folder holds clips of another recipe.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _check_recipe(recipe, folder)
    with (
        (folder / AUDIO).open("ab") as audio,
        (folder / CAPTIONS).open("a", encoding="utf-8") as captions,
    ):
        done = _whole_clips(folder, recipe.samples)
        audio.truncate(done * recipe.samples * 2)
        for index, (samples, line) in enumerate(_composed(recipe, done, count, workers), done):
            audio.write(samples.tobytes())
            audio.flush()
            captions.write(line + "\n")
            captions.flush()
            progress(index + 1, count)


def open_audio(folder: Path) -> npt.NDArray[np.int16]:
    """Return the clips of a folder, int16 [count, samples], memory-mapped.

    Raises:
        InputError: No clips there.
    """
    try:
        samples = json.loads((folder / RECIPE).read_text("utf-8"))["samples"]
        flat: npt.NDArray[np.int16] = np.memmap(folder / AUDIO, np.int16, "r")
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{folder} holds no clips ({error})", "Compose them: python -m engine.training.clips"
        ) from error
    return flat[: len(flat) // samples * samples].reshape(-1, samples)


def describe(clip: Clip) -> dict[str, Any]:
    """Return a clip's line of ``captions.jsonl`` as JSON values."""
    return {
        "captions": list(clip.captions),
        "caption_free": clip.caption_free,
        "category": clip.category,
        "mode": clip.mode,
        "stem": clip.stem,
        "cues": clip.sheet.to_json(),
    }


def _composed(
    recipe: Recipe, first: int, count: int, workers: int
) -> Iterator[tuple[npt.NDArray[np.int16], str]]:
    job = partial(_compose, recipe)
    if workers < 2:
        yield from map(job, range(first, count))
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(job, range(first, count), chunksize=8)


@cache
def _composer(recipe: Recipe) -> Composer:
    return Composer(Palette(Bank(Path(recipe.bank)), recipe.split), recipe.samples)


def _compose(recipe: Recipe, index: int) -> tuple[npt.NDArray[np.int16], str]:
    clip = _composer(recipe).compose(clip_random(recipe.seed, index))
    return np.round(clip.audio * 32767).astype("<i2"), json.dumps(describe(clip))


def _check_recipe(recipe: Recipe, folder: Path) -> None:
    path = folder / RECIPE
    wanted = asdict(recipe)
    if not path.exists():
        partial_path = path.with_suffix(".part")
        partial_path.write_text(json.dumps(wanted), "utf-8")
        partial_path.replace(path)
    elif (found := json.loads(path.read_text("utf-8"))) != wanted:
        raise InputError(
            f"{folder} holds clips of another recipe ({found})", "Use another folder or delete it"
        )


def _whole_clips(folder: Path, samples: int) -> int:
    """How many clips are complete in both files; a line cut off at the end is removed."""
    path = folder / CAPTIONS
    lines = path.read_bytes().split(b"\n")[:-1]
    done = min(len(lines), (folder / AUDIO).stat().st_size // (samples * 2))
    with path.open("r+b") as file:
        file.truncate(sum(len(line) + 1 for line in lines[:done]))
    return done

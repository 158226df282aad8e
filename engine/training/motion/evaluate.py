"""Judge a motion graph: ``python -m engine.training.motion.evaluate --graph motion.onnx``.

Prints onset F1 against true contacts on scenes of two kinds: sprites of unseen seeds (the training
renderer) and ray-cast scenes (another renderer), with chance and false events a second.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.inference.events import Motion, pick_events
from engine.training.export import cpu_session
from engine.training.motion.scores import Tally, by_chance, matched
from engine.training.motion.stage import event_kinds
from engine.training.scenes import held_out, wear
from engine.training.scenes.clip import RATE, SILENT, SIZE, SOUNDING, LabelledClip, render
from engine.training.scenes.raycast import look
from engine.training.scenes.sample import room
from engine.training.scenes.scene import Contact, Set

if TYPE_CHECKING:
    from engine.packs.stages import EventKind
    from engine.training.scenes.staging import Staging

_SEED = 424_243
_ROWS, _COLUMNS = 72, 128
_FOCAL = 1.9  # nearer than in the sample clip

Encode = Callable[[NDArray[np.uint8]], Motion]


@dataclass(frozen=True, slots=True)
class Result:
    """What was picked in one clip."""

    name: str
    picked: tuple[float, ...]
    true: tuple[float, ...]
    kinds_right: int
    kinds_met: int
    seconds: float


def encoder(graph: Path) -> Encode:
    """Return a function from pictures uint8 [T, 64, 64] to what the graph says about them."""
    session = cpu_session(graph)

    def encode(pictures: NDArray[np.uint8]) -> Motion:
        frames = pictures.astype(np.float32)[None] / 255
        events, strengths, offsets, curves = session.run(
            ["events", "strengths", "offsets", "curves"], {"frames": frames}
        )
        return Motion(events[0], strengths[0], offsets[0], curves[0])

    return encode


def judge(name: str, clip: LabelledClip, motion: Motion, wanted: Sequence[EventKind]) -> Result:
    """Pick events from what the graph said and lay them beside the truth."""
    events = pick_events(motion, Fraction(RATE), wanted)
    right = met = 0
    for event in events:
        near = [c for c in clip.contacts if abs(c.seconds - event.seconds) <= 0.05]
        met += bool(near)
        right += any(contact.kind == event.kind for contact in near)
    return Result(
        name,
        tuple(event.seconds for event in events),
        tuple(contact.seconds for contact in clip.contacts),
        right,
        met,
        len(clip.pictures) / RATE,
    )


def sprites(per_family: int) -> list[tuple[str, LabelledClip]]:
    """Render clips of every training family with seeds that training never uses."""
    clips = []
    for index, name in enumerate((*SOUNDING, *SILENT)):
        random = np.random.default_rng((_SEED, index))
        clips += [(name, render(random, 150, family=name)) for _ in range(per_family)]
    return clips


def ray_cast(*, worn: bool) -> list[tuple[str, LabelledClip]]:
    """Render the held-out scenes, clean or as an archive reel with grain, flicker and scratches."""
    clips = []
    for index, (name, staged) in enumerate({**held_out.SOUNDING, **held_out.SILENT}.items()):
        rate = (24, 25, 30)[index % 3]
        pictures = _cast(staged(), rate)
        stage = Set(np.random.default_rng((_SEED, 7, index)), held_out.SECONDS, 16 / 9)
        source = wear.apply(stage, _ARCHIVE if worn else _CLEAN, pictures, SIZE)
        count = round(held_out.SECONDS * RATE)
        shown = np.floor(np.arange(count) / RATE * rate + 1e-6).astype(int)
        truth = tuple(sorted(staged().contacts, key=lambda contact: contact.seconds))
        silence = np.zeros(count, np.float32)
        clips.append((name, LabelledClip(source[shown], truth, silence, (name,))))
    return clips


_CLEAN = wear.Wear(1, 1, 0, 1, 0, None, 0, 0, 0, 1, (), 0, (0, 0), 0)
_ARCHIVE = replace(
    _CLEAN, grain=8, weave=0.5, flicker=0.06, scratches=(0.3, 0.7), dust=0.6, blur=0.6, vignette=0.3
)


def from_folders(folder: Path) -> list[tuple[str, LabelledClip]]:
    """Read scenes that another renderer wrote: folders of PNG pictures with ``truth.json``.

    Args:
        folder: As ``tools/blender_scenes.py`` writes it: pictures at RATE, [seconds, kind] pairs.
    """
    clips = []
    for truth in sorted(folder.glob("*/truth.json")):
        contacts = tuple(
            Contact(at, 1.0, kind) for at, kind in json.loads(truth.read_text("utf-8"))
        )
        paths = sorted(truth.parent.glob("*.png"))
        greys = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in paths]
        small = [
            cv2.resize(grey, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
            for grey in greys
            if grey is not None
        ]
        pictures = np.stack(small).astype(np.uint8)
        silence = np.zeros(len(pictures), np.float32)
        clips.append((truth.parent.name, LabelledClip(pictures, contacts, silence, ())))
    return clips


def _cast(staging: Staging, rate: int) -> list[NDArray[np.float32]]:
    still = room()
    pictures = []
    for frame in range(round(held_out.SECONDS * rate)):
        seconds = frame / rate
        move = staging.pan(seconds)
        view = replace(still, eye=still.eye + move, target=still.target + move, focal=_FOCAL)
        drawn = look(view, staging.shapes(seconds), _COLUMNS, _ROWS)
        pictures.append(cv2.cvtColor(drawn, cv2.COLOR_RGB2GRAY).astype(np.float32))
    return pictures


def table(results: Sequence[Result]) -> str:
    """Return a Markdown table, one row per scene family and one for all that sound."""
    lines = [
        (
            "| scenes | F1 50 ms | F1 100 ms | chance 50 | chance 100 | mean offset ms "
            "| kind right | false/s |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    names = list(dict.fromkeys(result.name for result in results))
    lines += [_row(name, [r for r in results if r.name == name]) for name in names]
    lines.append(_row("**all that sound**", [r for r in results if r.true]))
    lines.append(_row("**all silent**", [r for r in results if not r.true]))
    return "\n".join(lines)


def _row(name: str, results: Sequence[Result]) -> str:
    random = np.random.default_rng(1)
    seconds = sum(result.seconds for result in results) or 1.0
    near, wide, chance_near, chance_wide = Tally(), Tally(), Tally(), Tally()
    for result in results:
        near += matched(result.picked, result.true, 0.05)
        wide += matched(result.picked, result.true, 0.1)
        chance_near += by_chance(result.picked, result.true, 0.05, result.seconds, random=random)
        chance_wide += by_chance(result.picked, result.true, 0.1, result.seconds, random=random)
    false = (wide.picked - wide.hits) / seconds
    if not wide.true:
        return f"| {name} | | | | | | | {false:.2f} |"
    met = sum(result.kinds_met for result in results)
    right = sum(result.kinds_right for result in results) / max(met, 1)
    return (
        f"| {name} | {near.f1:.2f} | {wide.f1:.2f} | {chance_near.f1:.2f} | {chance_wide.f1:.2f} "
        f"| {1000 * wide.offset:+.0f} | {right:.2f} | {false:.2f} |"
    )


def best_threshold(
    clips: Sequence[tuple[str, LabelledClip]], motions: Sequence[Motion]
) -> tuple[float, float]:
    """Return the threshold with the best F1 at 50 ms over all clips, and that F1."""
    found: dict[float, float] = {}
    for step in range(4, 15):
        threshold = step / 20
        total = Tally()
        for (name, clip), motion in zip(clips, motions, strict=True):
            result = judge(name, clip, motion, event_kinds(threshold))
            total += matched(result.picked, result.true, 0.05)
        found[threshold] = total.f1
    best = max(found, key=lambda threshold: found[threshold])
    return best, found[best]


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graph", type=Path, required=True, help="motion.onnx")
    parser.add_argument("--per-family", type=int, default=6, help="sprite clips of each family")
    parser.add_argument("--folders", type=Path, help="scenes from tools/blender_scenes.py")
    options = parser.parse_args()
    encode = encoder(options.graph)
    sets = [
        ("Sprites, unseen seeds", sprites(options.per_family)),
        ("Ray-cast, never trained on", ray_cast(worn=False)),
        ("Ray-cast as an archive reel", ray_cast(worn=True)),
    ]
    if options.folders:
        sets.append(("Rendered elsewhere", from_folders(options.folders)))
    for title, clips in sets:
        motions = [encode(clip.pictures) for _, clip in clips]
        results = [
            judge(name, clip, motion, event_kinds())
            for (name, clip), motion in zip(clips, motions, strict=True)
        ]
        best, score = best_threshold(clips, motions)
        print(f"## {title}\n\n{table(results)}\n")  # noqa: T201 - the command's result
        print(f"Best single threshold {best:.2f}: F1 {score:.2f} at 50 ms\n")  # noqa: T201 - likewise


if __name__ == "__main__":
    main()

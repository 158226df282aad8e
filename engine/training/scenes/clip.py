"""A labelled clip: shots staged, drawn at the source's rate, worn, resampled as the reader does."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from engine.training.scenes import chains, falling, flowing, gait, rigid, silent, strokes, wear
from engine.training.scenes.drawing import Camera, camera, draw, prepare, sees
from engine.training.scenes.scene import GRID, Body, Bytes, Contact, Floats, Scene, Set

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

RATE = 25
SIZE = 64
_ASPECTS = (16 / 9, 16 / 9, 4 / 3, 1.85, 2.39, 1.0, 9 / 16)
_SOURCE_RATES = (12, 15, 18, 24, 24000 / 1001, 25, 25, 25, 30, 30000 / 1001, 50, 60)

SOUNDING: Mapping[str, tuple[float, Callable[[Set], Scene]]] = {
    "bounce": (2.2, falling.bounce),
    "topple": (0.7, falling.topple),
    "collide": (1.0, falling.collide),
    "pour": (0.8, falling.pour),
    "pendulum": (0.9, falling.pendulum),
    "dominoes": (1.4, chains.dominoes),
    "stack": (0.6, chains.stack),
    "heap": (1.8, rigid.heap),
    "pins": (1.0, rigid.pins),
    "table": (1.0, rigid.table),
    "hammer": (1.5, strokes.hammer),
    "drum": (1.2, strokes.drum),
    "clap": (0.8, strokes.clap),
    "keys": (0.6, strokes.keys),
    "press": (0.7, strokes.press),
    "door": (0.8, strokes.door),
    "put_down": (0.7, strokes.put_down),
    "walk": (4.4, gait.walk),
    "approach": (1.4, gait.approach),
    "beast": (0.7, gait.beast),
    "splash": (1.2, flowing.splash),
    "slide": (0.6, flowing.slide),
    "roll": (0.5, flowing.roll),
    "pass_by": (0.4, flowing.pass_by),
    "rain": (0.3, flowing.rain),
    "fire": (0.3, flowing.fire),
    "shimmer": (0.3, flowing.shimmer),
}


def _silent_hammer(stage: Set) -> Scene:
    return strokes.hammer(stage, silent=True)


def _silent_drum(stage: Set) -> Scene:
    return strokes.drum(stage, silent=True)


def _silent_clap(stage: Set) -> Scene:
    return strokes.clap(stage, silent=True)


def _snow(stage: Set) -> Scene:
    return flowing.rain(stage, silent=True)


SILENT: Mapping[str, tuple[float, Callable[[Set], Scene]]] = {
    "sway": (1.2, silent.sway),
    "gesture": (1.5, silent.gesture),
    "drift": (1.0, silent.drift),
    "turning": (0.6, silent.turning),
    "titles": (0.6, silent.titles),
    "breathe": (0.5, silent.breathe),
    "still": (0.8, silent.still),
    "silent_hammer": (0.5, _silent_hammer),
    "silent_drum": (0.5, _silent_drum),
    "silent_clap": (0.5, _silent_clap),
    "snow": (0.3, _snow),
}

FAMILIES = {**SOUNDING, **SILENT}


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """Pictures and their truth.

    Attributes:
        pictures: uint8 [pictures, SIZE, SIZE] at RATE; picture k is the one shown at k / RATE.
        contacts: Sorted by time, in seconds of the clip.
        energy: float32 [pictures]: loudness of what sounds continuously, 0 to 1.
        families: The names of the scenes in it.
    """

    pictures: Bytes
    contacts: tuple[Contact, ...]
    energy: Floats
    families: tuple[str, ...]


def choose_family(random: np.random.Generator, quiet: float = 0.25) -> str:
    """Draw a family by weight; ``quiet`` is the share of silent ones."""
    table = SILENT if random.random() < quiet else SOUNDING
    weights = np.array([weight for weight, _ in table.values()])
    return str(random.choice(list(table), p=weights / weights.sum()))


def render(
    random: np.random.Generator,
    pictures: int,
    *,
    family: str | None = None,
    photographs: tuple[Bytes, ...] = (),
) -> LabelledClip:
    """Render one clip of one to three shots.

    Args:
        random: The only source of chance: equal states give equal clips.
        pictures: Length in pictures at RATE.
        family: One of :data:`FAMILIES` for a single shot of it; None for a mixture with cuts.
        photographs: Grey photographs for textures.
    """
    aspect = float(random.choice(_ASPECTS))
    stage = Set(random, pictures / RATE, aspect, photographs)
    rate = float(random.choice(_SOURCE_RATES))
    number = 1 if family else int(random.choice((1, 2, 3), p=(0.75, 0.17, 0.08)))
    cuts = np.sort(random.uniform(0, stage.seconds, number - 1))
    ends = [0.0, *(float(round(cut * rate) / rate) for cut in cuts), stage.seconds]
    worn = wear.choose(stage)
    height = stage.count(72, 128)
    drawn: list[NDArray[np.float32]] = []
    contacts: list[Contact] = []
    energy = np.zeros(pictures, np.float32)
    families: list[str] = []
    for begin, end in itertools.pairwise(ends):
        name = family or choose_family(random)
        families.append(name)
        shot = replace(stage, seconds=end - begin + 0.1)
        scene = _staged(shot, name, mixed=family is None)
        instants = np.arange(round(begin * rate), np.ceil(end * rate - 1e-6)) / rate - begin
        view = camera(shot, scene)
        drawn += _shoot(shot, scene, view, instants, height, 1 / rate)
        contacts += [
            replace(contact, seconds=contact.seconds + begin)
            for contact in scene.contacts
            if 0 <= contact.seconds < end - begin
            and (contact.place is None or sees(view, aspect, contact.seconds, contact.place))
        ]
        _lay_energy(energy, scene, begin, end)
    source = wear.apply(stage, worn, drawn, SIZE)
    # As the reader: the last source picture whose time is not later.
    shown = np.floor(np.arange(pictures) / RATE * rate + 1e-4).astype(int)
    shown = shown.clip(0, len(source) - 1)
    ordered = tuple(sorted(contacts, key=lambda contact: contact.seconds))
    return LabelledClip(source[shown], ordered, energy, tuple(families))


def _staged(stage: Set, name: str, *, mixed: bool) -> Scene:
    """Stage a family, perhaps with silent things behind it and something passing in front."""
    scene = FAMILIES[name][1](stage)
    if not mixed:
        return scene
    bodies = scene.bodies
    if stage.chance(0.2):
        bodies = (
            _some(stage, silent.drift(stage) if stage.chance(0.5) else silent.sway(stage)) + bodies
        )
    if stage.chance(0.12):
        bodies = bodies + _some(stage, silent.drift(stage))
    if stage.chance(0.3) and not scene.reach:
        return _resized(stage, replace(scene, bodies=bodies))
    return replace(scene, bodies=bodies)


def _some(stage: Set, scene: Scene) -> tuple[Body, ...]:
    return scene.bodies[: stage.count(1, 2)]


def _resized(stage: Set, scene: Scene) -> Scene:
    """Make the whole action smaller or larger about the picture's middle (small objects)."""
    scale = float(np.exp(stage.between(-1.0, 0.35)))
    moved_x, moved_y = stage.random.normal(0, 0.12, 2) if scale < 0.8 else (0.0, 0.0)
    bodies = []
    for body in scene.bodies:
        pose = body.poses.copy()
        pose[:, 0] = (pose[:, 0] - stage.aspect / 2) * scale + stage.aspect / 2 + moved_x
        pose[:, 1] = (pose[:, 1] - 0.5) * scale + 0.5 + moved_y
        pose[:, 3:5] *= scale
        bodies.append(replace(body, poses=pose))
    contacts = tuple(
        contact
        if contact.place is None
        else replace(
            contact,
            place=(
                (contact.place[0] - stage.aspect / 2) * scale + stage.aspect / 2 + moved_x,
                (contact.place[1] - 0.5) * scale + 0.5 + moved_y,
            ),
        )
        for contact in scene.contacts
    )
    floor = None if scene.floor is None else (scene.floor - 0.5) * scale + 0.5 + moved_y
    return replace(scene, bodies=tuple(bodies), contacts=contacts, floor=floor, follow=None)


def _shoot(  # noqa: PLR0917 - what a shot needs, each of another type
    stage: Set,
    scene: Scene,
    view: Camera,
    instants: NDArray[np.float64],
    height: int,
    exposure: float,
) -> list[NDArray[np.float32]]:
    """Draw a shot, some with motion blur (two or three instants per picture averaged)."""
    canvas = prepare(stage, scene, height)
    parts = int(stage.random.choice((1, 2, 3), p=(0.75, 0.15, 0.1)))
    pictures = draw(canvas, scene, view, instants)
    for part in range(1, parts):
        # The shutter is open for half the time between pictures, around the instant.
        late = draw(canvas, scene, view, np.maximum(instants - 0.5 * exposure * part / parts, 0))
        pictures = [
            picture + (other - picture) * np.float32(1 / (part + 1))
            for picture, other in zip(pictures, late, strict=True)
        ]
    if stage.chance(0.12):
        _fade(stage, pictures)
    return pictures


def _fade(stage: Set, pictures: list[NDArray[np.float32]]) -> None:
    """Fade the shot in or out, or switch or dim the light."""
    number = len(pictures)
    begin = stage.count(0, max(number - 1, 1))
    lasts = stage.count(1, 25)
    low = stage.between(0, 0.6)
    ramp = np.clip((np.arange(number) - begin) / lasts, 0, 1)
    if stage.chance(0.5):
        ramp = 1 - ramp
    for picture, share in zip(pictures, ramp, strict=True):
        np.multiply(picture, low + (1 - low) * share, out=picture)


def _lay_energy(energy: Floats, scene: Scene, begin: float, end: float) -> None:
    if scene.energy is None:
        return
    places = np.arange(np.ceil(begin * RATE), min(np.ceil(end * RATE), len(energy))).astype(int)
    grid = ((places / RATE - begin) * GRID).astype(int).clip(0, len(scene.energy) - 1)
    energy[places] = scene.energy[grid]

"""Rows of things that knock each other over."""

from __future__ import annotations

import numpy as np

from engine.training.scenes.scene import Body, Contact, Scene, Set, poses, strength_of
from engine.training.scenes.textures import sprite


def dominoes(stage: Set) -> Scene:
    """A row of stones falls; each knocks the next, the last slaps the floor."""
    times, number = stage.times, stage.count(4, 14)
    height = stage.between(0.1, 0.35)
    thick, pitch = height * stage.between(0.12, 0.3), height * stage.between(0.35, 0.75)
    floor, side = stage.between(0.6, 0.9), 1 if stage.chance(0.5) else -1
    meets = np.arcsin(min((pitch - thick) / height, 0.9))
    first, apart = stage.between(0, 0.4 * stage.seconds), stage.between(0.05, 0.24)
    starts = first + np.concatenate(
        [[0.0], np.cumsum(apart * (0.7 + 0.9 * 0.6 ** np.arange(number)))]
    )
    power, rest = stage.between(1.4, 2.4), np.arcsin(min(pitch / height, 0.95)) * 1.05
    left = stage.aspect / 2 - side * pitch * (number - 1) / 2
    plain, face = stage.chance(0.5), sprite(stage, "box")
    drop = _slant(stage, number)
    bodies: list[Body] = []
    contacts: list[Contact] = []
    for one in range(number):
        lasts = starts[one + 1] - starts[one]
        part = np.maximum(times - starts[one], 0) / lasts
        angle = np.minimum(meets * part**power, meets)
        goal = rest
        if one == number - 1:
            lasts, goal = apart * 3, np.pi / 2
            angle = np.minimum(
                np.pi / 2 * (np.maximum(times - starts[one], 0) / lasts) ** power, np.pi / 2
            )
        settle = np.maximum(times - starts[one] - lasts, 0)
        angle = angle + (goal - angle) * (1 - np.exp(-settle / 0.15)) * (settle > 0)
        x = left + side * (one * pitch + np.sin(angle) * height / 2 + np.cos(angle) * thick / 2)
        y = floor + drop[one] - np.cos(angle) * height / 2 - np.sin(angle) * thick / 2
        stone = face if plain else sprite(stage, "box")
        bodies.append(Body(stone, poses(times, x, y, side * angle, thick, height)))
        speed = (meets if one < number - 1 else np.pi / 2) * power * height / lasts
        moment = float(starts[one] + lasts)
        contacts.append(Contact(moment, strength_of(float(speed) * 0.7)))
    inside = [contact for contact in contacts if contact.seconds < stage.seconds]
    return Scene(tuple(bodies[::-side]), tuple(inside), floor=floor - 0.1)


def _slant(stage: Set, number: int) -> list[float]:
    """Return how much lower each stone stands than the first (a row seen at a slant)."""
    slope = stage.random.normal(0, 0.012)
    return [float(slope * (one - number / 2)) for one in range(number)]


def stack(stage: Set) -> Scene:
    """Boxes drop onto a growing pile, one after another."""
    times, size = stage.times, stage.between(0.1, 0.22)
    floor, x = stage.between(0.8, 0.95), stage.between(0.35, 0.65) * stage.aspect
    gravity, at = stage.between(3, 12), stage.between(0.1, 0.6)
    bodies: list[Body] = []
    contacts: list[Contact] = []
    for one in range(stage.count(2, 5)):
        rest = floor - size * (one + 0.5)
        lasts = float(np.sqrt(2 * (rest + size) / gravity))
        landed = at + lasts
        fall = np.clip((times - at) / lasts, 0, 1) ** 2
        y = -size + (rest + size) * fall
        shake = 0.06 * np.exp(-np.maximum(times - landed, 0) * 14) * np.sin((times - landed) * 50)
        offset = stage.random.normal(0, size * 0.15)
        tilt = np.where(times >= landed, shake, stage.random.normal(0, 0.2) * (1 - fall))
        bodies.append(
            Body(sprite(stage, "box"), poses(times, x + offset, y, tilt, size * 1.2, size))
        )
        if landed < stage.seconds:
            contacts.append(Contact(landed, strength_of(gravity * lasts)))
        at = landed + stage.between(0.05, 1.0)
    return Scene(tuple(bodies), tuple(contacts), floor=floor - 0.1)

"""Scenes in which things move but nothing sounds: what must not be heard."""

from __future__ import annotations

import numpy as np

from engine.training.scenes.scene import (
    Body,
    Scene,
    Set,
    limb,
    poses,
    wander,
)
from engine.training.scenes.textures import sprite


def sway(stage: Set) -> Scene:
    """Things that swing, bob and float to and fro without touching."""
    times, bodies = stage.times, []
    for _ in range(stage.count(1, 4)):
        size, period = stage.between(0.05, 0.35), stage.between(0.4, 3)
        phase = 2 * np.pi * (times / period + stage.random.random())
        reach_x, reach_y = stage.random.normal(0, 0.15, 2)
        x = stage.between(0.2, 0.8) * stage.aspect + reach_x * np.sin(phase)
        y = stage.between(0.2, 0.8) + reach_y * np.cos(phase + stage.between(0, 3))
        turn = stage.random.normal(0, 0.4) * np.sin(phase)
        bodies.append(Body(sprite(stage), poses(times, x, y, turn, size, size)))
    return Scene(tuple(bodies))


def gesture(stage: Set) -> Scene:
    """A person who talks: head, torso, two arms that wave, a mouth that moves."""
    times, size = stage.times, stage.between(0.5, 1.1)
    x = stage.aspect * stage.between(0.3, 0.7) + wander(stage, 0.02, 0.7)
    top = stage.between(0.15, 0.4) + wander(stage, 0.012, 0.5)
    shoulder_y, skin = top + 0.3 * size, sprite(stage, "disc")
    cloth = sprite(stage, "rounded")
    bodies = [Body(cloth, poses(times, x, shoulder_y + 0.42 * size, 0, 0.5 * size, 0.9 * size))]
    bodies.append(Body(skin, poses(times, x, top + 0.08 * size, 0, 0.24 * size, 0.32 * size)))
    mouth = 0.02 * size * np.clip(0.6 + wander(stage, 0.6, stage.between(0.07, 0.15)), 0, 2)
    lips = poses(times, x, top + 0.17 * size, 0, 0.08 * size, mouth)
    bodies.append(Body(sprite(stage, "disc", grey=30), lips))
    lively = stage.between(0.05, 0.7)
    for side in (-1, 1):
        shoulder = (x + side * 0.22 * size, shoulder_y + 0.06 * size)
        upper = 1.2 - side * 0.3 + wander(stage, 0.4 * lively, stage.between(0.2, 0.6))
        elbow = (
            shoulder[0] + side * np.cos(upper) * 0.3 * size,
            shoulder[1] + np.sin(upper) * 0.3 * size,
        )
        lower = stage.between(-1, 1) + wander(stage, 1.2 * lively, stage.between(0.15, 0.5))
        hand = (
            elbow[0] - side * np.cos(lower) * 0.25 * size,
            elbow[1] + np.sin(lower) * 0.25 * size,
        )
        bodies.append(Body(cloth, limb(times, shoulder, elbow, 0.12 * size)))
        bodies.append(Body(cloth, limb(times, elbow, hand, 0.09 * size)))
        bodies.append(Body(skin, poses(times, *hand, 0, 0.1 * size, 0.1 * size)))
    return Scene(tuple(bodies), floor=0.8 if stage.chance(0.3) else None)


def drift(stage: Set) -> Scene:
    """Leaves, birds and clouds: they cross the picture, sink swaying, turn smoothly."""
    times, bodies = stage.times, []
    for _ in range(stage.count(1, 5)):
        size = stage.between(0.03, 0.3)
        speed = stage.random.normal(0, 0.25, 2)
        start = stage.random.uniform(0, 1, 2)
        sway_x = wander(stage, stage.between(0, 0.12), stage.between(0.3, 1.2))
        x = start[0] * stage.aspect + speed[0] * (times - stage.seconds / 2) + sway_x
        y = start[1] + abs(speed[1]) * 0.6 * (times - stage.seconds / 2)
        flap = np.ones(len(times))
        if stage.chance(0.4):
            flap = 0.6 + 0.4 * np.sin(2 * np.pi * times * stage.between(1, 6))
        turn = wander(stage, 0.8, 0.8)
        bodies.append(Body(sprite(stage), poses(times, x, y, turn, size, size * flap)))
    return Scene(tuple(bodies))


def turning(stage: Set) -> Scene:
    """Wheels, fans and hands of clocks that turn on the spot."""
    times, bodies = stage.times, []
    for _ in range(stage.count(1, 2)):
        x, y = stage.between(0.25, 0.75) * stage.aspect, stage.between(0.3, 0.7)
        angle = times * stage.random.normal(0, 5) + wander(stage, 0.5, 1.0)
        size, face = stage.between(0.2, 0.7), sprite(stage)
        for blade in range(stage.count(1, 4)):
            turn = angle + blade * np.pi / 2
            bodies.append(Body(face, poses(times, x, y, turn, size, size * stage.between(0.1, 1))))
    return Scene(tuple(bodies))


def titles(stage: Set) -> Scene:
    """Plates of lettering that appear, fade, scroll and go, over a picture."""
    times, bodies = stage.times, []
    for _ in range(stage.count(1, 4)):
        begin, lasts = stage.between(-0.5, 1) * stage.seconds, stage.between(0.3, 3)
        ramp = stage.between(0.01, 0.6)
        shown = np.clip((times - begin) / ramp, 0, 1) * np.clip(
            (begin + lasts - times) / ramp, 0, 1
        )
        y = stage.between(0.1, 0.9) - times * (stage.between(0.05, 0.3) if stage.chance(0.4) else 0)
        width = stage.between(0.2, 0.9) * stage.aspect
        plate = poses(times, stage.aspect / 2, y, 0, width, stage.between(0.06, 0.3), shown)
        bodies.append(Body(sprite(stage, "box"), plate))
    return Scene(tuple(bodies))


def breathe(stage: Set) -> Scene:
    """Things that grow and shrink: zooms on cut-outs, soft creatures, balloons."""
    times, bodies = stage.times, []
    for _ in range(stage.count(1, 3)):
        size = stage.between(0.1, 0.5)
        growth = np.exp(wander(stage, 0.35, stage.between(0.3, 1.5)))
        x, y = stage.between(0.2, 0.8) * stage.aspect, stage.between(0.2, 0.8)
        other = np.exp(wander(stage, 0.15, 0.6))
        bodies.append(
            Body(sprite(stage), poses(times, x, y, 0, size * growth, size * growth * other))
        )
    return Scene(tuple(bodies))


def still(stage: Set) -> Scene:
    """Nothing moves but, perhaps, the camera."""
    times, bodies = stage.times, []
    for _ in range(stage.count(0, 4)):
        x, y = stage.between(0, 1) * stage.aspect, stage.between(0.1, 0.9)
        size = stage.between(0.05, 0.5)
        turn = stage.between(-1, 1)
        bodies.append(Body(sprite(stage), poses(times, x, y, turn, size, size)))
    return Scene(tuple(bodies), floor=stage.between(0.5, 0.9) if stage.chance(0.5) else None)

"""What sounds without single moments: sliding, rolling, rain, fire, passing by; and splashes."""

from __future__ import annotations

import cv2
import numpy as np

from engine.training.scenes.falling import flight
from engine.training.scenes.scene import (
    GRID,
    Body,
    Bytes,
    Contact,
    Floats,
    Scene,
    Set,
    limb,
    poses,
    strength_of,
    wander,
)
from engine.training.scenes.textures import noise, sprite


def _loudness(speed: Floats, full: float) -> Floats:
    """Return the energy of something that rubs at ``speed``; ``full`` is nearly loudest."""
    return (1 - np.exp(-np.abs(speed) / full)).astype(np.float32)


def slide(stage: Set) -> Scene:
    """Push a thing over the floor in bursts, or saw to and fro."""
    times, floor, size = stage.times, stage.between(0.6, 0.9), stage.between(0.12, 0.35)
    if stage.chance(0.5):
        period, reach = stage.between(0.35, 1.4), stage.between(0.06, 0.3)
        x = stage.aspect / 2 + reach * np.sin(
            2 * np.pi * (times / period + wander(stage, 0.1, period))
        )
    else:
        speed = np.maximum(wander(stage, 0.5, stage.between(0.4, 1.0)) - 0.1, 0)
        x = np.cumsum(speed) / GRID * (1 if stage.chance(0.5) else -1)
        x = x - x[len(x) // 2] + stage.aspect / 2
    y = floor - size / 2
    bodies = [Body(sprite(stage), poses(times, x, y, 0, size * stage.between(0.7, 2), size))]
    if stage.chance(0.6):
        arm = limb(times, (x + 0.5, y - 0.5), (x, y), size * 0.35)
        bodies.append(Body(sprite(stage, "rounded"), arm))
    energy = 0.8 * _loudness(np.gradient(x).astype(np.float32) * GRID, 0.5)
    return Scene(tuple(bodies), energy=energy, floor=floor - 0.08)


def roll(stage: Set) -> Scene:
    """Roll a ball or wheel along; it may run against something that stops it."""
    times, size = stage.times, stage.between(0.1, 0.4)
    floor, speed = stage.between(0.6, 0.92), stage.random.normal(0, 0.5)
    start = stage.aspect / 2 - speed * stage.seconds * stage.between(0.2, 0.7)
    x = start + speed * times
    contacts: list[Contact] = []
    bodies: list[Body] = []
    if stage.chance(0.5) and abs(speed) > 0.12:
        at = stage.between(0.25, 0.85) * stage.seconds
        away = np.maximum(times - at, 0)
        x = np.where(times < at, x, start + speed * at - 0.35 * speed * (1 - np.exp(-away * 2)) / 2)
        wall = start + speed * at + np.sign(speed) * (size / 2 + 0.05)
        bodies.append(Body(sprite(stage, "box"), poses(times, wall, floor - 0.2, 0, 0.1, 0.4)))
        contacts.append(Contact(at, strength_of(speed), place=(wall, floor)))
    ball = poses(times, x, floor - size / 2, 2 * x / size, size, size)
    bodies.append(Body(sprite(stage, "disc"), ball))
    energy = 0.6 * _loudness(np.gradient(x).astype(np.float32) * GRID, 0.6)
    return Scene(tuple(bodies), tuple(contacts), energy, floor - 0.08)


def pass_by(stage: Set) -> Scene:
    """Drive something past the camera: louder as it comes near."""
    times = stage.times
    speed = stage.between(0.3, 1.6) * (1 if stage.chance(0.5) else -1)
    near, at = stage.between(0.3, 1.0), stage.between(0.2, 0.8) * stage.seconds
    x = stage.aspect / 2 + speed * (times - at)
    distance = np.sqrt((x - stage.aspect / 2) ** 2 + near**2)
    scale = stage.between(0.25, 0.5) * (
        near / distance if stage.chance(0.5) else np.ones(len(times))
    )
    y, roof = stage.between(0.5, 0.8), stage.between(0.3, 0.6)
    bodies = [Body(sprite(stage, "rounded"), poses(times, x, y, 0, scale * 2, scale * roof * 2))]
    wheel = sprite(stage, "disc")
    for side in (-0.6, 0.6):
        hub = poses(
            times, x + side * scale, y + scale * roof, 2 * x / scale, scale * 0.45, scale * 0.45
        )
        bodies.append(Body(wheel, hub))
    energy = np.clip((near / distance) ** 1.5 * (0.3 + 0.5 * abs(speed)), 0, 1).astype(np.float32)
    follow = np.stack([x, np.full(len(times), 0.5)], 1).astype(np.float32)
    return Scene(tuple(bodies), (), energy, y + 0.02, follow=follow)


def _streaks(stage: Set, size: int, length: float) -> Bytes:
    """Return a sheet of bright drops or flakes that can be scrolled, uint8 [size, size, 2]."""
    cover = np.zeros((size, size), np.uint8)
    for _ in range(stage.count(20, 120)):
        x, y = stage.count(0, size), stage.count(0, size)
        cv2.line(cover, (x, y), (x, y + round(length)), stage.count(60, 220), 1, cv2.LINE_AA)
    return np.dstack([np.full_like(cover, stage.count(150, 255)), cover])


def rain(stage: Set, *, silent: bool = False) -> Scene:
    """Rain in two layers that may grow or stop; snow is its silent kind."""
    times = stage.times
    speed = stage.between(0.08, 0.35) if silent else stage.between(1.5, 5)
    amount = np.clip(stage.between(0.3, 1) + wander(stage, 0.3, 1.5), 0, 1)
    bodies = []
    for layer in range(2):
        sheet = _streaks(stage, 96, 1 if silent else stage.between(4, 14))
        fall = (times * speed * (1 + 0.4 * layer) + stage.random.random()) % 1.0
        sway = 0.05 * np.sin(times * 1.3 + layer) if silent else 0.0
        for part in (0.0, 1.0):
            pose = poses(
                times,
                stage.aspect / 2 + sway,
                fall - 0.5 + part,
                0,
                stage.aspect * 1.2,
                1.0,
                amount,
            )
            bodies.append(Body(sheet, pose))
    energy = None if silent else (0.55 * amount).astype(np.float32)
    return Scene(tuple(bodies), (), energy)


def fire(stage: Set) -> Scene:
    """Flames: bright blobs that jump and fade, with a steady crackle."""
    times, heat = stage.times, np.clip(stage.between(0.4, 1) + wander(stage, 0.2, 1.0), 0.1, 1)
    x, base = stage.between(0.35, 0.65) * stage.aspect, stage.between(0.6, 0.9)
    bodies = []
    for _ in range(stage.count(4, 8)):
        tall = stage.between(0.15, 0.45) * heat * (1 + wander(stage, 0.3, stage.between(0.06, 0.2)))
        side = x + stage.random.normal(0, 0.1) + wander(stage, 0.03, 0.1)
        glow = np.clip(0.6 + wander(stage, 0.3, 0.08), 0.1, 1)
        face = sprite(stage, "blob", grey=stage.between(150, 255))
        bodies.append(Body(face, poses(times, side, base - tall / 2, 0, tall * 0.5, tall, glow)))
    return Scene(tuple(bodies), (), (0.45 * heat).astype(np.float32), base)


def splash(stage: Set) -> Scene:
    """Drop things into water: drops fly up, rings spread, the sound dies away."""
    times, level = stage.times, stage.between(0.55, 0.85)
    bodies: list[Body] = []
    contacts: list[Contact] = []
    energy = np.zeros(len(times), np.float32)
    drop = sprite(stage, "disc", grey=stage.between(150, 255))
    at = stage.between(-0.2, 0.5)
    for _ in range(stage.count(1, 3)):
        x, size = stage.between(0.2, 0.8) * stage.aspect, stage.between(0.05, 0.22)
        gravity = stage.between(2.5, 12)
        above, hits = flight(times, at, stage.between(0.3, 0.9), 0.0, gravity, 0.0)
        if hits:
            moment, speed = hits[0]
            since = np.maximum(times - moment, 0)
            depth = size * 1.3 * (1 - np.exp(-since * speed * 2))
            seen = np.where(since > 0, np.exp(-since * 9), 1.0)
            body = poses(times, x, level - above + depth - size / 2, times * 2, size, size, seen)
            bodies.append(Body(sprite(stage), body))
            strength = strength_of(speed * (0.6 + 3 * size))
            contacts.append(Contact(moment, strength, "splash"))
            energy = np.maximum(energy, 0.6 * strength * np.exp(-since / 0.4) * (since > 0))
            bodies += _spray(stage, drop, (x, level), since, speed * (0.5 + 2 * size))
        at += stage.between(0.5, 2.0)
    return Scene(tuple(bodies), tuple(contacts), energy, level)


def _spray(
    stage: Set, drop: Bytes, place: tuple[float, float], since: Floats, speed: float
) -> list[Body]:
    """Return drops that fly up and a ring that spreads, from the moment ``since`` leaves zero."""
    x, level = place
    times, wet = stage.times, (since > 0).astype(np.float32)
    bodies = []
    for _ in range(stage.count(4, 9)):
        up, out = speed * stage.between(0.2, 0.6), speed * stage.random.normal(0, 0.15)
        height = up * since - 2.5 * since**2
        size = stage.between(0.012, 0.05)
        flying = wet * (height > -0.03)
        bodies.append(
            Body(drop, poses(times, x + out * since, level - height, 0, size, size, flying))
        )
    ring = 0.05 + 0.35 * np.sqrt(np.maximum(since, 0))
    seen = wet * 0.6 * np.exp(-since * 2.5)
    bodies.append(Body(drop, poses(times, x, level + 0.02, 0, ring, ring * 0.22, seen)))
    return bodies


def shimmer(stage: Set) -> Scene:
    """Water or leaves: two noisy layers that drift over each other, softly sounding."""
    times, bodies = stage.times, []
    top = stage.between(0.2, 0.6)
    for _ in range(2):
        cover = np.clip(noise(stage, 96, 96, stage.between(5, 14)) * 90, 0, 200).astype(np.uint8)
        sheet = np.dstack([np.full_like(cover, stage.count(120, 255)), cover])
        x = stage.aspect / 2 + wander(stage, 0.08, stage.between(0.3, 1.0))
        y = top + 0.5 + wander(stage, 0.03, stage.between(0.2, 0.8))
        bodies.append(
            Body(sheet, poses(times, x, y, 0, stage.aspect * 1.4, 1.0, stage.between(0.2, 0.6)))
        )
    energy = np.full(len(times), stage.between(0.15, 0.3), np.float32)
    return Scene(tuple(bodies), (), energy, top)

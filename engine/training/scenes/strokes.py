"""Things that are struck: hammers, axes, drums, hands, keys, doors, and what is put down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.training.scenes.scene import (
    Body,
    Contact,
    Floats,
    Scene,
    Set,
    limb,
    poses,
    strength_of,
    wander,
)
from engine.training.scenes.textures import shadow, sprite


@dataclass(frozen=True, slots=True)
class Stroke:
    """How far something has swung towards what it strikes.

    Attributes:
        share: float32 [instants]: 0 drawn back, 1 touching.
        hits: (seconds, speed in shares a second) of each contact.
    """

    share: Floats
    hits: tuple[tuple[float, float], ...]

    def contacts(self, reach: float) -> list[Contact]:
        """Return contacts of something that travels ``reach`` picture heights per stroke."""
        return [Contact(seconds, strength_of(speed * reach)) for seconds, speed in self.hits]


def stroke(stage: Set, gap: tuple[float, float], quick: tuple[float, float]) -> Stroke:
    """Strike again and again: raise smoothly, pause, accelerate, stop dead, rebound.

    Args:
        stage: The source of chance.
        gap: Range of the seconds between strikes.
        quick: Range of the seconds that a blow lasts.
    """
    times = stage.times
    share = np.ones(len(times), np.float32)
    hits: list[tuple[float, float]] = []
    steady, spread = stage.between(*gap), 0.25 if stage.chance(0.5) else 0.05
    power, recoil, lingers = stage.between(1.3, 3.0), stage.between(0, 0.25), stage.chance(0.4)
    before = -stage.between(0.2, 1.2) * steady
    while before < stage.seconds:
        apart = steady * float(np.clip(1 + stage.random.normal(0, spread), 0.5, 2.5))
        at, back = before + apart, min(stage.between(0.05, 0.14), 0.25 * apart)
        blow, top = min(stage.between(*quick), 0.4 * apart), stage.between(0, 0.3)
        rises = before + (0.3 * apart if lingers else back)
        raised = at - blow - (0.12 * apart if stage.chance(0.4) else 0.0)
        rebound = (times >= before) & (times < before + back)
        share[rebound] = 1 - recoil * np.sin(np.pi * (times[rebound] - before) / back)
        rising = (times >= rises) & (times < raised)
        part = (times[rising] - rises) / (raised - rises)
        share[rising] = 1 + (top - 1) * (0.5 - 0.5 * np.cos(np.pi * part))
        share[(times >= raised) & (times < at - blow)] = top
        falling = (times >= at - blow) & (times < at)
        done = np.clip((times[falling] - at + blow) / blow, 0, 1)
        share[falling] = top + (1 - top) * done**power
        if 0 <= at < stage.seconds:
            hits.append((at, power * (1 - top) / blow))
        before = at
    return Stroke(share, tuple(hits))


def air_stroke(stage: Set, gap: tuple[float, float]) -> Stroke:
    """Swing to and fro smoothly without touching anything; the speed is gone at both ends."""
    period = stage.between(*gap)
    phase = 2 * np.pi * (stage.times / period + wander(stage, 0.15, period))
    sway = 0.5 + 0.45 * np.sin(phase)
    return Stroke(sway.astype(np.float32), ())


def hammer(stage: Set, *, silent: bool = False) -> Scene:
    """Swing a tool with a handle at a block; an axe splits it, a nail sinks."""
    times, gap = stage.times, (0.35, 1.8)
    blow = air_stroke(stage, (0.6, 2.0)) if silent else stroke(stage, gap, (0.06, 0.3))
    arc, length = stage.between(0.5, 1.9), stage.between(0.25, 0.7)
    mirror = 1 if stage.chance(0.5) else -1
    rest = stage.between(-0.4, 0.5)
    angle = rest - arc * (1 - blow.share)
    pivot_x = stage.aspect / 2 - mirror * (length / 2 + stage.random.normal(0, 0.15))
    pivot_y = stage.between(0.35, 0.75) - stage.between(0, 0.15) * (1 - blow.share)
    tip_x = pivot_x + mirror * np.cos(angle) * length
    tip_y = pivot_y + np.sin(angle) * length
    head = stage.between(0.08, 0.22)
    struck_x = pivot_x + mirror * np.cos(rest) * length
    struck_y = float(np.max(tip_y))
    block = stage.between(0.1, 0.4)
    sunk = _jolts(stage, blow)
    block_pose = poses(
        times,
        struck_x,
        struck_y + head * 0.5 + block / 2 + sunk,
        0,
        block * stage.between(0.7, 2),
        block,
    )
    if silent:
        block_pose[:, 1] += 0.25
    handle = limb(times, (pivot_x, pivot_y), (tip_x, tip_y), stage.between(0.02, 0.07))
    turned = mirror * angle
    bodies = [
        Body(sprite(stage, None if stage.chance(0.3) else "box"), block_pose),
        Body(sprite(stage, "rounded"), handle),
        Body(sprite(stage), poses(times, tip_x, tip_y, turned, head * stage.between(0.5, 1), head)),
    ]
    bodies += _arm(stage, times, (pivot_x, pivot_y), mirror)
    if not silent and stage.chance(0.25):
        bodies += _chips(stage, blow, struck_x, struck_y)
    return Scene(tuple(bodies), tuple(blow.contacts(arc * length)), floor=0.8)


def _jolts(stage: Set, blow: Stroke) -> Floats:
    """Return how far the struck thing shakes and sinks."""
    times, sunk = stage.times, np.zeros(len(stage.times), np.float32)
    if not stage.chance(0.5):
        return sunk
    depth, sink = stage.between(0, 0.03), stage.between(0, 0.015)
    for seconds, _ in blow.hits:
        since = np.maximum(times - seconds, 0)
        sunk += depth * np.sin(since * 60) * np.exp(-since * 18) + sink * (since > 0)
    return sunk


def _arm(stage: Set, times: Floats, hand: tuple[float, Floats], mirror: int) -> list[Body]:
    """Perhaps draw the arm and the body that hold the tool."""
    if not stage.chance(0.5):
        return []
    shoulder = (hand[0] - mirror * 0.2, np.full(len(times), stage.between(0.15, 0.5)))
    arm = Body(sprite(stage, "rounded"), limb(times, shoulder, hand, stage.between(0.06, 0.12)))
    torso = poses(times, shoulder[0] - mirror * 0.08, shoulder[1] + 0.25, 0, 0.25, 0.7)
    return [Body(sprite(stage, "rounded"), torso), arm]


def _chips(stage: Set, blow: Stroke, x: float, y: float) -> list[Body]:
    """Throw splinters at each blow."""
    times, face = stage.times, sprite(stage, "polygon")
    bodies = []
    for seconds, _ in blow.hits[:4]:
        for _ in range(3):
            since = np.maximum(times - seconds, 0)
            speed_x, speed_y = stage.random.normal(0, 0.7), stage.between(0.3, 1.3)
            shown = ((since > 0) & (since < 0.9)).astype(np.float32)
            bodies.append(
                Body(
                    face,
                    poses(
                        times,
                        x + speed_x * since,
                        y - speed_y * since + 3 * since**2,
                        since * 12,
                        0.04,
                        0.04,
                        shown,
                    ),
                )
            )
    return bodies


def drum(stage: Set, *, silent: bool = False) -> Scene:
    """Two sticks or hands on one or two drums, in turns or freely."""
    times = stage.times
    bodies: list[Body] = []
    contacts: list[Contact] = []
    skin_y, size = stage.between(0.55, 0.85), stage.between(0.25, 0.6)
    drums = stage.count(1, 2)
    middle = stage.aspect / 2
    for one in range(drums):
        x = middle + (one - (drums - 1) / 2) * size * 1.1
        bodies.append(
            Body(sprite(stage, "rounded"), poses(times, x, skin_y + size / 3, 0, size, size * 0.7))
        )
        bodies.append(Body(sprite(stage, "disc"), poses(times, x, skin_y, 0, size, size * 0.25)))
    tempo = stage.between(0.22, 1.1)
    for hand in (-1, 1):
        gap = (tempo * 0.9, tempo * 1.1)
        beat = air_stroke(stage, (0.5, 1.5)) if silent else stroke(stage, gap, (0.05, 0.15))
        reach = stage.between(0.12, 0.4)
        tip_x = middle + hand * size * stage.between(0.1, 0.4 * drums)
        tip_y = skin_y - reach * (1 - beat.share) - (0.12 if silent else 0)
        hold = (
            tip_x + hand * stage.between(0.1, 0.35),
            tip_y * 0.6 + 0.4 * skin_y - stage.between(0, 0.2),
        )
        bodies.append(
            Body(
                sprite(stage, "rounded"),
                limb(times, hold, (tip_x, tip_y), stage.between(0.02, 0.08)),
            )
        )
        bodies.append(Body(sprite(stage, "disc"), poses(times, hold[0], hold[1], 0, 0.1, 0.1)))
        contacts += beat.contacts(reach)
    return Scene(tuple(bodies), tuple(contacts))


def clap(stage: Set, *, silent: bool = False) -> Scene:
    """Two hands, blocks or cymbals that meet in the middle."""
    times = stage.times
    beat = air_stroke(stage, (0.4, 1.4)) if silent else stroke(stage, (0.25, 1.3), (0.05, 0.2))
    gap, size = stage.between(0.1, 0.35), stage.between(0.12, 0.35)
    x, y = stage.between(0.35, 0.65) * stage.aspect, stage.between(0.35, 0.65)
    face, turn = sprite(stage), stage.between(-0.6, 0.6)
    still = stage.chance(0.25)
    bodies = []
    for side in (-1, 1):
        away = 0.0 if still and side < 0 else gap * (1 - beat.share) + (0.06 if silent else 0)
        place = side * (size * 0.3 + away)
        hand_x, hand_y = x + np.cos(turn) * place, y + np.sin(turn) * place
        bodies.append(Body(face, poses(times, hand_x, hand_y, turn, size * 0.6, size)))
        elbow = (x + side * (0.4 + size), y + stage.between(0.1, 0.4))
        bodies.append(
            Body(sprite(stage, "rounded"), limb(times, elbow, (hand_x, hand_y), size * 0.35))
        )
    return Scene(tuple(bodies), tuple(beat.contacts(gap * (1 if still else 2))))


def keys(stage: Set) -> Scene:
    """Fingers that tap keys: small, quick, often."""
    times, fingers = stage.times, stage.count(2, 5)
    y, reach = stage.between(0.5, 0.75), stage.between(0.05, 0.15)
    board = poses(times, stage.aspect / 2, y + 0.14, 0, stage.aspect * 0.9, 0.22)
    bodies = [Body(sprite(stage, "box"), board)]
    contacts: list[Contact] = []
    pace = stage.between(0.25, 0.9) * fingers / 2
    thick = stage.between(0.05, 0.1)
    for one in range(fingers):
        tap = stroke(stage, (pace * 0.6, pace * 1.5), (0.04, 0.1))
        x = stage.aspect / 2 + (one - (fingers - 1) / 2) * stage.between(0.1, 0.16)
        tip = (x, y + 0.05 - reach * (1 - tap.share))
        knuckle = (x + stage.between(-0.05, 0.05), y - 0.2 - 0.3 * reach * (1 - tap.share))
        bodies.append(Body(sprite(stage, "rounded"), limb(times, knuckle, tip, thick)))
        contacts += [Contact(c.seconds, 0.5 * c.strength) for c in tap.contacts(reach)]
    return Scene(tuple(bodies), tuple(contacts))


def press(stage: Set) -> Scene:
    """A machine or a hand that moves straight and stops dead on something."""
    times = stage.times
    beat = stroke(stage, (0.5, 1.8), (0.08, 0.4))
    reach, size = stage.between(0.1, 0.5), stage.between(0.12, 0.35)
    turn = stage.between(-np.pi, np.pi) if stage.chance(0.5) else np.pi / 2
    x, y = stage.between(0.3, 0.7) * stage.aspect, stage.between(0.4, 0.7)
    away = reach * (1 - beat.share)
    ram_x, ram_y = x - np.cos(turn) * away, y - np.sin(turn) * away
    rod = limb(
        times, (ram_x - np.cos(turn) * 0.8, ram_y - np.sin(turn) * 0.8), (ram_x, ram_y), size * 0.4
    )
    base = (x + np.cos(turn) * size * 0.9, y + np.sin(turn) * size * 0.9)
    bodies = (
        Body(sprite(stage), poses(times, base[0], base[1], turn, size * 0.8, size * 1.4)),
        Body(sprite(stage, "rounded"), rod),
        Body(sprite(stage), poses(times, ram_x, ram_y, turn, size, size)),
    )
    return Scene(bodies, tuple(beat.contacts(reach)))


def door(stage: Set) -> Scene:
    """A door, lid or drawer: opens smoothly, shuts against its frame."""
    times = stage.times
    beat = stroke(stage, (0.9, 2.5), (0.2, 0.7))
    height, width = stage.between(0.5, 0.95), stage.between(0.25, 0.55)
    left, y = stage.between(0.1, 0.5) * stage.aspect, stage.between(0.45, 0.55)
    hinge = 1 if stage.chance(0.5) else -1
    angle = (1 - beat.share) * stage.between(0.5, 1.5)
    hole = Body(sprite(stage, "box"), poses(times, left + width / 2, y, 0, width, height))
    if stage.chance(0.6):
        shown = width * np.cos(angle)
        x = left + (shown / 2 if hinge > 0 else width - shown / 2)
        leaf = poses(times, x, y, 0, shown, height * (1 + 0.12 * np.sin(angle)))
    else:
        leaf = poses(
            times, left + width / 2 + hinge * width * 0.9 * (1 - beat.share), y, 0, width, height
        )
    bodies = (hole, Body(sprite(stage, "box"), leaf))
    return Scene(bodies, tuple(beat.contacts(width)), floor=min(y + height / 2, 0.97))


def put_down(stage: Set) -> Scene:
    """A hand that lifts a thing, carries it and sets it down: soft contacts, silent lifts."""
    times = stage.times
    beat = stroke(stage, (1.0, 2.4), (0.25, 0.6))
    size, lift = stage.between(0.12, 0.3), stage.between(0.1, 0.4)
    table = stage.between(0.6, 0.85)
    x = stage.aspect / 2 + wander(stage, 0.25, 1.0) * (1 - beat.share)
    y = table - size / 2 - lift * (1 - beat.share)
    hand = limb(times, (x + 0.35, y - 0.45), (x, y - size * 0.4), size * 0.5)
    under = poses(times, x, table, 0, size * 1.2, size * 0.3, 0.4 + 0.5 * beat.share)
    bodies = (
        Body(shadow(0.6), under),
        Body(sprite(stage), poses(times, x, y, 0, size, size)),
        Body(sprite(stage, "rounded"), hand),
    )
    soft = [Contact(c.seconds, 0.7 * c.strength) for c in beat.contacts(lift)]
    return Scene(bodies, tuple(soft), floor=table - 0.05)

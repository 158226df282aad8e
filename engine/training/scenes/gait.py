"""Walking and running: two legs or four, seen from the side or the front, whole or feet only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.training.scenes.scene import (
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
from engine.training.scenes.textures import shadow, sprite

Point = tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class Stride:
    """How someone walks.

    Attributes:
        phase: float32 [instants]: strides done so far (a stride is two steps).
        swing: Share of a stride during which a foot is in the air.
        length: Way of one stride, picture heights, negative to the left.
        lift: How high a foot is raised.
    """

    phase: Floats
    swing: float
    length: float
    lift: float

    def foot(self, offset: float) -> Point:
        """Return a foot's way ahead and its height above the ground, each float32 [instants].

        Args:
            offset: The foot's place in the stride, 0 to 1.
        """
        cycle = self.phase + offset
        whole = np.floor(cycle)
        part = np.clip((cycle - whole) / self.swing, 0, 1)
        # A foot is still moving when it lands; only then does it stop.
        ahead = whole + 0.65 * part * part * (3 - 2 * part) + 0.35 * part - offset
        return ahead * self.length, self.lift * np.sin(np.pi * part**0.8) * (1 - 0.3 * part)

    @property
    def lead(self) -> float:
        """How far the hip is ahead of ``phase``: over the foot in the middle of its stand."""
        return 0.5 * (1 - self.swing)

    def tilt(self, offset: float) -> Floats:
        """Return a foot's angle: heel up as it leaves, toes up as it lands, then flat, radians."""
        cycle = (self.phase + offset) % 1
        part = np.clip(cycle / self.swing, 0, 1)
        down = np.clip((cycle - self.swing) / 0.08, 0, 1)
        push = np.clip((cycle - 0.85) / 0.15, 0, 1)
        return np.asarray(
            0.7 * (1 - part) * (cycle < self.swing) + 0.7 * push - 0.4 * part * (1 - down)
        )

    def strikes(self, times: Floats, offset: float) -> list[float]:
        """Return the seconds at which the foot meets the ground."""
        first, last = float(self.phase[0]), float(self.phase[-1])
        goals = (
            np.arange(np.floor(first + offset), np.ceil(last + offset) + 1) + self.swing - offset
        )
        goals = goals[(goals > first) & (goals < last)]
        return [float(moment) for moment in np.interp(goals, self.phase, times)]


def _stride(stage: Set, size: float) -> Stride:
    times = stage.times
    running = stage.chance(0.25)
    cadence = stage.between(1.2, 1.8) if running else stage.between(0.55, 1.15)
    pace = np.full(len(times), cadence, np.float32)
    if stage.chance(0.3):  # sets off or stops
        change = stage.between(0.2, 0.8) * stage.seconds
        ramp = np.clip((times - change) / 0.4 + 0.5, 0, 1)
        pace *= np.maximum(ramp if stage.chance(0.5) else 1 - ramp, 1e-4)
    pace *= np.clip(1 + wander(stage, 0.06, 0.8), 0.5, 1.5)
    phase = stage.between(0, 1) + np.cumsum(pace) / 240
    direction = 1 if stage.chance(0.5) else -1
    swing = stage.between(0.55, 0.68) if running else stage.between(0.33, 0.45)
    length = direction * size * (stage.between(1.2, 1.9) if running else stage.between(0.7, 1.15))
    return Stride(phase.astype(np.float32), swing, length, size * stage.between(0.06, 0.3))


def _contacts(  # noqa: PLR0917 - who walks, and where
    stage: Set, stride: Stride, offsets: tuple[float, ...], size: float, x: Floats, ground: float
) -> list[Contact]:
    """Return every foot's strikes; ``x`` is where the walker's middle is, float32 [instants]."""
    pace = float(np.median(np.diff(stride.phase))) * 240
    strength = strength_of((0.25 + pace * size * 0.9) * stage.between(0.8, 1.2))
    times = stage.times
    return [
        Contact(moment, strength, "footstep", (float(np.interp(moment, times, x)), ground))
        for offset in offsets
        for moment in stride.strikes(times, offset)
    ]


def _shaded(face: Bytes) -> Bytes:
    """Return a sprite in shadow: the leg behind."""
    out = face.copy()
    out[..., 0] = (face[..., 0] * 0.6).astype(np.uint8)
    return out


def _leg(  # noqa: PLR0917 - two joints and their looks
    times: Floats,
    faces: tuple[Bytes, Bytes],
    hip: Point,
    ankle: Point,
    bend: float,
    thickness: float,
) -> list[Body]:
    """Return thigh and shin: two bars of equal length joined by a knee that bends forward."""
    dx, dy = ankle[0] - hip[0], ankle[1] - hip[1]
    apart = np.hypot(dx, dy)
    half = float(np.max(apart)) * 0.51
    out = np.sqrt(np.maximum(half**2 - (apart / 2) ** 2, 0)) * bend
    knee = (hip[0] + dx / 2 + out * dy / apart, hip[1] + dy / 2 - out * dx / apart)
    return [
        Body(faces[0], limb(times, hip, knee, thickness)),
        Body(faces[1], limb(times, knee, ankle, thickness * 0.8)),
    ]


def walk(stage: Set) -> Scene:
    """Let a figure walk or run past, seen from the side; the camera may go along."""
    times, size = stage.times, stage.between(0.28, 0.75)
    stride, ground = _stride(stage, size), stage.between(0.8, 0.97)
    side = 1.0 if stride.length > 0 else -1.0
    tracked = stage.chance(0.4)
    middle = stage.aspect * (0.5 if tracked else stage.between(0.3, 0.7))
    half_way = float(stride.phase[len(times) // 2])
    shift = middle - half_way * stride.length
    hip_x = (stride.phase + stride.lead) * stride.length + shift
    # The body is lowest just after a foot has landed.
    bob = size * 0.03 * np.cos(4 * np.pi * (stride.phase - stride.swing - 0.05))
    hip = (hip_x, ground - size * 0.97 + bob)
    upright = stage.between(0, 0.12) * side
    neck = (hip_x + upright * size, hip[1] - size * 0.8)
    cloth = (sprite(stage, "rounded"), sprite(stage, "rounded"))
    far = (_shaded(cloth[0]), _shaded(cloth[1])) if stage.chance(0.7) else cloth
    shoe, thick = sprite(stage, "rounded"), size * stage.between(0.13, 0.24)
    arms = _arms(stage, stride, neck, size) if stage.chance(0.8) else [[], []]
    bodies = [Body(shadow(0.8), poses(times, hip_x, ground, 0, size * 0.9, size * 0.12))]
    bodies += arms[0]
    for offset in (0.5, 0.0):
        ahead, lifted = stride.foot(offset)
        ankle = (ahead + shift, ground - size * 0.06 - lifted)
        bodies += _leg(times, far if offset else cloth, hip, ankle, side, thick)
        tilt = side * stride.tilt(offset)
        foot = poses(times, ankle[0] + side * size * 0.07, ankle[1], tilt, size * 0.26, size * 0.1)
        bodies.append(Body(shoe, foot))
        if offset:
            torso = limb(times, hip, neck, thick * stage.between(1.3, 2.0))
            head = poses(times, neck[0], neck[1] - size * 0.2, 0, size * 0.22, size * 0.28)
            bodies += [Body(cloth[0], torso), Body(sprite(stage, "disc"), head)]
    bodies += arms[1]
    follow = np.stack([hip_x, np.full(len(times), 0.5, np.float32)], 1)
    contacts = _contacts(stage, stride, (0.0, 0.5), size, hip_x, ground)
    return Scene(tuple(bodies), tuple(contacts), floor=ground - 0.1, follow=follow, reach=tracked)


def _arms(stage: Set, stride: Stride, neck: Point, size: float) -> list[list[Body]]:
    """Return the far arm and the near arm, which swing against the legs."""
    sway, face = stage.between(0.1, 0.8), sprite(stage, "rounded")
    sides = []
    for offset in (0.0, 0.5):
        angle = sway * np.sin(2 * np.pi * (stride.phase + offset))
        shoulder = (neck[0], neck[1] + size * 0.08)
        hand = (shoulder[0] + np.sin(angle) * size * 0.7, shoulder[1] + np.cos(angle) * size * 0.7)
        sides.append([Body(face, limb(stage.times, shoulder, hand, size * 0.11))])
    return sides


def approach(stage: Set) -> Scene:
    """Let a figure walk towards the camera or away: feet rise and fall, the body sways."""
    times, size = stage.times, stage.between(0.25, 0.55)
    stride = _stride(stage, size)
    near = np.exp(stage.between(-0.15, 0.15) * times) * stage.between(0.8, 1.2)
    ground = stage.between(0.82, 0.92) + 0.1 * (near - near[0])
    x = stage.aspect * stage.between(0.3, 0.7) + 0.03 * size * np.sin(2 * np.pi * stride.phase)
    scale = size * near
    hip = (x, ground - scale)
    cloth, shoe = sprite(stage, "rounded"), sprite(stage, "rounded")
    bodies = []
    for offset, side in ((0.0, -1), (0.5, 1)):
        _, lifted = stride.foot(offset)
        ankle = (x + side * scale * 0.14, ground - lifted * near - scale * 0.05)
        leg = limb(times, (hip[0] + side * scale * 0.1, hip[1]), ankle, scale * 0.18)
        grown = 1 + lifted / size
        foot = poses(
            times, ankle[0], ankle[1] + scale * 0.03, 0, scale * 0.16 * grown, scale * 0.12 * grown
        )
        bodies += [Body(cloth, leg), Body(shoe, foot)]
    torso = poses(times, x, hip[1] - scale * 0.35, 0, scale * 0.42, scale * 0.95)
    head = poses(times, x, hip[1] - scale * 0.98, 0, scale * 0.24, scale * 0.32)
    bodies += [Body(sprite(stage, "rounded"), torso), Body(sprite(stage, "disc"), head)]
    contacts = _contacts(stage, stride, (0.0, 0.5), size, x, 0.9)
    return Scene(tuple(bodies), tuple(contacts), floor=float(ground[0]) - 0.2)


def beast(stage: Set) -> Scene:
    """Let a four-legged animal walk, trot or gallop past."""
    times, size = stage.times, stage.between(0.2, 0.45)
    stride, ground = _stride(stage, size), stage.between(0.8, 0.95)
    offsets = ((0.0, 0.5, 0.5, 0.0), (0.0, 0.5, 0.25, 0.75), (0.0, 0.12, 0.5, 0.62))[
        stage.count(0, 2)
    ]
    side = 1.0 if stride.length > 0 else -1.0
    length, tracked = size * stage.between(1.0, 1.6), stage.chance(0.4)
    shift = stage.aspect / 2 - float(stride.phase[len(times) // 2]) * stride.length
    middle = (stride.phase + stride.lead) * stride.length + shift
    back = ground - size - size * 0.05 * np.cos(4 * np.pi * stride.phase)
    cloth = (sprite(stage, "rounded"), sprite(stage, "rounded"))
    bodies: list[Body] = []
    for index, offset in enumerate(offsets):
        ahead, lifted = stride.foot(offset)
        place = side * length * (0.4 if index < 2 else -0.4)
        hip = (middle + place, back)
        ankle = (ahead + shift + place, ground - lifted - 0.01)
        bodies += _leg(times, cloth, hip, ankle, side * (1 if index < 2 else -1), size * 0.12)
    trunk = poses(times, middle, back, 0, length * 1.15, size * 0.5)
    head = poses(
        times, middle + side * length * 0.75, back - size * 0.35, 0.4 * side, size * 0.5, size * 0.3
    )
    bodies += [Body(sprite(stage, "rounded"), trunk), Body(sprite(stage, "rounded"), head)]
    follow = np.stack([middle, np.full(len(times), 0.5, np.float32)], 1)
    contacts = _contacts(stage, stride, offsets, size, middle, ground)
    return Scene(tuple(bodies), tuple(contacts), floor=ground - 0.1, follow=follow, reach=tracked)

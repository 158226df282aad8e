"""Heaps, pins and tables: several bodies at once, moved by a rigid-body simulation (pymunk)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pymunk

from engine.training.scenes.scene import GRID, Body, Contact, Scene, Set, limb, poses, strength_of
from engine.training.scenes.textures import sprite

if TYPE_CHECKING:
    from engine.training.scenes.scene import Bytes, Floats

_UNIT = 1000.0  # Chipmunk's tolerances are made for lengths of pixels
_AUDIBLE = 0.2  # picture heights a second by which a contact changes a speed
_APART = 0.06  # seconds in which contacts are heard as one
_MASKED = 0.35  # share of a stronger contact's strength, just before, that cannot be heard
_MASKING = 0.15  # seconds


@dataclass(slots=True)
class _World:
    """A simulation that keeps each body's path and the contacts that can be heard."""

    stage: Set
    gravity: float
    elasticity: float
    friction: float
    space: pymunk.Space = field(default_factory=pymunk.Space)
    bodies: list[tuple[pymunk.Body, tuple[float, float], Bytes]] = field(default_factory=list)
    fixed: list[Body] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.space.gravity = (0, self.gravity * _UNIT)
        self.space.on_collision(post_solve=self._meet)

    def _meet(self, arbiter: pymunk.Arbiter, _space: pymunk.Space, _data: object) -> None:
        """Note a contact whose push is far above what lying on each other takes."""
        one, other = arbiter.shapes
        # The mass of what stands fast is infinite, so it adds nothing.
        inverse = sum(1 / shape.body.mass for shape in (one, other) if shape.body)
        push = arbiter.total_impulse.length * inverse / _UNIT
        points = arbiter.contact_point_set.points
        if push < _AUDIBLE or not points or not self.seconds:
            return
        place = points[0].point_a / _UNIT
        self.contacts.append(Contact(self.seconds, strength_of(push), place=(place.x, place.y)))

    def wall(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Put up a line that nothing passes."""
        ends = [(x * _UNIT, y * _UNIT) for x, y in (start, end)]
        line = pymunk.Segment(self.space.static_body, ends[0], ends[1], 0.004 * _UNIT)
        self.space.add(self._faced(line))

    def ramp(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Put up a bar that can be seen."""
        self.wall(start, end)
        bar = limb(self.stage.times, start, end, self.stage.between(0.01, 0.04))
        self.fixed.append(Body(sprite(self.stage, "box"), bar))

    def put(
        self, x: float, y: float, width: float, height: float, face: Bytes, *, round_: bool
    ) -> pymunk.Body:
        """Put a disc or a box into the world, at rest."""
        mass = max(width * height * 100, 0.05)
        size = (width * _UNIT, height * _UNIT)
        radius = size[0] / 2
        inertia = (
            pymunk.moment_for_circle(mass, 0, radius)
            if round_
            else pymunk.moment_for_box(mass, size)
        )
        body = pymunk.Body(mass, inertia)
        body.position = (x * _UNIT, y * _UNIT)
        self._faced(
            pymunk.Circle(body, radius) if round_ else pymunk.Poly.create_box(body, size, 0.002)
        )
        self.bodies.append((body, (width, height), face))
        return body

    def _faced(self, shape: pymunk.Shape) -> pymunk.Shape:
        shape.elasticity, shape.friction = self.elasticity, self.friction
        return shape

    def run(self, releases: dict[pymunk.Body, float], floor: float | None) -> Scene:
        """Let time pass; a body in ``releases`` hangs still until its second has come."""
        waiting = [body for body, _, _ in self.bodies]
        times = self.stage.times
        paths: list[Floats] = [np.empty((len(times), 3), np.float32) for _ in self.bodies]
        for index in range(len(times)):
            for path, (body, _, _) in zip(paths, self.bodies, strict=True):
                path[index] = (body.position.x / _UNIT, body.position.y / _UNIT, body.angle)
            for body in [one for one in waiting if releases.get(one, 0.0) <= self.seconds]:
                waiting.remove(body)
                self.space.add(body, *body.shapes)
            self.seconds = index / GRID
            self.space.step(1 / GRID)
        drawn = [
            Body(face, poses(times, path[:, 0], path[:, 1], path[:, 2], *size))
            for path, (_, size, face) in zip(paths, self.bodies, strict=True)
        ]
        return Scene((*self.fixed, *drawn), tuple(_audible(self.contacts)), floor=floor)


def _audible(contacts: list[Contact]) -> list[Contact]:
    """Return what an ear tells apart: rattling is one sound, and the loud hides the faint."""
    heard: list[Contact] = []
    for contact in contacts:
        last = heard[-1] if heard else None
        since = contact.seconds - last.seconds if last else math.inf
        if last and since < _APART:
            if contact.strength > last.strength:
                heard[-1] = replace(last, strength=contact.strength)
        elif not last or since > _MASKING or contact.strength > _MASKED * last.strength:
            heard.append(contact)
    return heard


def _world(stage: Set, gravity: float) -> _World:
    return _World(stage, gravity, stage.between(0.0, 0.75), stage.between(0.2, 0.9))


def heap(stage: Set) -> Scene:
    """Boxes and balls fall, one by one or together, onto floor, slope and each other."""
    world = _world(stage, float(np.exp(stage.between(np.log(2), np.log(14)))))
    floor = stage.between(0.65, 0.95)
    world.wall((-2, floor), (stage.aspect + 2, floor))
    if stage.chance(0.3):
        left = stage.between(0, 0.5) * stage.aspect
        world.ramp((left, floor - stage.between(0.1, 0.4)), (left + stage.between(0.3, 0.8), floor))
    alike, face = stage.chance(0.5), sprite(stage, "box")
    releases: dict[pymunk.Body, float] = {}
    at, together = stage.between(-0.5, 0.3 * stage.seconds), stage.chance(0.4)
    middle, spread = stage.between(0.3, 0.7) * stage.aspect, stage.between(0.02, 0.3)
    for _ in range(stage.count(2, 7)):
        round_ = stage.chance(0.3) and not alike
        width = stage.between(0.06, 0.32)
        height = width if round_ else width * stage.between(0.4, 2.0)
        body = world.put(
            float(middle + stage.random.normal(0, spread)),
            stage.between(-0.25, floor - 0.3),
            width,
            height,
            face if alike else sprite(stage, "disc" if round_ else "box"),
            round_=round_,
        )
        body.angle = stage.random.normal(0, 0.5) if stage.chance(0.6) else 0.0
        body.velocity = (stage.random.normal(0, 0.4) * _UNIT, 0)
        body.angular_velocity = stage.random.normal(0, 3) if stage.chance(0.5) else 0.0
        at += float(stage.random.exponential(0.05 if together else 0.5))
        if at > 0:
            releases[body] = at
    return world.run(releases, floor - 0.08)


def pins(stage: Set) -> Scene:
    """A ball rolls or flies into things that stand, which knock each other over."""
    world = _world(stage, stage.between(5, 14))
    floor, side = stage.between(0.65, 0.92), 1 if stage.chance(0.5) else -1
    world.wall((-2, floor), (stage.aspect + 2, floor))
    high = stage.between(0.12, 0.4)
    wide, pitch = high * stage.between(0.18, 0.5), high * stage.between(0.4, 1.1)
    number, face = stage.count(1, 6), sprite(stage, "box")
    first = stage.between(0.35, 0.6) * stage.aspect
    for one in range(number):
        world.put(first + side * one * pitch, floor - high / 2, wide, high, face, round_=False)
    size = high * stage.between(0.3, 0.9)
    speed, runs = stage.between(0.4, 2.5), stage.between(0.3, 1.4)
    ball = world.put(
        first - side * runs, floor - size / 2, size, size, sprite(stage, "disc"), round_=True
    )
    ball.velocity = (side * speed * _UNIT, -stage.between(0, 0.8) * _UNIT * stage.chance(0.3))
    ball.angular_velocity = side * 2 * speed / size
    return world.run({}, floor - 0.08)


def table(stage: Set) -> Scene:
    """Discs and boxes on a table seen from above: one is pushed among the others."""
    world = _world(stage, 0.0)
    world.elasticity = stage.between(0.4, 0.95)
    world.space.damping = math.exp(-stage.between(0.05, 1.2))
    corners = [(0.0, 0.0), (stage.aspect, 0.0), (stage.aspect, 1.0), (0.0, 1.0)]
    for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
        world.wall(start, end)
    alike, size = stage.chance(0.6), stage.between(0.05, 0.22)
    round_, number = stage.chance(0.75), stage.count(2, 9)
    kind = "disc" if round_ else "box"
    face = sprite(stage, kind)
    columns = math.ceil(math.sqrt(number))
    gap = size * stage.between(1.02, 2.2)
    left, top = stage.between(0.35, 0.55) * stage.aspect, stage.between(0.2, 0.5)
    for one in range(number):
        jitter = stage.random.normal(0, 0.1 * (gap - size), 2)
        x, y = left + one % columns * gap + jitter[0], top + one // columns * gap + jitter[1]
        if x < stage.aspect - size and y < 1 - size:
            world.put(x, y, size, size, face if alike else sprite(stage, kind), round_=round_)
    y = stage.between(0.1, 0.9)
    ball = world.put(
        stage.between(0.05, 0.15) * stage.aspect, y, size, size, sprite(stage, "disc"), round_=True
    )
    aim = math.atan2(top + stage.between(0, 0.3) - y, left - 0.1)
    speed = stage.between(0.4, 2.2) * _UNIT
    ball.velocity = (math.cos(aim) * speed, math.sin(aim) * speed)
    return world.run({ball: stage.between(-0.5, 0.35 * stage.seconds)}, None)

"""Held-out scenes that Bullet moves: contact times are read from the simulation."""

# ruff: noqa: ANN401 - bpy ships no types

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy

from tools.blender_stage import GRAVITY, RATE, Vector, ball, box, render, stage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_FINE = 16 * RATE  # simulated pictures a second: contacts to 2.5 ms
_JUMP = 0.45  # metres a second: a body whose speed changes at once by more was hit audibly
_RAMP = 0.4  # seconds
_APART = 0.03  # seconds: nearer contacts are one


@dataclass(frozen=True, slots=True)
class Course:
    """Where a body was in every simulated picture.

    Attributes:
        body: The object.
        places: Its places.
        turns: Its orientations, quaternions.
    """

    body: Any
    places: list[Any]
    turns: list[Any]


def solid(body: Any, mass: float, *, spring: float = 0.3, friction: float = 0.5) -> Any:
    """Let Bullet move a body, or stand in its way with a mass of 0."""
    bpy.context.view_layer.objects.active = body
    bpy.ops.object.select_all(action="DESELECT")
    body.select_set(state=True)
    bpy.ops.object.transform_apply(location=False, rotation=False, scale=True)
    bpy.ops.rigidbody.object_add(type="ACTIVE" if mass else "PASSIVE")
    body.rigid_body.mass = mass or 1.0
    body.rigid_body.restitution = spring
    body.rigid_body.friction = friction
    body.rigid_body.collision_shape = "SPHERE" if "Sphere" in body.name else "BOX"
    body.rigid_body.use_margin, body.rigid_body.collision_margin = True, 0.0
    return body


def simulate(scene: Any, seconds: float, bodies: Sequence[Any]) -> list[Course]:
    """Return the bodies' courses, and take Bullet's hands off them."""
    pictures = round(seconds * _FINE) + 2
    scene.render.fps = _FINE
    world = scene.rigidbody_world
    world.substeps_per_frame, world.solver_iterations = 2, 30
    world.point_cache.frame_start, world.point_cache.frame_end = 1, pictures
    courses = [Course(body, [], []) for body in bodies]
    for picture in range(1, pictures + 1):
        scene.frame_set(picture)
        for course in courses:
            place, turn, _ = course.body.matrix_world.decompose()
            if course.turns:
                turn.make_compatible(course.turns[-1])
            course.places.append(place)
            course.turns.append(turn)
    bpy.ops.rigidbody.world_remove()
    scene.render.fps = RATE
    return courses


def contacts(courses: Sequence[Course], seconds: float) -> list[float]:
    """Return when a body's velocity jumped, the first of each cluster, before ``seconds``."""
    times = []
    fall = GRAVITY / _FINE
    for course in courses:
        steps = [
            (after - before) * _FINE
            for before, after in zip(course.places, course.places[1:], strict=False)
        ]
        for k in range(1, len(steps)):
            change = steps[k] - steps[k - 1]
            change.z += fall
            resting = steps[k].length < 1e-3 and steps[k - 1].length < 1e-3
            if not resting and change.length > _JUMP:
                times.append(k / _FINE)
    heard: list[float] = []
    last = -1.0
    for time in sorted(times):
        if time - last > _APART and time < seconds:
            heard.append(time)
        last = time
    return heard


def shoot(
    scene: Any, folder: Path, seconds: float, courses: Sequence[Course], *, words: str,
    camera: Callable[[float], tuple[float, float, float]] | None = None,
) -> None:  # fmt: skip
    """Render the courses, with a camera that stands or moves."""
    for course in courses:
        course.body.rotation_mode = "QUATERNION"

    def animate(moment: float, picture: float) -> None:
        k = min(max(round(moment * _FINE), 0), len(courses[0].places) - 1)
        for course in courses:
            course.body.location = course.places[k]
            course.body.rotation_quaternion = course.turns[k]
            course.body.keyframe_insert("location", frame=picture)
            course.body.keyframe_insert("rotation_quaternion", frame=picture)
        if camera:
            scene.camera.location = camera(moment)
            scene.camera.keyframe_insert("location", frame=picture)

    hits = [round(time, 4) for time in contacts(courses, seconds)]
    render(scene, folder, seconds, hits, animate, words=words)


def launched(body: Any, speed: tuple[float, float, float], until: float = 0.0) -> Any:
    """Hold a body, bring it to a speed without a jolt, and let it be Bullet's at a moment."""
    last, ramp = 1 + round(until * _FINE), round(_RAMP * _FINE)
    start = body.location.copy()
    bpy.context.preferences.edit.keyframe_new_interpolation_type = "LINEAR"
    for picture in range(max(last - ramp, 1), last + 1):
        # Over the ramp the speed rises evenly: half its length is what it has moved at the end.
        part = max(picture - last + ramp, 0) / ramp
        ahead = 0.5 * _RAMP * part**2
        body.location = [a + v * ahead for a, v in zip(start, speed, strict=True)]
        body.keyframe_insert("location", frame=picture)
    body.rigid_body.kinematic = True
    body.rigid_body.keyframe_insert("kinematic", frame=last - 1)
    body.rigid_body.kinematic = False
    body.rigid_body.keyframe_insert("kinematic", frame=last)
    return body


def floor_of() -> Any:
    """Make the floor solid."""
    floor = bpy.data.objects["floor"]
    solid(floor, 0, spring=0.5)
    return floor


def crates(out: Path) -> None:
    """Four crates of several sizes fall, one after the other, and topple."""
    scene, seconds = stage((0, -5.4, 2.0), 76, floor=(0.35, 0.35, 0.33)), 4.4
    floor_of()
    bodies = []
    for i, (x, size) in enumerate(((-1.3, 0.45), (0.2, 0.6), (1.4, 0.38), (-0.4, 0.5))):
        body = box((size, size * 0.8, size), (0.6, 0.4 - 0.06 * i, 0.15), (x, 0.2 * i, 1.9))
        body.rotation_euler = (0.1 * i, 0.15 + 0.22 * i, 0.3 * i)
        bodies.append(launched(solid(body, 4, spring=0.25), (0, 0, 0), 0.2 + 0.85 * i))
    courses = simulate(scene, seconds, bodies)
    shoot(scene, out / "crates", seconds, courses, words="wooden crates falling on the floor")


def slabs(out: Path) -> None:
    """A ball rolls into a row of tall slabs, which fall like dominoes."""
    scene, seconds = stage((0, -5.6, 1.8), 79, floor=(0.3, 0.36, 0.3)), 4.4
    floor_of()
    bodies = [
        solid(box((0.16, 0.6, 1.1), (0.7, 0.68, 0.6), (-1.1 + 0.62 * i, 0, 0.55)), 3, spring=0.1)
        for i in range(5)
    ]
    roller = solid(ball(0.28, (0.2, 0.25, 0.6), (-3.2, 0, 0.75)), 4, spring=0.1)
    ledge = solid(box((3.4, 0.8, 0.45), (0.4, 0.3, 0.2), (-3.4, 0, 0.225)), 0)
    ledge.rigid_body.friction = 0.2
    launched(roller, (2.2, 0, 0), 0.4)
    courses = simulate(scene, seconds, [*bodies, roller])
    shoot(scene, out / "slabs", seconds, courses, words="stone slabs falling against each other")


def stairs(out: Path) -> None:
    """A ball comes down stairs; the camera goes with it."""
    scene, seconds = stage((-2, -5.4, 2.6), 76, floor=(0.3, 0.3, 0.36), lens=36), 4.6
    floor_of()
    for i in range(5):
        height = 1.75 - 0.35 * i
        step = box((0.7, 2.0, height), (0.55, 0.5, 0.42), (-2.4 + 0.7 * i, 0, height / 2))
        solid(step, 0, spring=0.75)
    body = solid(ball(0.2, (0.85, 0.3, 0.1), (-2.7, -0.3, 2.4)), 1, spring=0.85)
    courses = simulate(scene, seconds, [launched(body, (0.95, 0, 0), 0.5)])

    def camera(moment: float) -> tuple[float, float, float]:
        return (-2 + 0.75 * moment, -5.4, 2.6 - 0.2 * moment)

    shoot(
        scene, out / "stairs", seconds, courses, words="a ball bouncing down stairs", camera=camera
    )


def skittles(out: Path) -> None:
    """A ball rolls into a group of skittles, seen from above by a shaking camera."""
    scene, seconds = stage((0.4, -3.4, 4.2), 40, floor=(0.5, 0.36, 0.2)), 4.2
    floor_of()
    pins = []
    for x, y in ((0.5, 0), (0.95, 0.3), (0.95, -0.3), (1.4, 0.6), (1.4, 0), (1.4, -0.6)):
        pin = box((0.16, 0.16, 0.62), (0.85, 0.83, 0.78), (x, y, 0.31))
        pins.append(solid(pin, 0.8, spring=0.3))
    roller = solid(ball(0.24, (0.12, 0.12, 0.16), (-2.6, 0.08, 0.24)), 5, spring=0.2)
    courses = simulate(scene, seconds, [*pins, launched(roller, (2.6, 0, 0), 0.5)])

    def camera(moment: float) -> tuple[float, float, float]:
        return (0.4 + 0.03 * math.sin(7 * moment), -3.4 + 0.03 * math.sin(5.3 * moment), 4.2)

    shoot(
        scene, out / "skittles", seconds, courses, words="bowling pins knocked over", camera=camera
    )


def billiards(out: Path) -> None:
    """Three balls on a table: pushed one after the other, they meet each other and the cushions."""
    scene, seconds = stage((0, -1.9, 4.8), 22, floor=(0.08, 0.4, 0.16), lens=28), 4.6
    floor_of()
    cushions: tuple[tuple[Vector, Vector], ...] = (
        ((0, 1.5, 0.15), (5.2, 0.2, 0.3)),
        ((0, -1.5, 0.15), (5.2, 0.2, 0.3)),
        ((2.5, 0, 0.15), (0.2, 3.2, 0.3)),
        ((-2.5, 0, 0.15), (0.2, 3.2, 0.3)),
    )
    for place, size in cushions:
        solid(box(size, (0.35, 0.16, 0.06), place), 0, spring=0.9, friction=0.1)
    bodies = []
    throws: tuple[tuple[Vector, Vector, float, Vector], ...] = (
        ((-1.6, -0.9, 0.2), (2.3, 1.1, 0.0), 0.4, (0.9, 0.9, 0.85)),
        ((0.3, 0.05, 0.2), (0.0, 0.0, 0.0), 0.0, (0.8, 0.1, 0.1)),
        ((1.7, 0.9, 0.2), (-1.9, -0.8, 0.0), 2.2, (0.9, 0.7, 0.1)),
    )
    for place, speed, until, colour in throws:
        body = solid(ball(0.2, colour, place, rough=0.15), 1, spring=0.9, friction=0.1)
        bodies.append(launched(body, speed, until) if until else body)
    courses = simulate(scene, seconds, bodies)
    shoot(scene, out / "billiards", seconds, courses, words="billiard balls hitting each other")


SCENES = (crates, slabs, stairs, skittles, billiards)

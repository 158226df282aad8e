"""Things that fall, bounce, topple, collide and are poured out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.training.scenes.scene import (
    GRID,
    Body,
    Contact,
    Floats,
    Scene,
    Set,
    limb,
    poses,
    strength_of,
)
from engine.training.scenes.textures import shadow, sprite

Places = NDArray[np.float64]


def flight(  # noqa: PLR0917 - a throw's six numbers
    times: Floats, start: float, height: float, velocity: float, gravity: float, restitution: float
) -> tuple[Floats, list[tuple[float, float]]]:
    """Throw something up or down and let it bounce until it rests.

    Args:
        times: The grid, float32 [instants].
        start: When it is let go, in seconds; it hangs still before that.
        height: Height above the floor at the start.
        velocity: Upward speed at the start, picture heights a second.
        gravity: Picture heights per second squared.
        restitution: Share of the speed that a bounce leaves.

    Returns:
        Height above the floor, float32 [instants], and (seconds, speed) of each contact.
    """
    above = np.full(len(times), height, np.float32)
    contacts: list[tuple[float, float]] = []
    began, level = start, height
    while True:
        air = (velocity + np.sqrt(max(velocity**2 + 2 * gravity * level, 0.0))) / gravity
        inside = (times >= began) & (times < began + air)
        since = times[inside] - began
        above[inside] = level + velocity * since - 0.5 * gravity * since**2
        landed = began + air
        speed = gravity * air - velocity
        after = times >= landed
        above[after] = 0
        if not after.any():
            return above, contacts
        contacts.append((float(landed), float(speed)))
        velocity, level, began = speed * restitution, 0.0, landed
        if velocity < 0.13 * np.sqrt(gravity):
            return above, contacts


def contacts_of(
    hits: list[tuple[float, float]], x: Floats, y: float, scale: float = 1.0
) -> list[Contact]:
    """Turn (seconds, speed) of a thing that moves along ``x`` over ground ``y`` into contacts."""
    return [
        Contact(
            seconds,
            strength_of(speed * scale),
            place=(float(x[min(int(seconds * GRID), len(x) - 1)]), y),
        )
        for seconds, speed in hits
    ]


def bounce(stage: Set) -> Scene:
    """Let one to three balls or boxes drop, bounce and perhaps hit a wall."""
    times, floor = stage.times, stage.between(0.6, 0.95)
    bodies: list[Body] = []
    contacts: list[Contact] = []
    for _ in range(1 + (stage.count(0, 2) if stage.chance(0.35) else 0)):
        size = stage.between(0.05, 0.3)
        depth = stage.between(0, 0.3 * (1 - floor))
        above, hits = flight(
            times,
            stage.between(-0.4, 0.6 * stage.seconds if stage.chance(0.4) else 0.5),
            stage.between(0.15, 0.9),
            stage.between(-0.5, 1.5) if stage.chance(0.4) else 0.0,
            float(np.exp(stage.between(np.log(1.2), np.log(14)))),
            stage.between(0.1, 0.9),
        )
        x, walls = _between_walls(stage, times, size)
        contacts += contacts_of(hits, x, floor + depth) + walls
        spin = times * stage.random.normal(0, 4) if stage.chance(0.6) else 0.0
        ground = floor + depth
        if stage.chance(0.7):
            bodies.append(_shadow_under(stage, times, x, ground, above, size))
        body = poses(times, x, ground - size / 2 - above, spin, size, size)
        _squash(stage, body, hits)
        bodies.append(Body(sprite(stage, None if stage.chance(0.4) else "disc"), body))
    follow = bodies[-1].poses[:, :2].copy()
    return Scene(tuple(bodies), tuple(contacts), floor=floor - 0.1, follow=follow)


def _between_walls(stage: Set, times: Floats, size: float) -> tuple[Floats, list[Contact]]:
    """Return a sideways path that reflects off the picture's edges, and the contacts it makes."""
    speed = stage.random.normal(0, 0.35)
    start = stage.between(0.15, 0.85) * stage.aspect
    straight = start + speed * times
    if not stage.chance(0.3):
        return straight.astype(np.float32), []
    room = stage.aspect - size
    lap = (straight - size / 2) / room
    folded = size / 2 + room * np.abs((lap + 1) % 2 - 1)
    crossed = np.flatnonzero(np.diff(np.floor(lap)) != 0)
    hits = [Contact(float(times[i]) + 0.5 / GRID, strength_of(speed)) for i in crossed]
    return folded.astype(np.float32), hits


def _shadow_under(  # noqa: PLR0917 - a place and what is above it
    stage: Set, times: Floats, x: Floats, ground: float, above: Floats, size: float
) -> Body:
    width = size * (0.9 + 0.6 * above)
    opacity = np.clip(0.9 - above, 0.1, 1)
    lean = stage.between(-0.3, 0.3) * above
    return Body(
        shadow(stage.between(0.2, 1)),
        poses(times, x + lean, ground, 0, width, width * 0.3, opacity),
    )


def _squash(stage: Set, body: Floats, hits: list[tuple[float, float]]) -> None:
    """Flatten a soft body for some 60 ms around each contact."""
    if not stage.chance(0.3):
        return
    softness = stage.between(0.1, 0.4)
    for seconds, speed in hits:
        first, last = int((seconds - 0.01) * GRID), int((seconds + 0.06) * GRID)
        span = np.arange(max(first, 0), min(last, len(body)))
        dent = softness * strength_of(speed) * np.sin(np.pi * (span - first) / (last - first))
        body[span, 1] += body[span, 4] * dent / 2
        body[span, 4] *= 1 - dent
        body[span, 3] *= 1 + dent / 2


def topple(stage: Set) -> Scene:
    """Tip a tall box over its lower corner; it slaps down and rocks once or twice."""
    times = stage.times
    height, width = stage.between(0.25, 0.7), stage.between(0.05, 0.2)
    floor, x = stage.between(0.7, 0.92), stage.between(0.3, 0.7) * stage.aspect
    start, lasts = stage.between(0, 0.4 * stage.seconds), stage.between(0.35, 1.1)
    fallen = np.clip((times - start) / lasts, 0, 1)
    lift, hits = flight(
        times, start + lasts, 0.0, stage.between(0.2, 1.0), stage.between(8, 20), 0.3
    )
    angle = np.pi / 2 * fallen**3 - lift / height
    landed = [Contact(start + lasts, strength_of(height * 4 / lasts))] if angle[-1] > 1 else []
    side = 1 if stage.chance(0.5) else -1
    centre_x = x + side * (np.sin(angle) * height / 2 + np.cos(angle) * width / 2)
    centre_y = floor - np.cos(angle) * height / 2 - np.sin(angle) * width / 2
    body = Body(sprite(stage, "box"), poses(times, centre_x, centre_y, side * angle, width, height))
    small = [Contact(seconds, 0.5 * strength_of(speed)) for seconds, speed in hits[:2]]
    return Scene((body,), (*landed, *small), floor=floor - 0.08)


def collide(stage: Set) -> Scene:
    """Discs on a table seen from above that hit each other and the cushions."""
    number, times = stage.count(2, 5), stage.times
    radius = stage.random.uniform(0.05, 0.15, number)
    place = _apart(stage, radius)
    speed = stage.random.normal(0, 0.5, (number, 2)) * (stage.random.random((number, 1)) < 0.6)
    friction = stage.between(0, 0.35)
    path = np.empty((len(times), number, 2), np.float32)
    contacts: list[Contact] = []
    for index in range(len(times)):
        path[index] = place
        contacts += _meet(place, speed, radius, index / GRID)
        contacts += _cushions(place, speed, radius, stage.aspect, index / GRID)
        place += speed / GRID
        speed *= 1 - friction / GRID
    bodies = []
    for one in range(number):
        size = 2 * float(radius[one])
        turn = times * stage.random.normal(0, 1)
        bodies.append(
            Body(
                sprite(stage, "disc"),
                poses(times, path[:, one, 0], path[:, one, 1], turn, size, size),
            )
        )
    return Scene(tuple(bodies), tuple(contacts))


def _apart(stage: Set, radius: Places) -> Places:
    """Return places [discs, 2] at which discs lie without touching, as far as a few tries find."""
    places: list[Places] = []
    for size in radius:
        for _ in range(20):
            place = np.array([stage.between(0.15, stage.aspect - 0.15), stage.between(0.15, 0.85)])
            gaps = [np.hypot(*(place - o)) - size - r for o, r in zip(places, radius, strict=False)]
            if all(gap > 0.02 for gap in gaps):
                break
        places.append(place)
    return np.array(places)


def _meet(place: Places, speed: Places, radius: Places, seconds: float) -> list[Contact]:
    """Resolve elastic collisions between discs that approach each other (in place)."""
    contacts = []
    for a in range(len(radius)):
        for b in range(a):
            apart = place[a] - place[b]
            distance = float(np.hypot(*apart))
            if distance >= radius[a] + radius[b] or distance < 1e-6:
                continue
            normal = apart / distance
            closing = float((speed[b] - speed[a]) @ normal)
            if closing <= 0:
                continue
            mass_a, mass_b = radius[a] ** 2, radius[b] ** 2
            push = 1.9 * closing / (mass_a + mass_b) * normal
            speed[a] += push * mass_b
            speed[b] -= push * mass_a
            if closing > 0.1 and seconds > 0:
                contacts.append(Contact(seconds, strength_of(closing)))
    return contacts


def _cushions(
    place: Places, speed: Places, radius: Places, aspect: float, seconds: float
) -> list[Contact]:
    contacts = []
    for one, size in enumerate(radius):
        for axis, far in ((0, aspect), (1, 1.0)):
            inward = np.sign(far / 2 - place[one, axis])
            outside = place[one, axis] < size or place[one, axis] > far - size
            if outside and speed[one, axis] * inward < 0:
                contacts.append(Contact(seconds, strength_of(float(speed[one, axis]))))
                speed[one, axis] *= -0.9
    return [contact for contact in contacts if contact.strength > 0.1 and seconds > 0]


def pour(stage: Set) -> Scene:
    """Many small things that fall one after another, each with a bounce or two."""
    times, floor = stage.times, stage.between(0.7, 0.95)
    bodies: list[Body] = []
    contacts: list[Contact] = []
    gravity, at = stage.between(4, 14), stage.between(0, 0.4 * stage.seconds)
    face = sprite(stage)
    for _ in range(stage.count(3, 9)):
        at += float(stage.random.exponential(stage.between(0.1, 0.5)))
        above, hits = flight(
            times, at, stage.between(0.5, 1.0), 0.0, gravity, stage.between(0, 0.5)
        )
        x = stage.between(0.2, 0.8) * stage.aspect + stage.random.normal(0, 0.15) * np.maximum(
            times - at, 0
        )
        size, ground = stage.between(0.03, 0.1), floor + stage.between(-0.04, 0.04)
        contacts += contacts_of(hits[:3], x, ground, 0.6)
        shown = (times >= at).astype(np.float32)
        spin = times * stage.random.normal(0, 5) * (above > 0)
        bodies.append(Body(face, poses(times, x, ground - above, spin, size, size, shown)))
    return Scene(tuple(bodies), tuple(contacts), floor=floor - 0.1)


def pendulum(stage: Set) -> Scene:
    """Balls on strings that swing and click: two of them, or a cradle with still ones between."""
    times, number = stage.times, stage.count(2, 5)
    size, length = stage.between(0.08, 0.16), stage.between(0.35, 0.7)
    swing, pace = stage.between(0.25, 1.0), stage.between(2.5, 7.0)
    phase = times * pace + stage.between(0, 2 * np.pi)
    decay = np.exp(-times * stage.between(0, 0.25))
    left = np.minimum(np.sin(phase), 0) * swing * decay
    right = np.maximum(np.sin(phase), 0) * swing * decay
    clicks = np.flatnonzero(np.diff(np.sign(np.sin(phase))) != 0)
    speed = swing * length * pace * decay
    contacts = [Contact(float(times[i]) + 0.5 / GRID, strength_of(float(speed[i]))) for i in clicks]
    top, middle = stage.between(0.0, 0.25), stage.aspect / 2 + stage.random.normal(0, 0.1)
    string, ball = sprite(stage, "box", grey=stage.between(0, 255)), sprite(stage, "disc")
    tremble = 0.04 * left[:, None]
    bodies = []
    for one in range(number):
        angle = left if one == 0 else right if one == number - 1 else tremble[:, 0]
        hang = middle + (one - (number - 1) / 2) * size
        x, y = hang + np.sin(angle) * length, top + np.cos(angle) * length
        bodies.append(Body(string, limb(times, (hang, top), (x, y), 0.012)))
        bodies.append(Body(ball, poses(times, x, y, -angle, size, size)))
    return Scene(tuple(bodies), tuple(contacts))

"""Render the sample clip: ``python -m engine.training.scenes.sample samples``.

A ball is dropped and bounces, then a hammer drives a peg. Every contact time is known exactly; they
are written beside the clip as a cue sheet.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from engine.cues import CueEvent, CueSheet
from engine.training.scenes.falling import flight
from engine.training.scenes.raycast import Ball, Box, Room, Shape, look
from engine.training.scenes.scene import GRID, Bytes, Floats, Set, strength_of
from engine.training.scenes.textures import noise

RATE = Fraction(24000, 1001)
FRAMES = 168
WIDTH, HEIGHT = 640, 360

_RADIUS = 0.17
_STRIKES = (3.83, 4.78, 5.52, 6.31)
_BLOW = 0.13  # seconds from the top of the swing to the peg
_SINK = 0.035  # metres that the peg gives way at each blow


def sample(folder: Path) -> None:
    """Write ``impacts.mp4`` and ``impacts.json`` into ``folder``."""
    times = (np.arange(int(FRAMES / RATE * GRID) + 2) / GRID).astype(np.float32)
    above, bounces = flight(times, 0.35, 1.35, 0.0, 9.81, 0.68)
    bounces = [hit for hit in bounces if hit[0] < 3.4]
    events = [CueEvent(seconds, strength_of(speed / 2)) for seconds, speed in bounces]
    events += [CueEvent(seconds, 0.9) for seconds in _STRIKES]
    stage = room()
    pictures = []
    for frame in range(FRAMES):
        seconds = float(frame / RATE)
        height = float(np.interp(seconds, times, above))
        pictures.append(look(stage, _shapes(seconds, height), WIDTH, HEIGHT))
    _write_video(folder / "impacts.mp4", pictures)
    sheet = CueSheet(RATE, tuple(sorted(events))).to_json()
    _replace(folder / "impacts.json", json.dumps(sheet, indent=1) + "\n")


def room() -> Room:
    """Return the room with a floor of planks, as the camera of the sample clip sees it."""
    stage = Set(np.random.default_rng(7), 1.0, 1.0)
    grain = noise(stage, 512, 512, 60.0)
    planks = np.where(np.arange(512) % 32 < 1, -0.5, 0.0)[:, None]
    shade = np.repeat(stage.random.normal(0, 0.08, 16), 32)[:, None]
    level = np.clip(0.42 + 0.05 * grain + planks * 0.4 + shade, 0.02, 1)
    floor = level[..., None] * np.array([1.0, 0.78, 0.55])
    return Room(
        floor=(np.clip(floor, 0, 1) * 255).astype(np.uint8),
        lamp=_point(-1.8, -2.2, 4.2),
        lamp_size=0.25,
        eye=_point(0.15, -3.6, 1.35),
        target=_point(0.0, 0.0, 0.55),
        focal=1.45,
    )


def _point(x: float, y: float, z: float) -> Floats:
    return np.array([x, y, z], np.float32)


def _shapes(seconds: float, height: float) -> list[Shape]:
    """Return ball, block, peg and hammer at one moment."""
    along = -1.35 + 1.15 * (1 - np.exp(-seconds / 1.8))
    place = _point(along, 0.1, _RADIUS + height)
    ball = Ball(place, _RADIUS, _point(0.75, 0.12, 0.08), -along / _RADIUS)
    block = Box(_point(0.95, 0.2, 0.2), _point(0.28, 0.22, 0.2), _point(0.4, 0.27, 0.16))
    struck = sum(seconds >= strike for strike in _STRIKES)
    top = 0.62 - _SINK * struck
    peg = Box(_point(0.95, 0.2, top - 0.13), _point(0.05, 0.05, 0.13), _point(0.8, 0.72, 0.5))
    return [ball, block, peg, *_hammer(seconds, top)]


def _hammer(seconds: float, top: float) -> list[Shape]:
    """Return head and handle; the head's underside meets the peg's top at each strike."""
    raised = _raised(seconds)
    turn = -1.15 * raised
    pivot = np.array([1.75, 0.2, top + 0.09], np.float32)
    length = 0.8
    direction = np.array([-np.cos(turn), 0, -np.sin(turn)], np.float32)
    head = Box(pivot + direction * length, _point(0.08, 0.08, 0.09), _point(0.25, 0.27, 0.3), -turn)
    handle = Box(
        pivot + direction * length / 2,
        _point(length / 2, 0.025, 0.025),
        _point(0.5, 0.33, 0.16),
        -turn,
    )
    return [head, handle]


def _raised(seconds: float) -> float:
    """Return how far the hammer is swung up, 0 (on the peg) to 1."""
    following = [strike for strike in _STRIKES if strike > seconds]
    if not following:
        return 0.12 * min(1.0, (seconds - _STRIKES[-1]) / 0.3)
    strike = following[0]
    earlier = [moment for moment in _STRIKES if moment <= seconds]
    left = strike - seconds
    if left < _BLOW:
        return 1 - (1 - left / _BLOW) ** 2
    if not earlier:
        return 1.0
    part = (seconds - earlier[-1]) / (strike - _BLOW - earlier[-1])
    return float(0.5 - 0.5 * np.cos(np.pi * part))


def _write_video(path: Path, pictures: list[Bytes]) -> None:
    partial = path.with_name(f".{path.name}.partial")
    with av.open(str(partial), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "23", "preset": "slow"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    partial.replace(path)


def _replace(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)


if __name__ == "__main__":
    sample(Path(sys.argv[1]))

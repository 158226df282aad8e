"""A film on a timeline, and takes for it."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING, Any

from addon.messages import Take
from tests.resolve.fake.project import Resolve
from tests.resolve.fake.world import ItemData, MediaData, World

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

VERSIONS = [(18, 0), (18, 6), (19, 1), (20, 3), (21, 0, 3), (21, 0, 4), (21, 1)]
SAMPLE_RATE = 48_000


class Scene:
    """A Resolve with one timeline.

    Attributes:
        world: What is in it.
        resolve: What a script finds as ``resolve``.
    """

    def __init__(self, version: tuple[int, ...], folder: Path) -> None:
        self.world = World(version, folder)
        self.resolve = Resolve(self.world)

    @property
    def project(self) -> Any:
        """The open project as scripts see it."""
        return self.resolve.GetProjectManager().GetCurrentProject()

    @property
    def timeline(self) -> Any:
        """The current timeline as scripts see it."""
        return self.project.GetCurrentTimeline()

    def film(self, name: str = "dog.mov", fps: str = "24", frames: int = 480) -> MediaData:
        path = self.world.folder / name
        path.write_bytes(b"film")
        return MediaData(str(path), fps, frames, name=name)

    def clip(
        self, start: int = 86500, duration: int = 48, trimmed: int = 24, **more: Any
    ) -> ItemData:
        """Put a chosen item on the timeline."""
        media = more.pop("media", None) or self.film()
        track = more.pop("track", 1)
        item = ItemData("dog.mov", media, start, duration, trimmed, **more)
        self.world.timeline.shows(item, track)
        self.choose(item)
        return item

    def choose(self, item: ItemData) -> None:
        """Select an item, and put the playhead on it."""
        self.world.timeline.selected.append(item)
        self.world.timeline.playhead = item

    def choose_nothing(self) -> None:
        self.world.timeline.selected = []
        self.world.timeline.playhead = None

    def heard(self) -> list[tuple[str, ItemData]]:
        """What lies on the audio tracks, with the tracks' names."""
        return [(track.name, item) for track in self.world.timeline.audio for item in track.items]


def take(folder: Path, frames: int, rate: Fraction, number: int = 1) -> Take:
    """A silent take for a clip of so many frames."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"take-{number}.wav"
    samples = round(frames / rate * SAMPLE_RATE)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(3)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(bytes(6 * samples))
    return Take(number, 7, str(path), str(path.with_suffix(".json")), samples, SAMPLE_RATE)

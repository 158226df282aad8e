"""A Resolve without Resolve: what there is in it, for tests to arrange and to look at."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_IDS = itertools.count(1)
RATES = {
    "23.976": Fraction(24000, 1001),
    "24": Fraction(24),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "29.97 DF": Fraction(30000, 1001),
    "50": Fraction(50),
    "59.94": Fraction(60000, 1001),
}


@dataclass(eq=False)
class MediaData:
    """A clip of the media pool; ``samples`` is None for pictures."""

    path: str
    fps: str
    frames: int
    samples: int | None = None
    name: str = ""


@dataclass(eq=False)
class ItemData:
    """An item of a timeline; ``trimmed`` counts media frames, ``speed`` is None on a ramp."""

    name: str
    media: MediaData | None
    start: int
    duration: int
    trimmed: int = 0
    enabled: bool = True
    colour: str = ""
    nodes: int = 1
    tools: list[str] = field(default_factory=list)
    fusion: int = 0
    properties: dict[str, Any] = field(default_factory=dict)
    speed: Fraction | None = Fraction(1)
    id: str = field(default_factory=lambda: f"item-{next(_IDS)}")

    @property
    def end(self) -> int:
        return self.start + self.duration


@dataclass(eq=False)
class TrackData:
    """A track."""

    name: str = ""
    subtype: str = "stereo"
    items: list[ItemData] = field(default_factory=list)
    locked: bool = False
    enabled: bool = True


@dataclass(eq=False)
class TimelineData:
    """A timeline; ``counted`` is how many tracks its calls know of."""

    name: str
    rate: str = "24"
    start: int = 86400
    video: list[TrackData] = field(default_factory=lambda: [TrackData("Video 1", "")])
    audio: list[TrackData] = field(default_factory=lambda: [TrackData("Audio 1")])
    markers: dict[int, dict[str, Any]] = field(default_factory=dict)
    marks: tuple[int, int] | None = None
    playhead: ItemData | None = None
    selected: list[ItemData] = field(default_factory=list)
    phantoms: list[tuple[TrackData, ItemData]] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=lambda: {"video": 1, "audio": 1})
    id: str = field(default_factory=lambda: f"timeline-{next(_IDS)}")

    @property
    def exact_rate(self) -> Fraction:
        return RATES[self.rate]

    @property
    def end(self) -> int:
        ends = [item.end for track in (*self.video, *self.audio) for item in track.items]
        return max(ends, default=self.start)

    @property
    def settings(self) -> dict[str, str]:
        return {"timelineFrameRate": self.rate}

    def tracks(self, kind: str) -> list[TrackData]:
        return {"video": self.video, "audio": self.audio}[kind]

    def shows(self, item: ItemData, track: int = 1) -> ItemData:
        """Put an item on a video track and return it."""
        while len(self.video) < track:
            self.video.append(TrackData(f"Video {len(self.video) + 1}", ""))
            self.counted["video"] = len(self.video)
        self.video[track - 1].items.append(item)
        return item


@dataclass(eq=False)
class FolderData:
    """A bin of the media pool."""

    name: str
    clips: list[MediaData] = field(default_factory=list)
    folders: list[FolderData] = field(default_factory=list)


@dataclass
class RenderState:
    """What the Deliver page is set to."""

    settings: dict[str, Any] = field(default_factory=dict)
    format: dict[str, str] = field(default_factory=lambda: {"format": "mxf", "codec": "DNxHR444"})
    mode: int = 0


@dataclass(eq=False)
class World:
    """Everything in this Resolve.

    Attributes:
        version: Of Resolve.
        studio: Whether it is Studio.
        folder: For films that it renders.
        draw: Writes the film of a job: timeline, first and last absolute frame, path.
        polls: Of a job's status until it is finished.
        fails: Why each rendering fails, if it does.
    """

    version: tuple[int, ...]
    folder: Path
    studio: bool = True
    project: str = "Film"
    rate: str = "24"
    timelines: list[TimelineData] = field(default_factory=lambda: [TimelineData("Edit")])
    current: int = 0
    page: str = "edit"
    saves: int = 0
    root: FolderData = field(default_factory=lambda: FolderData("Master"))
    bin: FolderData | None = None
    deliver: RenderState = field(default_factory=RenderState)
    presets: dict[str, RenderState] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    rendering: str | None = None
    polls: int = 4
    fails: str = ""
    rendered: list[tuple[int, int]] = field(default_factory=list)
    draw: Callable[[TimelineData, int, int, Path], None] | None = None

    @property
    def settings(self) -> dict[str, str]:
        size = {"timelineResolutionWidth": "1920", "timelineResolutionHeight": "1080"}
        return size | {"timelineFrameRate": self.rate}

    @property
    def timeline(self) -> TimelineData:
        return self.timelines[self.current]

    @property
    def inclusive(self) -> bool:
        """Whether ends of ranges count: they do before 21."""
        return self.version < (21,)

    @property
    def open_bin(self) -> FolderData:
        return self.bin or self.root

    def turn_page(self, page: str) -> None:
        """Show a page; only then do track counts become true."""
        if page != self.page:
            self.page = page
            for timeline in self.timelines:
                timeline.counted = {kind: len(timeline.tracks(kind)) for kind in ("video", "audio")}

    def save(self) -> None:
        """Save the project: what Append only seemed to place is gone."""
        self.saves += 1
        for timeline in self.timelines:
            timeline.phantoms.clear()

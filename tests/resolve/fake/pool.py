"""The media pool as scripts see it, and the way from it onto a timeline."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.resolve.fake.items import MediaPoolItem, TimelineItem
from tests.resolve.fake.thing import Thing, whole
from tests.resolve.fake.timeline import Timeline
from tests.resolve.fake.world import RATES, FolderData, ItemData, MediaData, TimelineData

if TYPE_CHECKING:
    from tests.resolve.fake.world import TrackData, World

_ORDER = {"mediaPoolItem", "startFrame", "endFrame", "mediaType", "trackIndex", "recordFrame"}


class Folder(Thing):
    """A bin."""

    def __init__(self, world: World, data: FolderData) -> None:
        super().__init__(world)
        self.data = data

    def GetName(self) -> str:
        return self.data.name

    def GetClipList(self) -> list[MediaPoolItem | None]:
        return [None, *(MediaPoolItem(self.world, clip) for clip in self.data.clips)]

    def GetSubFolderList(self) -> list[Folder]:
        return [Folder(self.world, folder) for folder in self.data.folders]


class MediaPool(Thing):
    """The media pool."""

    def GetRootFolder(self) -> Folder:
        return Folder(self.world, self.world.root)

    def GetCurrentFolder(self) -> Folder:
        return Folder(self.world, self.world.open_bin)

    def SetCurrentFolder(self, folder: Folder) -> bool:
        self.world.bin = folder.data
        return True

    def AddSubFolder(self, parent: Folder, name: str) -> Folder | None:
        """Add a bin and open it."""
        if any(folder.name == name for folder in parent.data.folders):
            return None
        self.world.bin = FolderData(name)
        parent.data.folders.append(self.world.bin)
        return Folder(self.world, self.world.bin)

    def ImportMedia(self, paths: list[str]) -> list[MediaPoolItem | None] | None:
        """Import WAV files into the open bin; they take the project's rate."""
        assert isinstance(paths, list)
        imported = []
        for path in paths:
            if not Path(path).is_absolute() or not Path(path).is_file():
                return None
            with wave.open(path) as sound:
                samples, rate = sound.getnframes(), sound.getframerate()
            frames = round(samples * RATES[self.world.rate] / rate)
            media = MediaData(path, self.world.rate, frames, samples, Path(path).name)
            self.world.open_bin.clips.append(media)
            imported.append(MediaPoolItem(self.world, media))
        return [None, *imported]

    def ImportTimelineFromFile(self, path: str, options: dict[str, str]) -> Timeline | None:
        """Import a timeline under its file's name, or nothing if that name exists."""
        name = options.get("timelineName", Path(path).stem)
        if any(timeline.name == name for timeline in self.world.timelines):
            return None
        self.world.timelines.append(TimelineData(name))
        return Timeline(self.world, self.world.timelines[-1])

    def AppendToTimeline(self, orders: list[dict[str, Any]]) -> list[TimelineItem | None]:
        """Place clips on the current timeline, or seem to: a drop is answered like a success."""
        answers: list[TimelineItem | None] = [None]
        for order in orders:
            assert set(order) == _ORDER, order
            assert order["mediaType"] == 2, "pictures would be placed, too"
            answers.append(self._append(self.world.timeline, order))
        return answers

    def _append(self, timeline: TimelineData, order: dict[str, Any]) -> TimelineItem | None:
        media: MediaData = order["mediaPoolItem"].data
        first, last = whole(order["startFrame"]), whole(order["endFrame"])
        length = last - first + (1 if self.world.inclusive else 0)
        number, at = whole(order["trackIndex"]), whole(order["recordFrame"])
        if not 1 <= number <= timeline.counted["audio"]:
            return None
        track = timeline.audio[number - 1]
        duration = round(length / RATES[media.fps] * timeline.exact_rate)
        item = ItemData(media.name, media, at, duration, trimmed=first)
        if self.world.rendering:
            return None
        beyond = first < 0 or length < 1 or first + length > media.frames
        if beyond or at < timeline.start or not self._takes(track, media, item):
            timeline.phantoms.append((track, item))
        else:
            track.items.append(item)
        return TimelineItem(self.world, timeline, item)

    @staticmethod
    def _takes(track: TrackData, media: MediaData, item: ItemData) -> bool:
        stereo = media.samples is not None and track.subtype == "stereo"
        occupied = any(one.start < item.end and one.end > item.start for one in track.items)
        return stereo and not occupied and not track.locked

"""Items of timelines and clips of the media pool, as scripts see them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.resolve.fake.thing import Thing
from tests.resolve.fake.world import RATES

if TYPE_CHECKING:
    from tests.resolve.fake.world import ItemData, MediaData, TimelineData, World

_RAMP = Fraction(3, 2)  # what a ramp plays on the whole


class MediaPoolItem(Thing):
    """A clip of the media pool."""

    def __init__(self, world: World, data: MediaData) -> None:
        super().__init__(world)
        self.data = data

    def GetName(self) -> str:
        return self.data.name

    def GetClipProperty(self, name: str | None = None) -> Any:
        sound = self.data.samples is not None
        known = {
            "File Path": self.data.path,
            "FPS": "" if sound and self.world.version < (18, 5) else self.data.fps,
            "Frames": "" if sound else str(self.data.frames),
            "Start TC": "00:00:00:00",
        }
        return known if name is None else known.get(name, "")


class Graph(Thing):
    """The nodes of an item's grade."""

    def __init__(self, world: World, data: ItemData) -> None:
        super().__init__(world)
        self.data = data

    def GetNumNodes(self) -> int:
        return self.data.nodes

    def GetToolsInNode(self, node: int) -> list[str] | None:
        assert node >= 1
        return self.data.tools or None

    def GetLUT(self, node: int) -> str:
        assert node >= 1
        return ""


class TimelineItem(Thing):
    """An item of a timeline."""

    def __init__(self, world: World, timeline: TimelineData, data: ItemData) -> None:
        super().__init__(world)
        self.timeline = timeline
        self.data = data

    def GetName(self) -> str:
        return self.data.name

    def GetUniqueId(self) -> str:
        return self.data.id

    def GetStart(self) -> int:
        return self.data.start

    def GetEnd(self) -> int:
        return self.data.end - (1 if self.world.inclusive else 0)

    def GetDuration(self) -> int:
        return self.data.duration

    def GetLeftOffset(self) -> int:
        """In the timeline's frames up to 19, in the media's from 20 on."""
        return self._in_its_frames(self.data.trimmed)

    def GetRightOffset(self) -> int:
        media = self.data.media
        return self._in_its_frames(media.frames - self._source_end) if media else 0

    def _in_its_frames(self, media_frames: int) -> int:
        media = self.data.media
        if media is None or self.world.version >= (20,):
            return media_frames
        return round(media_frames * self.timeline.exact_rate / RATES[media.fps])

    @property
    def _source_end(self) -> int:
        media, speed = self.data.media, self.data.speed
        assert media is not None
        length = self.data.duration / self.timeline.exact_rate * RATES[media.fps]
        return self.data.trimmed + round(length * (_RAMP if speed is None else speed))

    def GetSourceStartFrame(self) -> int:
        """One low, but at the very start."""
        return max(0, self.data.trimmed - 1)

    def GetSourceEndFrame(self) -> int:
        if self.data.media is None:
            return 0
        return self._source_end - (1 if self.world.inclusive else 0)

    def GetSpeed(self) -> dict[str, Any] | None:
        speed = self.data.speed
        if speed is None:
            return None
        return {"Percentage": float(speed * 100), "PitchCorrection": False}

    def GetMediaPoolItem(self) -> MediaPoolItem | None:
        return MediaPoolItem(self.world, self.data.media) if self.data.media else None

    def GetClipEnabled(self) -> bool:
        return self.data.enabled

    def SetClipEnabled(self, on: bool) -> bool:  # noqa: FBT001 - as Resolve has it
        self.data.enabled = on
        return True

    def GetClipColor(self) -> str:
        return self.data.colour

    def GetFusionCompCount(self) -> int:
        return self.data.fusion

    def GetNumNodes(self) -> int:
        return self.data.nodes

    def GetNodeGraph(self) -> Graph:
        return Graph(self.world, self.data)

    def GetColorGroup(self) -> None:
        return None

    @property
    def _properties(self) -> dict[str, Any]:
        if self.data.media and self.data.media.samples is not None:
            volume = {"AudioVolumeEnabled": True, "AudioVolume": 0.0}
            return {**(volume if self.world.version >= (21, 1) else {}), **self.data.properties}
        return {"ZoomX": 1.0, "ZoomY": 1.0, "Pan": 0.0, "Opacity": 100.0, **self.data.properties}

    def GetProperty(self, name: str | None = None) -> Any:
        return self._properties if name is None else self._properties.get(name)

    def _set(self, name: str, value: Any) -> bool:
        if name not in self._properties:
            return False
        self.data.properties[name] = value
        return True

    def SetProperty(self, name: str, value: Any) -> bool:
        return self._set(name, value)

    def GetProperties(self) -> dict[str, Any]:
        return self._properties

    def SetProperties(self, values: dict[str, Any]) -> bool:
        return all(self._set(name, value) for name, value in values.items())

"""A timeline as scripts see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.resolve.fake.items import TimelineItem
from tests.resolve.fake.thing import Thing, whole
from tests.resolve.fake.world import TrackData

if TYPE_CHECKING:
    from tests.resolve.fake.world import ItemData, TimelineData, World

_COLOURS = {"Blue", "Cyan", "Green", "Yellow", "Red", "Pink", "Purple", "Fuchsia", "Rose", "Cream"}


class Timeline(Thing):
    """A timeline."""

    def __init__(self, world: World, data: TimelineData) -> None:
        super().__init__(world)
        self.data = data

    def _item(self, data: ItemData) -> TimelineItem:
        return TimelineItem(self.world, self.data, data)

    def _track(self, kind: str, number: Any) -> TrackData | None:
        tracks = self.data.tracks(kind)[: self.data.counted[kind]]
        return tracks[whole(number) - 1] if 1 <= number <= len(tracks) else None

    def GetName(self) -> str:
        return self.data.name

    def GetUniqueId(self) -> str:
        return self.data.id

    def GetSetting(self, name: str) -> str:
        return self.data.settings.get(name, "")

    def GetSettings(self) -> dict[str, str]:
        return self.data.settings

    def GetStartFrame(self) -> int:
        return self.data.start

    def GetEndFrame(self) -> int:
        return self.data.end - (1 if self.world.inclusive else 0)

    def GetStartTimecode(self) -> str:
        return "01:00:00:00"

    def GetTrackCount(self, kind: str) -> int:
        return self.data.counted[kind]

    def GetTrackName(self, kind: str, number: int) -> str:
        track = self._track(kind, number)
        return track.name if track else ""

    def SetTrackName(self, kind: str, number: int, name: str) -> bool:
        track = self._track(kind, number)
        if track is None:
            return False
        track.name = name
        return True

    def GetTrackSubType(self, kind: str, number: int) -> str:
        track = self._track(kind, number)
        return track.subtype if track else ""

    def GetIsTrackEnabled(self, kind: str, number: int) -> bool:
        track = self._track(kind, number)
        return bool(track and track.enabled)

    def GetIsTrackLocked(self, kind: str, number: int) -> bool:
        track = self._track(kind, number)
        return bool(track and track.locked)

    def AddTrack(self, kind: str, subtype: str = "mono") -> bool:
        """Add a track; the counts are those of before until a page is turned."""
        tracks = self.data.tracks(kind)
        tracks.append(TrackData(f"{kind.title()} {len(tracks) + 1}", subtype))
        return True

    def GetItemListInTrack(self, kind: str, number: int) -> list[TimelineItem | None] | None:
        """None for a track that is not there, and a None in the list for nothing at all."""
        track = self._track(kind, number)
        if track is None:
            return None
        phantoms = [item for where, item in self.data.phantoms if where is track]
        return [None, *(self._item(item) for item in [*track.items, *phantoms])]

    def DeleteClips(self, items: list[TimelineItem], ripple: bool = False) -> bool:  # noqa: FBT001, FBT002 - as Resolve has it
        assert not ripple
        gone = {item.data.id for item in items}
        for track in (*self.data.video, *self.data.audio):
            track.items = [item for item in track.items if item.id not in gone]
        return True

    def GetSelectedClips(self) -> list[TimelineItem | None]:
        return [None, *(self._item(item) for item in self.data.selected)]

    def GetCurrentVideoItem(self) -> TimelineItem | None:
        return self._item(self.data.playhead) if self.data.playhead else None

    def GetMarkInOut(self) -> dict[str, dict[str, int]]:
        """In and out, counted from the timeline's start."""
        if self.data.marks is None:
            return {"video": {}, "audio": {}}
        marks = dict(zip(("in", "out"), self.data.marks, strict=True))
        return {"video": marks, "audio": dict(marks)}

    def SetMarkInOut(self, first: int, last: int, kind: str = "all") -> bool:
        assert kind == "all"
        if not 0 <= first <= last:
            return False
        self.data.marks = (whole(first), whole(last))
        return True

    def ClearMarkInOut(self, kind: str = "all") -> bool:
        assert kind == "all"
        self.data.marks = None
        return True

    def AddMarker(  # noqa: PLR0917 - as Resolve has it
        self, frame: float, colour: str, name: str, note: str, duration: float, data: str = ""
    ) -> bool:
        """Add a marker, counted from the timeline's start; one to a frame."""
        at = whole(frame)
        length = self.data.end - self.data.start
        if colour not in _COLOURS or duration < 1 or not 0 <= at < length:
            return False
        if at in self.data.markers:
            return False
        told = {"color": colour, "name": name, "note": note, "duration": duration}
        self.data.markers[at] = told | {"customData": data}
        return True

    def GetMarkers(self) -> dict[float, dict[str, Any]]:
        return {float(at): dict(told) for at, told in sorted(self.data.markers.items())}

    def DeleteMarkerAtFrame(self, frame: float) -> bool:
        return self.data.markers.pop(whole(frame), None) is not None

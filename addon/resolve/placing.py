"""Puts takes on the timeline, and looks whether they lie there.

AppendToTimeline never overwrites and never complains: where a frame is taken it drops the clip, and
its answer may hold None. It always acts on the current timeline. So every placing is read back.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import HostError
from . import timeline as timelines
from . import tracks
from .pool import import_sound
from .properties import set_volume
from .scripting import ask, has, project_of, rate_of, setting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..messages import Take
    from .reading import Stretch
    from .timeline import Lying

_SOUND_ONLY = 2


def place(
    resolve: Any,
    stretch: Stretch,
    take: Take,
    *,
    chosen: bool,
    level: float = 0.0,
    apart: bool = False,
    tell: Callable[[str], None] = lambda _line: None,
) -> Lying:
    """Put a take below its clip; one that is there already is chosen.

    Args:
        resolve: Resolve.
        stretch: The clip as it was read. If it was moved since, its sound moves with it.
        take: The take.
        chosen: Whether it sounds; the clip's other takes are then switched off.
        level: Volume in dB of a take that does not lie there yet.
        apart: Whether each of its stems gets a track of its own, in place of their mix.
        tell: Shows the user a line: this Resolve did not take the volume.

    Returns:
        Where it lies, or its first stem.

    Raises:
        HostError: Project, timeline or file is gone, or Resolve did not place it.
    """
    sounds = _sounds(take, apart=apart)
    with timeline_current(resolve, stretch) as timeline:
        first = _first_frame(timeline, stretch)
        present = _takes_at(timeline, first, stretch.frames)
        lying: list[Lying] = []
        fresh: list[Lying] = []
        for sound in sounds:
            known = next((one for one in present if file_of(one) == _normal(sound.wav)), None)
            lying.append(known or _append(resolve, timeline, sound, first, stretch))
            fresh += [] if known else lying[-1:]
        if level and not all([set_volume(one.item, level) for one in fresh]):  # noqa: C419 - all are to be set
            tell(
                f"Take {take.number} of '{stretch.name}' plays at its own level: this Resolve"
                f" lets no script set a volume. Set {level:+g} dB in the Inspector."
            )
        ours = {one.id for one in lying}
        for one in lying:
            _switch(one, on=chosen)
        for other in present if chosen else ():
            if other.id not in ours:
                _switch(other, on=False)
        return lying[0]


def _sounds(take: Take, *, apart: bool) -> list[Take]:
    """The take as it is to be placed: as it is, or once for each of its stems."""
    stems = take.stems if apart and len(take.stems) > 1 else {}
    sounds = [replace(take, wav=wav) for wav in stems.values()] or [take]
    for sound in sounds:
        if not Path(sound.wav).is_file():
            raise HostError(f"The sound is missing: {sound.wav}", "Generate it again")
    return sounds


@contextlib.contextmanager
def timeline_current(resolve: Any, stretch: Stretch) -> Iterator[Any]:
    """Make a stretch's timeline the current one for a while; the user's comes back after that.

    Raises:
        HostError: Another project is open, or the timeline is gone.
    """
    project = project_of(resolve)
    if project.GetName() != stretch.project:
        raise HostError(
            f"Project '{stretch.project}' is not open any more", "Open it and choose the clip again"
        )
    before = ask(project, "GetCurrentTimeline")
    if before is not None and timelines.id_of(before) == stretch.timeline:
        yield before
        return
    wanted = timelines.find(project, stretch.timeline)
    if wanted is None or not project.SetCurrentTimeline(wanted):
        raise HostError(
            f"The timeline of clip '{stretch.name}' is gone", "Undo, or choose the clip again"
        )
    try:
        yield wanted
    finally:
        if before is not None:
            project.SetCurrentTimeline(before)


def _first_frame(timeline: Any, stretch: Stretch) -> int:
    """Where the stretch's first picture lies now: clips are moved and trimmed while takes come."""
    for lying in timelines.items(timeline, "video"):
        if lying.id == stretch.item:
            offset = round(ask(lying.item, "GetLeftOffset", otherwise=0))
            moved = lying.first - (offset - stretch.offset) + stretch.shift
            return moved if stretch.media else lying.first + stretch.shift
    return stretch.first


def _append(resolve: Any, timeline: Any, take: Take, first: int, stretch: Stretch) -> Lying:
    sound = import_sound(resolve, take.wav)
    project = project_of(resolve)
    # Some versions tell no rate of a sound: then it is the project's, which it took at import.
    told = sound.GetClipProperty("FPS") or setting(project, None, "timelineFrameRate")
    own = rate_of(told, f"The take {take.wav}")
    length = round(stretch.frames / stretch.rate * own)
    for last in (length - 1, length):  # endFrame counts in some versions, and not in others
        track = tracks.free(resolve, timeline, first, first + stretch.frames)
        order = {
            "mediaPoolItem": sound,
            "startFrame": 0,
            "endFrame": last,
            "mediaType": _SOUND_ONLY,
            "trackIndex": track,
            "recordFrame": first,
        }
        ask(project, "GetMediaPool").AppendToTimeline([order])
        lying = _read_back(resolve, timeline, track, first, take)
        if lying is None:
            continue  # dropped: taken meanwhile, or, for a single frame, an empty range
        if lying.frames == stretch.frames:
            return lying
        timeline.DeleteClips([lying.item])
    raise HostError(
        f"Resolve did not place take {take.number} of '{stretch.name}' on frame {first}",
        f"Put {take.wav} there by hand",
    )


def _read_back(resolve: Any, timeline: Any, track: int, first: int, take: Take) -> Lying | None:
    """The take where it was to lie, as a new listing has it after the project was saved."""
    ask(ask(resolve, "GetProjectManager"), "SaveProject")
    for lying in timelines.items_of_track(timeline, "audio", track):
        if lying.first == first and file_of(lying) == _normal(take.wav):
            return lying
    return None


def _takes_at(timeline: Any, first: int, frames: int) -> list[Lying]:
    """The takes of a clip: what lies on our tracks exactly below it."""
    found = (
        lying
        for track in tracks.ours(timeline)
        for lying in timelines.items_of_track(timeline, "audio", track)
    )
    return [lying for lying in found if (lying.first, lying.frames) == (first, frames)]


def file_of(lying: Lying) -> str:
    """Return the file of an item; empty if it has none."""
    media = ask(lying.item, "GetMediaPoolItem")
    path = ask(media, "GetClipProperty", "File Path", otherwise="") if media is not None else ""
    return _normal(path) if path else ""


def _normal(path: str) -> str:
    return str(Path(path).absolute())


def _switch(lying: Lying, *, on: bool) -> None:
    if has(lying.item, "SetClipEnabled"):
        lying.item.SetClipEnabled(on)

"""From an edit and a choice of its clips to a plan; every file is looked at once."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from engine.errors import CancelledError, InputError, LumiphoneError, MediaError
from engine.media.reader import never, open_clip
from engine.span import Span
from engine.timebase import parse_time
from engine.timeline.plan import Job, Plan, timecode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from fractions import Fraction
    from pathlib import Path

    from engine.media.clip import Clip
    from engine.packs.manifest import Stem
    from engine.timeline.plan import Choice
    from engine.timeline.sequence import Media, Placed, Sequence

_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)
_LONGEST_NAME = 40


def make_plan(
    edit: Sequence,
    choice: Choice,
    stems: Collection[Stem | None] = (None,),
    cancelled: Callable[[], bool] = never,
) -> Plan:
    """Look at the chosen clips' files and plan their sound.

    Raises:
        InputError: A track or range that the edit does not have, or nothing is left to sound.
        MediaError: A file is missing or cannot be used; all that are missing are named at once.
        CancelledError: ``cancelled`` returned True.
    """
    files, handles = _Files(choice, cancelled), _Handles(edit, choice.handles)
    jobs: list[Job] = []
    left_out: list[tuple[str, str, str, str]] = []
    missing: list[LumiphoneError] = []
    for number, track, placed in _chosen(edit, choice):
        why = placed.obstacle
        try:
            if not why and placed.media:
                clip = files.clip(placed.media)
                located = _located(placed, clip)
                around = handles.around(located, clip)
                span = handles.span(located, clip, *around)
                jobs += [
                    Job(
                        number,
                        track,
                        located,
                        clip,
                        span,
                        *around,
                        stem,
                        _name(number, placed, stem),
                    )
                    for stem in stems
                ]
        except CancelledError:
            raise
        except LumiphoneError as error:
            why = str(error)
            missing.append(error)
        if why:
            left_out.append((placed.name, track, timecode(edit, placed.first), why))
    if missing and not choice.skip_missing:
        raise _unusable(missing)
    if not jobs:
        raise InputError(
            f"Nothing in {edit.name} can be sounded" + (f": {left_out[0][3]}" if left_out else ""),
            "Choose other tracks or another range, and check that the clips' files are there",
        )
    return Plan(edit, tuple(jobs), tuple(left_out))


def _chosen(edit: Sequence, choice: Choice) -> Iterator[tuple[int, str, Placed]]:
    """The chosen clips, each with its number in the whole edit and its track's name."""
    video = [track for track in edit.tracks if track.kind == "video"]
    names = [track.name for track in video]
    own = [track.name for track in video if track.layer == 0]
    # The layers of a nest share the place of the track that it lies on.
    places = list(accumulate(int(track.layer == 0) for track in video))
    codes = [f"V{place}" for place in places]
    if unknown := [name for name in choice.tracks if name not in {*names, *codes}]:
        raise InputError(
            f"The edit has no picture track {unknown[0]}",
            f"Choose of: {', '.join(names) or 'none'}",
        )
    counted = {*choice.tracks} - {*names}  # where a track is called V2, that one is meant by it
    start, end = _range(edit, choice)
    number = 0
    for place, code, track in zip(places, codes, video, strict=True):
        called = {track.name, own[place - 1]} & {*choice.tracks}
        wanted = not choice.tracks or called or code in counted
        for placed in track.clips:
            number += 1
            if choice.numbers and number not in choice.numbers:
                continue
            if wanted and placed.end > start and placed.first < end:
                yield number, track.name, placed


def _range(edit: Sequence, choice: Choice) -> tuple[int, int]:
    start, end = 0, edit.frames
    if choice.start:
        start = parse_time(choice.start, edit.rate) - edit.start
    if choice.end:
        end = parse_time(choice.end, edit.rate) - edit.start
    if not start < end or end <= 0 or start >= edit.frames:
        raise InputError(
            f"The edit has nothing from {choice.start or 'its start'} to {choice.end or 'its end'}",
            f"It runs from {timecode(edit, 0)} to {timecode(edit, edit.frames)}",
        )
    return start, end


class _Files:
    """Media files, each looked at once."""

    def __init__(self, choice: Choice, cancelled: Callable[[], bool]) -> None:
        self._folder = choice.media
        self._mapping = choice.mapping
        self._cancelled = cancelled
        self._known: dict[Path, Clip | LumiphoneError] = {}

    def clip(self, media: Media) -> Clip:
        if media.path not in self._known:
            self._known[media.path] = self._open(media.path)
        found = self._known[media.path]
        if isinstance(found, LumiphoneError):
            raise found
        return found

    def _open(self, path: Path) -> Clip | LumiphoneError:
        if self._cancelled():
            raise CancelledError
        path = self._mapping.applied(path)
        if self._folder and not path.exists():
            # An edit from another system has other separators.
            path = self._folder / re.split(r"[\\/]", str(path))[-1]
        try:
            return open_clip(path)
        except LumiphoneError as error:
            return error


def _located(placed: Placed, clip: Clip) -> Placed:
    """The clip counted from its file's first picture, where the edit only gave timecode.

    Raises:
        MediaError: It begins after the file's end.
    """
    media, start = placed.media, placed.media_start
    if start < clip.duration:
        return placed
    if media is not None and media.start is None and clip.timecode:
        start -= parse_time(clip.timecode, clip.rate) / clip.rate
        if 0 <= start < clip.duration:
            return replace(placed, media_start=start)
    raise MediaError(
        f"{clip.path} ends after {float(clip.duration):.2f} s, but the edit shows it from"
        f" {float(placed.media_start):.2f} s on",
        "Link the clip to the file it was cut from",
    )


@dataclass(frozen=True, slots=True)
class _Handles:
    """How much sound to add around clips."""

    edit: Sequence
    seconds: Fraction

    def around(self, placed: Placed, clip: Clip) -> tuple[int, int]:
        """Frames before and after; where there is a transition, the overlap is the handle."""
        rate = self.edit.rate
        wanted = round(self.seconds * rate)
        before = after = 0
        if not placed.fade_in:
            in_file = math.floor(placed.media_start / placed.speed * rate)
            # A file's timecode cannot lie before midnight.
            before = max(0, min(wanted, in_file, self.edit.start + placed.first))
        if not placed.fade_out:
            shown = placed.media_start + placed.frames / rate * placed.speed
            after = min(wanted, max(0, math.floor((clip.duration - shown) / placed.speed * rate)))
        return before, after

    def span(self, placed: Placed, clip: Clip, before: int, after: int) -> Span:
        """What is sounded of the file."""
        start = placed.media_start - before / self.edit.rate * placed.speed
        frames = before + placed.frames + after
        return Span(clip.path, self.edit.rate, frames, start, placed.speed)


def _name(number: int, placed: Placed, stem: Stem | None) -> str:
    name = _UNSAFE.sub("_", placed.name)[:_LONGEST_NAME].strip("._") or "clip"
    return f"{number:04d}_{name}" + (f"_{stem}" if stem else "")


def _unusable(errors: list[LumiphoneError]) -> LumiphoneError:
    first = errors[0]
    others = {error.what for error in errors} - {first.what}
    more = "".join(f"; {what}" for what in sorted(others))
    return MediaError(
        first.what + more,
        "Bring the files back, name their folder with --media, or leave them out with"
        " --skip-missing",
    )

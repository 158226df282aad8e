"""What sounding an edit comes to: which stretches of which files, under which names, how long."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.prompt_sheet import names_of
from engine.service.outlook import Pace, stages_of_takes
from engine.timebase import format_timecode
from engine.timeline.path_mapping import PathMapping

if TYPE_CHECKING:
    from pathlib import Path

    from engine.media.clip import Clip
    from engine.packs.manifest import Stem
    from engine.span import Span
    from engine.timeline.sequence import Placed, Sequence


@dataclass(frozen=True, slots=True)
class Choice:
    """Which clips of an edit are wanted, and where missing files may lie.

    Attributes:
        tracks: Names of picture tracks, or V1, V2 ... counted from below; empty: all.
        numbers: Of clips in the whole edit, from 1; empty: all.
        start: Clips that end after this timecode of the edit; empty: from its start.
        end: Clips that begin before this timecode; empty: to its end.
        handles: Seconds to add before and after a clip where no transition is, as far as its file
            goes.
        media: A folder that holds files which do not lie where the edit says; None: there is none.
        mapping: Where folders that the edit names lie on this machine.
        skip_missing: Whether to leave out clips whose file cannot be used.
    """

    tracks: tuple[str, ...] = ()
    numbers: frozenset[int] = frozenset()
    start: str = ""
    end: str = ""
    handles: Fraction = Fraction(0)
    media: Path | None = None
    mapping: PathMapping = field(default_factory=PathMapping)
    skip_missing: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One sound to be made.

    Attributes:
        number: Of the clip in the whole edit, from 1, whatever was chosen of it.
        track: Name of the clip's track.
        placed: The clip.
        clip: Its file, looked at.
        span: What is sounded, handles included.
        before: Frames of handle before the clip.
        after: Frames of handle after it.
        stem: What to make; None: the pack's first.
        name: Of the files, without suffix.
    """

    number: int
    track: str
    placed: Placed
    clip: Clip
    span: Span
    before: int
    after: int
    stem: Stem | None
    name: str

    @property
    def first(self) -> int:
        """Frame of the edit at which the file begins, handle included; may be under 0."""
        return self.placed.first - self.before

    @property
    def names(self) -> tuple[str, ...]:
        """What a person may call the clip in a file of prompts."""
        return names_of(self.clip.path, self.placed.name, str(self.number))


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is to be made of an edit.

    Attributes:
        edit: The edit.
        jobs: In the order of tracks, then of time.
        left_out: Clips that are not sounded: (name, track, timecode, why).
    """

    edit: Sequence
    jobs: tuple[Job, ...]
    left_out: tuple[tuple[str, str, str, str], ...]

    @property
    def duration(self) -> Fraction:
        """Seconds of sound, handles included."""
        return sum((job.span.duration for job in self.jobs), Fraction(0))

    def estimate(self, steps: int) -> float:
        """Return the seconds that a small desktop needs, to give an idea."""
        pace, stems = Pace(), Counter(job.number for job in self.jobs)
        seconds = {job.number: float(job.span.duration) for job in self.jobs}
        return sum(
            pace.seconds(stage)
            for number, length in seconds.items()
            for stage in stages_of_takes(length, 1, steps, stems[number])
        )

    def to_json(self, steps: int) -> dict[str, Any]:
        """Return what is shown to a program; times are exact fractions or timecode."""
        return {
            "sequence": self.edit.name,
            "rate": str(self.edit.rate),
            "start": timecode(self.edit, 0),
            "frames": self.edit.frames,
            "seconds": round(float(self.duration), 3),
            "estimate": round(self.estimate(steps), 1),
            "clips": [_job_to_json(job, self.edit) for job in self.jobs],
            "left_out": [
                dict(zip(("name", "track", "at", "why"), entry, strict=True))
                for entry in self.left_out
            ],
        }


def _job_to_json(job: Job, edit: Sequence) -> dict[str, Any]:
    placed = job.placed
    return {
        "number": job.number,
        "name": placed.name,
        "track": job.track,
        "stem": job.stem,
        "at": timecode(edit, placed.first),
        "first": placed.first,
        "frames": placed.frames,
        "fade_in": placed.fade_in,
        "fade_out": placed.fade_out,
        "handles": [job.before, job.after],
        "media": str(job.span.media),
        "media_start": str(job.span.media_start),
        "speed": str(job.span.speed),
        "file": f"{job.name}.wav",
    }


def timecode(edit: Sequence, frame: int) -> str:
    """Return the edit's timecode at a frame that is counted from its start."""
    day = round(24 * 3600 * edit.rate)
    return format_timecode((edit.start + frame) % day, edit.rate, drop_frame=edit.drop_frame)

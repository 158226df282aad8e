"""An edit as the engine knows it: tracks of placed clips, counted in the sequence's frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

TrackKind = Literal["video", "audio"]


@dataclass(frozen=True, slots=True)
class Media:
    """A file that an edit names.

    Attributes:
        path: Where it should lie.
        rate: Pictures per second that the edit counts it in.
        start: Timecode of its first picture in seconds; None where the edit does not say.
        duration: Seconds; None where the edit does not say.
    """

    path: Path
    rate: Fraction
    start: Fraction | None = None
    duration: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A clip on a track, the overlaps of its transitions included.

    Attributes:
        name: What the edit calls it.
        first: Frame of the sequence at which it begins, 0 at the sequence's start.
        frames: How long it lasts on the sequence.
        media: Its file; None for a title, a generator or a file that the edit does not name.
        media_start: What it shows first: seconds from the file's first picture, or timecode
            seconds where ``media.start`` is None.
        speed: File seconds per sequence second; 0 for a still, negative for backwards.
        fade_in: Frames at its beginning in which a transition brings it in.
        fade_out: Frames at its end in which a transition takes it out.
        obstacle: Why it cannot be sounded as it is; empty if it can.
    """

    name: str
    first: int
    frames: int
    media: Media | None
    media_start: Fraction
    speed: Fraction
    fade_in: int = 0
    fade_out: int = 0
    obstacle: str = ""

    @property
    def end(self) -> int:
        """The frame after its last."""
        return self.first + self.frames


@dataclass(frozen=True, slots=True)
class Transition:
    """Where one clip becomes the next.

    Attributes:
        name: What the edit calls it.
        first: Frame at which it begins.
        frames: How long it lasts.
        cut: Frame at which the clips would meet without it.
    """

    name: str
    first: int
    frames: int
    cut: int


@dataclass(frozen=True, slots=True)
class Track:
    """Clips that follow each other; those of two clips that a transition joins overlap.

    Attributes:
        name: What the edit calls it, or V1, A1 and so on.
        kind: Pictures or sound.
        clips: In order.
        transitions: In order.
        layer: 0 for a track of the edit itself; 1 and up for what nested edits show above the one
            before it, laid out flat on tracks that the edit does not have.
    """

    name: str
    kind: TrackKind
    clips: tuple[Placed, ...]
    transitions: tuple[Transition, ...] = ()
    layer: int = 0


@dataclass(frozen=True, slots=True)
class Sequence:
    """One edit, nested edits laid out flat.

    Attributes:
        name: What the edit is called.
        rate: Frames per second.
        start: Number of the first frame: 86400 for 01:00:00:00 at 24 frames a second.
        drop_frame: Whether its timecode is counted with drops.
        tracks: Bottom first.
    """

    name: str
    rate: Fraction
    start: int
    drop_frame: bool
    tracks: tuple[Track, ...]

    @property
    def frames(self) -> int:
        """How long it lasts."""
        return max((clip.end for track in self.tracks for clip in track.clips), default=0)

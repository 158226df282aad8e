"""What is to be sounded: a stretch of a clip, counted in the timeline's frames."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.timebase import checked_rate, sample_count

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one media file as a timeline shows it.

    Attributes:
        media: The file that holds the pictures.
        rate: Frames per second of the timeline on which the stretch lies.
        frames: Length on the timeline, in frames.
        media_start: Where in the file it begins, in seconds from the first shown picture.
        speed: File seconds that pass per timeline second (2 is twice as fast).
    """

    media: Path
    rate: Fraction
    frames: int
    media_start: Fraction = Fraction(0)
    speed: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        """Refuse what has no meaning.

        Raises:
            InputError: No frames, a start before the file, a rate or speed out of bounds.
        """
        checked_rate(self.rate, self.media.name)
        if self.frames < 1:
            raise InputError(
                f"The stretch of {self.media.name} is empty", "Choose at least one frame"
            )
        if self.media_start < 0:
            raise InputError(
                f"The stretch of {self.media.name} starts before the file does",
                "Move its start to zero or later",
            )
        if not Fraction(1, 100) <= self.speed <= 100:
            raise InputError(
                f"{self.media.name} plays at {float(self.speed):g} times its speed",
                "Use a speed from 0.01 to 100",
            )

    @property
    def duration(self) -> Fraction:
        """Length on the timeline in seconds."""
        return self.frames / self.rate

    def samples(self, sample_rate: int) -> int:
        """Return the exact number of samples of a take for this span."""
        return sample_count(self.frames, self.rate, sample_rate)

    def media_time(self, time: Fraction) -> Fraction:
        """Return the file's time (s) that is shown ``time`` seconds into the span."""
        return self.media_start + time * self.speed

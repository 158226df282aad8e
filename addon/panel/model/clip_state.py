"""What the panel knows of one clip: its cues, its notes, its takes. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from addon.messages import Clip, Take
    from engine.cues import CueSheet


@dataclass(slots=True)
class TakeState:
    """A take on the disk, and what the user did with it.

    Attributes:
        job: The job that made it.
        take: What the engine and the host were told of it.
        starred: Whether the user marked it as good.
        placed: Where it lies on the editor's timeline, in words; empty if it does not.
    """

    job: str
    take: Take
    starred: bool = False
    placed: str = ""

    @property
    def number(self) -> int:
        """Its number, from 1."""
        return self.take.number

    @property
    def seed(self) -> int:
        """The seed of its noise."""
        return self.take.seed

    @property
    def wav(self) -> str:
        """Its file; no two takes share one."""
        return self.take.wav

    @property
    def files(self) -> tuple[str, ...]:
        """All its sounds and its sidecar, last what makes it a take."""
        return (self.take.sidecar, *self.take.stems.values(), self.wav)

    @property
    def prompt(self) -> str:
        """What the user asked for."""
        return self.take.prompt

    @property
    def negative(self) -> str:
        """What the user refused."""
        return self.take.negative

    @property
    def suggested(self) -> str:
        """What the pictures suggested."""
        return self.take.suggested_prompt


@dataclass(slots=True)
class ClipState:
    """One selected clip.

    Attributes:
        clip: What the host said of it.
        seen: The cue sheet that the pictures gave; None while nobody looked.
        cues: The cue sheet as the user wants it; None while unknown.
        suggested: What the pictures suggest as a prompt.
        mood: What the pictures suggest for a score.
        labels: What was recognised, in words.
        warnings: What about the pictures will cost quality.
        takes: In the order of their making.
        looking: The request that looks at it now.
        unseen: Whether looking at it failed, which is not tried again by itself.
    """

    clip: Clip
    seen: CueSheet | None = None
    cues: CueSheet | None = None
    suggested: str = ""
    mood: str = ""
    labels: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    takes: list[TakeState] = field(default_factory=list)
    looking: str | None = None
    unseen: bool = False

    @property
    def edited(self) -> bool:
        """Whether the user changed the cues."""
        return self.cues is not None and self.cues != self.seen

    @property
    def seconds(self) -> float:
        """Its length on the timeline."""
        return float(self.clip.frames / self.clip.rate)

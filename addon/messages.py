"""What host and panel say to each other: frozen dataclasses with one type name each.

A host is an editor (Blender). It offers clips and places takes; the panel process makes them. Times
are fractions, written "24000/1001"; files travel as paths, never inside a message.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping  # noqa: TC003 - the wire resolves annotations
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

LINK_VERSION = 1


def new_id() -> str:
    """Return a name for a job or request that no other process gives."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip on the editor's timeline, as a stretch of a file that the engine can read.

    Attributes:
        id: The host's own name for it, to be given back when something is placed.
        name: What the user calls it.
        media: The file with its pictures: the strip's own, or one the host rendered.
        frames: Length on the timeline, in frames.
        rate: Frames per second of the timeline.
        folder: The folder that gets one folder of takes for this clip.
        media_start: Where in the file it begins, in seconds from the first shown picture.
        speed: File seconds that pass per timeline second.
        cues: A cue sheet from the editor's markers (``engine.cues`` has its form), or None.
    """

    id: str
    name: str
    media: str
    frames: int
    rate: Fraction
    folder: str
    media_start: Fraction = Fraction(0)
    speed: Fraction = Fraction(1)
    cues: Mapping[str, Any] | None = None


DRAFT, FINE = 0.5, 4.0  # what an editor's choice of quality means as ``Settings.effort``


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user asks for; None and empty mean the pack's own.

    Attributes:
        prompt: What to hear; empty: what is seen.
        negative: What not to hear.
        stems: Which kinds of sound ("effects", "ambience").
        takes: How many.
        seed: Of the first take; None: a fresh one.
        effort: Steps of the sampler, as a multiple of the pack's own number.
        guidance: How strictly the prompt is followed.
        pack: Which model.
        device: "auto", "cpu" or an accelerator's name.
        cues_from_markers: Whether the clips' own cue sheets are to be followed.
        level: dB at which takes are placed.
        prompts: Stem to what to hear in it, in place of ``prompt``.
        negatives: Stem to what not to hear in it, in place of ``negative``.
        levels: Stem to dB at which it enters the mix; the pack's where none is given.
        apart: Whether a take's stems are placed each for itself, in place of their mix.
    """

    prompt: str = ""
    negative: str = ""
    stems: tuple[str, ...] = ()
    takes: int = 1
    seed: int | None = None
    effort: float = 1.0
    guidance: float | None = None
    pack: str | None = None
    device: str = "auto"
    cues_from_markers: bool = False
    level: float = 0.0
    prompts: Mapping[str, str] = field(default_factory=dict)
    negatives: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, float] = field(default_factory=dict)
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Take:
    """A finished take on the disk and what it was made with.

    Attributes:
        number: From 1, within its folder.
        seed: Of its noise.
        wav: The sound, exactly as long as the clip: the mix of its stems.
        sidecar: The JSON file with its provenance.
        samples: Length in samples.
        sample_rate: Samples per second.
        prompt: What the user asked for.
        negative: What the user refused.
        suggested_prompt: What the pictures suggested; empty if not known yet.
        pack: The model it was made with; empty: the default one.
        stems: Stem to its file, where the take has several; they sum to the mix.
    """

    number: int
    seed: int
    wav: str
    sidecar: str
    samples: int
    sample_rate: int
    prompt: str = ""
    negative: str = ""
    suggested_prompt: str = ""
    pack: str = ""
    stems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cue:
    """One event of a cue sheet: when (seconds from the clip's start), how hard (0..1), what."""

    seconds: float
    strength: float = 1.0
    kind: str = "impact"


# Host to panel.


@dataclass(frozen=True, slots=True)
class Hello:
    """The host's first message; ``project`` is the open project's file or empty."""

    version: int
    host: str
    host_version: str
    project: str = ""


@dataclass(frozen=True, slots=True)
class Clips:
    """The selected clips: an answer to :class:`WantClips`, or (``request`` None) unasked."""

    clips: tuple[Clip, ...]
    request: str | None = None


@dataclass(frozen=True, slots=True)
class Generate:
    """The user pressed Generate in the editor; ``job`` is the host's :func:`new_id`."""

    job: str
    clips: tuple[Clip, ...]
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop a job; finished takes stay."""

    job: str


@dataclass(frozen=True, slots=True)
class Show:
    """Bring the window to the front."""


@dataclass(frozen=True, slots=True)
class Quit:
    """End the panel process."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A take lies on the timeline, as the strip of this name on this channel."""

    job: str
    clip: str
    take: int
    channel: int
    strip: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The host could not do it; ``about`` is the request, job or clip in question."""

    about: str
    what: str
    remedy: str


# Panel to host.


@dataclass(frozen=True, slots=True)
class Welcome:
    """The panel's answer to :class:`Hello`; ``program`` is our own version."""

    version: int
    program: str


@dataclass(frozen=True, slots=True)
class WantClips:
    """Asks for the selected clips as they are now; :class:`Clips` or :class:`Refused` answers."""

    request: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a whole job is, 0..1; ``seconds_left`` is None while nobody knows."""

    job: str
    stage: str
    fraction: float
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Put a take under its clip, at ``level`` dB; the ``chosen`` one sounds.

    ``job`` is empty for a take that the panel had from before. If its stems are wanted ``apart``,
    each gets a place of its own. :class:`Placed` or :class:`Refused` answers.
    """

    job: str
    clip: str
    take: Take
    chosen: bool = True
    level: float = 0.0
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Markers:
    """Write cues as timeline markers over a clip."""

    clip: str
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A job is finished; all its takes were sent before."""

    job: str
    warnings: tuple[str, ...] = ()
    suggested_prompt: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """A job failed, or (``job`` None) the panel or its engine did."""

    job: str | None
    code: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A job was cancelled; takes that were finished stay."""

    job: str


@dataclass(frozen=True, slots=True)
class Bye:
    """The user closed the panel."""


HostMessage = Hello | Clips | Generate | Cancel | Show | Quit | Placed | Refused
PanelMessage = Welcome | WantClips | Progress | Place | Markers | Done | Failed | Cancelled | Bye
Message = HostMessage | PanelMessage

TYPES: Mapping[str, type[Message]] = {
    "hello": Hello,
    "clips": Clips,
    "generate": Generate,
    "cancel": Cancel,
    "show": Show,
    "quit": Quit,
    "placed": Placed,
    "refused": Refused,
    "welcome": Welcome,
    "want_clips": WantClips,
    "progress": Progress,
    "place": Place,
    "markers": Markers,
    "done": Done,
    "failed": Failed,
    "cancelled": Cancelled,
    "bye": Bye,
}

"""What the engine service and its client say to each other: JSON lines on stdin and stdout.

Every line is one UTF-8 JSON object whose ``type`` names the message and whose other keys are its
fields (:mod:`engine.wire` writes and reads them); fractions are written "24000/1001", paths as
text, and fields at their default may be left out. Unknown keys are passed over, so that either side
may be newer. The client's first line is ``hello``; a service of another version refuses it.

Lifetime of a job: ``queued``, then ``progress`` and (for generate) ``take`` any number of times,
then exactly one of ``done``, ``cancelled`` and ``error``, after which its id may be used again.

Standard library only: the panel imports this too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, Any, Literal, TypeAlias, Union

from engine.codec import Bounds, Open

VERSION = 1
MAX_ID = 200
MAX_WHOLE = 2**53  # JSON readers keep whole numbers exactly up to there

JobId: TypeAlias = Annotated[str, Bounds(1, MAX_ID)]
# The codec wants texts that say something; these may be empty.
Words: TypeAlias = Union[Literal[""], str]  # noqa: PYI051, UP007 - see above


# ---------------------------------------------------------------- what is asked


@dataclass(frozen=True, slots=True)
class ClipRange(Open):
    """A stretch of a media file as a timeline shows it.

    Attributes:
        media: Path of the file.
        media_start: Where in the file it begins, in seconds from the first shown picture.
        frames: Length on the timeline; None: to the file's end.
        rate: Frames per second of the timeline; None: the file's own.
        speed: File seconds that pass per timeline second.
        name: Of the clip, for its folder; empty: the file's.
    """

    media: str
    media_start: Fraction = Fraction(0)
    frames: Annotated[int, Bounds(high=MAX_WHOLE)] | None = None
    rate: Fraction | None = None
    speed: Fraction = Fraction(1)
    name: Words = ""


@dataclass(frozen=True, slots=True)
class Wish(Open):
    """What to hear, and how to make it.

    Attributes:
        prompt: None or blank: what is seen.
        negative: What not to hear; None or blank: nothing is refused.
        takes: How many.
        seed: Of the first take, the next have seed + 1, ...; None: one is drawn.
        steps: Of the sampler; None: the pack's.
        guidance: Named guidance values that differ from the pack's. The empty name is how closely
            the prompt is followed, whatever the pack calls it.
        stems: Which the pack shall make; empty: effects and ambience, or what it makes of them.
        cues: A cue sheet's JSON to follow; None: the one read from the pictures.
        pack: Id; None: the default pack.
        device: "auto", "cpu" or "cuda".
        prompts: Stem to words that count in place of ``prompt``.
        negatives: Stem to words that count in place of ``negative``.
        levels: Stem to dB at which it enters the mix; the pack's where not given.
        effort: The pack's own number of steps is multiplied by this, where ``steps`` is None.
    """

    prompt: Words | None = None
    negative: Words | None = None
    takes: int = 1
    seed: int | None = None
    steps: int | None = None
    guidance: Mapping[Words, float] = field(default_factory=dict)
    stems: tuple[str, ...] = ()
    cues: Mapping[str, Any] | None = None
    pack: str | None = None
    device: str = "auto"
    prompts: Mapping[str, Words] = field(default_factory=dict)
    negatives: Mapping[str, Words] = field(default_factory=dict)
    levels: Mapping[str, float] = field(default_factory=dict)
    effort: Annotated[float, Bounds(0.01, 100)] = 1.0


@dataclass(frozen=True, slots=True)
class Hello(Open):
    """The client's first line; answered by :class:`Ready`."""

    version: int


@dataclass(frozen=True, slots=True)
class Generate(Open):
    """Make takes of a clip.

    Attributes:
        id: Chosen by the client; no other open job has it.
        clip: The clip.
        wish: What to hear.
        folder: Gets one folder per clip with takes, sidecars and cue sheet.
        video: Whether to write the pictures with each take, too.
    """

    id: JobId
    clip: ClipRange
    wish: Wish
    folder: str
    video: bool = False


@dataclass(frozen=True, slots=True)
class Cues(Open):
    """Read what happens when in a clip, with the pack that ``generate`` would use."""

    id: JobId
    clip: ClipRange
    pack: str | None = None
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class Suggest(Open):
    """Say what a clip shows, and a prompt for it; takes no second pass after :class:`Cues`."""

    id: JobId
    clip: ClipRange
    pack: str | None = None
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class Packs(Open):
    """List the packs; answered at once, whatever job runs."""

    id: JobId


@dataclass(frozen=True, slots=True)
class Cancel(Open):
    """End a job: at once if it waits, within a sampler's step if it runs; unknown ids are nothing.

    Takes that are finished stay.
    """

    id: JobId


@dataclass(frozen=True, slots=True)
class Quit(Open):
    """Cancel all jobs and end; the end of the stream means the same."""


# ---------------------------------------------------------------- what is answered


@dataclass(frozen=True, slots=True)
class Ready(Open):
    """The service's answer to :class:`Hello`.

    Attributes:
        version: Of the protocol.
        program: Version of the engine.
        pack: Id of the default pack; None: no pack can be used, and jobs will say why.
        device: Where "auto" computes, "cpu" or "cuda".
        commercial_use: Whether the default pack's takes may be used commercially.
    """

    version: int
    program: str
    pack: str | None
    device: str
    commercial_use: bool


@dataclass(frozen=True, slots=True)
class Queued(Open):
    """A job was taken on; ``position`` is how many are before it, the running one included."""

    id: JobId
    position: int


@dataclass(frozen=True, slots=True)
class Progress(Open):
    """Where a job is.

    Attributes:
        id: The job.
        stage: What is being done, for people.
        fraction: Of the whole job, 0 to 1; never falls.
        seconds_left: An estimate for the whole job; None while nothing is known.
    """

    id: JobId
    stage: str
    fraction: float
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class TakeFile(Open):
    """A finished take on the disk.

    Attributes:
        number: In its folder.
        seed: Of its noise.
        wav: Path of the sound: the mix of its stems.
        video: Path of the pictures with it, if asked for.
        sidecar: Path of the JSON that says how to make it again.
        samples: Length per channel.
        sample_rate: Samples per second.
        stems: Stem to the path of its sound, where the take has several; they sum to the mix.
        sync: How well it meets the cue sheet, 0 to 1, where the pack does not follow one.
    """

    number: int
    seed: int
    wav: str
    video: str | None
    sidecar: str
    samples: int
    sample_rate: int
    stems: Mapping[str, str] = field(default_factory=dict)
    sync: float | None = None


@dataclass(frozen=True, slots=True)
class TakeDone(Open):
    """A take is finished; more may follow."""

    id: JobId
    take: TakeFile


@dataclass(frozen=True, slots=True)
class Done(Open):
    """A job is finished.

    Attributes:
        id: The job.
        result: Of generate {"cues": path, "suggested_prompt", "mood", "warnings"}; of cues {"cues":
            sheet, "warnings"}; of suggest {"labels": [{"label", "probability"}],
            "suggested_prompt", "mood": what a score is made of without a prompt}; of packs
            {"packs": [{"id", "title", "licence", "commercial_use", "bytes", "stems",
            "usual_stems", "levels", "guidance", "fault"}]}, where a pack with a fault has that and
            an empty id alone.
    """

    id: JobId
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cancelled(Open):
    """A job was cancelled."""

    id: JobId


@dataclass(frozen=True, slots=True)
class Error(Open):
    """Something failed.

    Attributes:
        id: The job that it ended; None: no job, a line could not be used.
        code: For programs, such as "bad_media", "wrong_version", "engine_gone".
        what: What happened and to which file, for people.
        remedy: What they can do.
    """

    id: JobId | None
    code: str
    what: str
    remedy: str


Job: TypeAlias = Generate | Cues | Suggest
Request: TypeAlias = Hello | Job | Packs | Cancel | Quit
Reply: TypeAlias = Ready | Queued | Progress | TakeDone | Done | Cancelled | Error

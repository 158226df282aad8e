"""pack.json, schema 1: everything the engine must know about a model.

No name is ever parsed and no shape guessed: what is not said here is not known. Rates are per
second, memory and file sizes in bytes, lengths in latents or pictures as their text says.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from engine.codec import Bounds, FieldError, Shaped, decode, encode
from engine.errors import PackError
from engine.packs.consistency import check
from engine.packs.fields import Count, FilePath, Name, Rate, Whole
from engine.packs.graphs import Graph, PictureStream
from engine.packs.stages import (
    CueStage,
    DecoderStage,
    EncoderStage,
    FeatureStage,
    JudgeStage,
    MotionStage,
    SceneStage,
    TextStage,
    VelocityStage,
)

SCHEMA = 1
MANIFEST_NAME = "pack.json"

Stem = Literal["effects", "ambience", "score", "dialogue"]
Ability = Literal["negative_prompt", "cue_editing", "retake"]
Precision = Literal["float32", "float16", "int8", "mixed"]
Method = Literal["euler", "heun", "multistep"]
Choice = Literal["conditional", "null", "negative"]


@dataclass(frozen=True, slots=True)
class Licence:
    """The licence of the weights.

    Attributes:
        name: SPDX identifier where there is one.
        commercial_use: Whether takes may be used commercially.
        file: Its text.
        attribution: What must be named with published takes.
    """

    name: str
    commercial_use: bool
    file: FilePath | None = None
    attribution: str | None = None


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What a file of the pack must be."""

    sha256: Annotated[str, Shaped("[0-9a-f]{64}", "a SHA-256 in lower-case hexadecimal")]
    bytes: Whole


@dataclass(frozen=True, slots=True)
class Audio:
    """The waveform and its latent.

    Attributes:
        sample_rate: Samples per second.
        channels: That the decoder gives.
        output_channels: In written files; one decoded channel is copied to all.
        latent_rate: Latents per second; a whole number of samples each.
        latent_channels: Values per latent.
        window: Latents that the model sees at once; longer spans go in overlapping windows.
        overlap: Least latents that two windows share.
        latent_multiple: Lengths the velocity graph accepts: multiples of this.
        min_latents: Shortest length it is good for; shorter spans are made longer and cut.
        max_seconds: Longest span.
    """

    sample_rate: Annotated[int, Bounds(8000, 192_000)]
    channels: Annotated[int, Bounds(1, 2)]
    output_channels: Annotated[int, Bounds(1, 2)]
    latent_rate: Rate
    latent_channels: Count
    window: Count
    overlap: Count
    latent_multiple: Count = 1
    min_latents: Count = 1
    max_seconds: Count = 600

    def __post_init__(self) -> None:
        """Check what must fit together.

        Raises:
            FieldError: A latent is no whole number of samples, or lengths are no multiples.
        """
        if self.sample_rate % self.latent_rate != 0:
            raise FieldError("latent_rate", "does not give a whole number of samples per latent")
        for name, length in (("window", self.window), ("overlap", self.overlap)):
            if length % self.latent_multiple:
                raise FieldError(name, f"is no multiple of {self.latent_multiple}")
        if 2 * self.overlap > self.window:
            raise FieldError("overlap", "is more than half the window")
        if self.output_channels < self.channels:
            raise FieldError("output_channels", "is less than 'channels'")

    @property
    def hop(self) -> int:
        """Samples per latent."""
        return int(self.sample_rate / self.latent_rate)

    def latents(self, samples: int) -> int:
        """Return how many latents are made for a take of ``samples`` samples."""
        needed = max(-(-samples // self.hop), self.min_latents)
        return -(-needed // self.latent_multiple) * self.latent_multiple


@dataclass(frozen=True, slots=True)
class Branch:
    """One velocity that guidance mixes.

    Its weight is ``constant + sum(weights[name] * guidance[name])``; at weight zero it is left out.

    Attributes:
        name: For people.
        conditions: Per condition input: the take's own, none, or the negative prompt's ("null" when
            nobody wrote one).
        constant: Part of its weight that no setting changes.
        weights: Guidance value to its factor.
    """

    name: Name
    conditions: Mapping[str, Choice]
    constant: float = 0.0
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sampler:
    """How the pack is best sampled.

    Attributes:
        method: Solver of the flow's equation.
        steps: Its steps.
        guidance: Named guidance values at their defaults.
        branches: What guidance mixes; their weights always add up to one.
        shift: Above 1, steps are smaller near the noise; see
            :class:`engine.inference.sampler.FlowSampler`.
    """

    method: Method
    steps: Annotated[int, Bounds(1, 1000)]
    guidance: Mapping[Name, float]
    branches: Annotated[tuple[Branch, ...], Bounds(1)]
    shift: Annotated[float, Bounds(0.1, 100)] = 1.0


@dataclass(frozen=True, slots=True)
class Manifest:
    """A pack, as its pack.json describes it.

    Attributes:
        schema: Version of this form.
        id: The name by which the pack is chosen; also its folder's.
        title: Its name for people.
        licence: Of the weights.
        source: Where the weights come from (an address, or how they were made).
        precision: Of the weights.
        opset: ONNX operator set of the graphs.
        memory: Bytes that a take needs, weights included.
        files: Every file of the pack except pack.json.
        audio: The waveform and its latent.
        graphs: The ONNX files by name.
        pictures: The picture streams by name.
        velocity: The diffusion's step.
        decoder: Latent to waveform.
        sampler: Its defaults.
        stems: The stems it can make, and which condition inputs each uses (the others stay null).
        levels: dB by which a stem is made louder before it enters the mix; 0 where none is given.
        words: What a stem is made of where neither a person nor the pictures say anything.
        abilities: What an editor may offer besides.
        data_card: What it was trained on.
        text: Prompts to text features, if it takes prompts.
        scene: Pictures to text features, if it knows what it sees.
        motion: Pictures to a cue sheet, if it makes one.
        cues: The cue sheet as a condition, if it takes one.
        features: Other picture features by name.
        encoder: Waveform to latent, for retakes.
        judge: Ranks drafts by the words, if there is one.
    """

    schema: Literal[1]
    id: Name
    title: str
    licence: Licence
    source: str
    precision: Precision
    opset: Count
    memory: Whole
    files: Mapping[FilePath, FileEntry]
    audio: Audio
    graphs: Mapping[Name, Graph]
    pictures: Mapping[Name, PictureStream]
    velocity: VelocityStage
    decoder: DecoderStage
    sampler: Sampler
    stems: Annotated[Mapping[Stem, tuple[str, ...]], Bounds(1)]
    levels: Mapping[Stem, Annotated[float, Bounds(-60, 20)]] = field(default_factory=dict)
    words: Mapping[Stem, str] = field(default_factory=dict)
    abilities: tuple[Ability, ...] = ()
    data_card: FilePath | None = None
    text: TextStage | None = None
    scene: SceneStage | None = None
    motion: MotionStage | None = None
    cues: CueStage | None = None
    features: Mapping[Name, FeatureStage] = field(default_factory=dict)
    encoder: EncoderStage | None = None
    judge: JudgeStage | None = None

    def __post_init__(self) -> None:
        """Check that every name leads somewhere.

        Raises:
            FieldError: It does not.
        """
        check(self)

    @classmethod
    def from_json(cls, data: object, source: str) -> Self:
        """Read parsed JSON.

        Args:
            data: What pack.json holds.
            source: The pack's folder or file, for messages.

        Raises:
            PackError: Another schema, or a field that is missing, unknown or wrong.
        """
        if not isinstance(data, dict):
            raise PackError(f"{source} is not a JSON object", _REMEDY)
        schema = data.get("schema")
        if isinstance(schema, int) and schema > SCHEMA:
            raise PackError(
                f"{source} has schema {schema}, this engine reads up to {SCHEMA}",
                "Update Lumiphone, or get the pack in its older form",
            )
        try:
            return decode(cls, data)
        except FieldError as error:
            name = data.get("id")
            pack = f"Pack '{name}'" if isinstance(name, str) else "The pack"
            raise PackError(f"{pack} ({source}): {error}", _REMEDY) from error

    def to_json(self) -> dict[str, Any]:
        """Return what :meth:`from_json` reads; fields at their defaults are left out."""
        data: dict[str, Any] = encode(self)
        return data


_REMEDY = "Get the pack again, or correct its pack.json as docs/packs.md describes"


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of the pack in ``folder``.

    Raises:
        PackError: There is none, or it cannot be understood.
    """
    path = folder / MANIFEST_NAME
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise PackError(f"{path} cannot be read ({error})", _REMEDY) from error
    return Manifest.from_json(data, str(path))


def write_manifest(folder: Path, manifest: Manifest) -> Path:
    """Write pack.json into ``folder``, whole or not at all, and return its path.

    Raises:
        PackError: The manifest holds what could not be read back; nothing was written.
    """
    path = folder / MANIFEST_NAME
    data = manifest.to_json()
    Manifest.from_json(data, str(path))
    part = path.with_suffix(".part")
    part.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", "utf-8")
    part.replace(path)
    return path

"""The stages of a pack: which graph turns what into what, tensor by tensor.

These classes are the schema of pack.json (see docs/packs.md): a field here is a field there. A
field called ``graph`` names an entry of the pack's graphs; inputs and outputs name tensors of that
graph; ``FilePath`` fields name files of the pack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, Literal

from engine.codec import Bounds, FieldError
from engine.packs.fields import Count, FilePath, Name, Rate, Share, Whole


@dataclass(frozen=True, slots=True)
class TextStage:
    """Prompt to text features, through a tokenizer and a graph.

    Attributes:
        graph: Takes token ids [1, L]; gives features [1, ...].
        tokenizer: A tokenizer.json of the ``tokenizers`` library.
        length: Most tokens the graph was trained for; longer prompts are cut.
        ids: Input for the token ids.
        output: The features.
        mask: Input for the attention mask, where there is one.
        types: Input for the token types (all zero), where there is one.
        pad: Whether the graph wants exactly ``length`` tokens.
    """

    graph: Name
    tokenizer: FilePath
    length: Count
    ids: str
    output: str
    mask: str | None = None
    types: str | None = None
    pad: bool = False


@dataclass(frozen=True, slots=True)
class SceneStage:
    """Pictures to label probabilities, and through labels into the text space (ConSE).

    Attributes:
        pictures: The picture stream it looks at.
        graph: Takes pictures [N, channels, height, width]; gives probabilities [N, labels].
        input: The pictures.
        output: The probabilities.
        labels: JSON list of {"label": text, "sound": phrase or null}, one per label.
        embeddings: NumPy file, numbers [labels, text width]: directions in the text space, all of
            one length.
        top: How many labels are mixed.
        confidence: Mean probability from which a label is believed.
    """

    pictures: Name
    graph: Name
    input: str
    output: str
    labels: FilePath
    embeddings: FilePath
    top: Count = 10
    confidence: Share = 0.1


@dataclass(frozen=True, slots=True)
class EventKind:
    """A sort of event that the motion graph tells apart.

    Attributes:
        name: As it stands in cue sheets.
        threshold: Probability from which a peak is an event.
        distance: Least time between two events of the kind, in seconds.
    """

    name: Name
    threshold: Share
    distance: Annotated[float, Bounds(0, 10)]


@dataclass(frozen=True, slots=True)
class MotionStage:
    """Pictures to events and curves: the cue sheet.

    Attributes:
        pictures: The picture stream it looks at; grey.
        graph: Takes pictures [1, T, height, width].
        input: The pictures.
        events: Output: probability per picture and kind [1, T, kinds].
        strengths: Output: strength an event would have [1, T], 0 to 1.
        offsets: Output: its place between the pictures [1, T], in pictures.
        curves: Output: curve values [1, T, curves], 0 to 1.
        kinds: The event kinds, in the order of ``events``.
        curve_names: The curves, in the order of ``curves``.
        context: Pictures on either side that an output can depend on.
        chunk: Pictures to work on at once, besides the context.
    """

    pictures: Name
    graph: Name
    input: str
    events: str
    strengths: str
    offsets: str
    curves: str
    kinds: Annotated[tuple[EventKind, ...], Bounds(1)]
    curve_names: tuple[Name, ...]
    context: Whole
    chunk: Count = 250


@dataclass(frozen=True, slots=True)
class FeatureStage:
    """Pictures to features that condition the diffusion as they are (CLIP, Synchformer).

    Attributes:
        pictures: The picture stream it looks at.
        graph: Takes [1, N, channels, height, width], or with segments
            [1, S, segment, channels, height, width]; gives features [1, points, width].
        input: The pictures.
        output: The features.
        rate: Feature points per second.
        segment: Pictures per segment; none if the graph takes them in one row.
        stride: Pictures from one segment's start to the next one's.
        chunk: Pictures, or segments, to hand to the graph at once, if it looks at each by itself;
            none if it must see all of them together.
    """

    pictures: Name
    graph: Name
    input: str
    output: str
    rate: Rate
    segment: Count | None = None
    stride: Count | None = None
    chunk: Count | None = None

    def __post_init__(self) -> None:
        """Check that segment and stride come together.

        Raises:
            FieldError: One without the other.
        """
        if (self.segment is None) != (self.stride is None):
            raise FieldError("stride", "and 'segment' must be given together")

    def points(self, pictures: int, picture_rate: Fraction) -> int:
        """Return how many feature points ``pictures`` pictures give, at least those of one."""
        if self.segment and self.stride:
            segments = max(pictures - self.segment, 0) // self.stride + 1
            return segments * self.group(picture_rate)
        return max(1, int(pictures * self.rate / picture_rate))

    def group(self, picture_rate: Fraction) -> int:
        """Return how many points belong together: those of a segment."""
        return max(1, round(self.rate * self.stride / picture_rate)) if self.stride else 1


@dataclass(frozen=True, slots=True)
class CueStage:
    """The cue sheet for the velocity graph [B, points, (onset, known, energy, known)].

    Attributes:
        rate: Cue points per second; a whole multiple of the latent rate.
        silence: When a sheet may say that nothing sounds. "known": always. "without-text": where
            words ask for a sound, what the pictures do not show stays open: the energy between
            events is unknown under words for what sounds on and on, and so is the whole sheet if it
            has no event.
        lasting: NumPy file, float [text width + 1]: the plane in the text space (normal, offset)
            beyond which words name what sounds on and on; without it all words do.
        ringing: NumPy file, float [text width + 1]: normal and offset that give, for words for what
            happens, the natural logarithm of the seconds that each event rings; without it all
            ring alike.
        calm: Stems that carry no events, with the energy at which they lie: under words for what
            happens they are told that there are none and that it stays there, otherwise nothing.
    """

    rate: Rate
    silence: Literal["known", "without-text"] = "known"
    lasting: FilePath | None = None
    ringing: FilePath | None = None
    calm: Mapping[Name, Share] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NullOutput:
    """What a condition is when there is none, where that is learned: an output of a graph."""

    graph: Name
    output: str


@dataclass(frozen=True, slots=True)
class Condition:
    """What one condition input is fed with.

    Attributes:
        source: "text", "cues", or the name of a feature stage.
        null: Its value when there is none; without it, zeros.
    """

    source: Name
    null: NullOutput | None = None


@dataclass(frozen=True, slots=True)
class StemCode:
    """How the velocity graph is told which stem to make, where one graph makes several.

    Attributes:
        input: Its input [B, stems]: one at the stem's place, zero elsewhere.
        order: The stems, in the order of their places.
    """

    input: str
    order: Annotated[tuple[Name, ...], Bounds(1)]


@dataclass(frozen=True, slots=True)
class VelocityStage:
    """One step of the diffusion.

    Attributes:
        graph: Gives the velocity [B, T, channels] at a latent [B, T, channels] and a time [B].
        latent: Input for the latent.
        time: Input for the time, 0 (noise) to 1 (sound).
        output: The velocity.
        conditions: Condition input to what it is fed with.
        prepare: A graph that is run once per take on the conditions (its inputs bear their names);
            its outputs go to the velocity inputs of the same names. None: they go there directly.
        stem: How the graph is told the stem; None: it makes one kind of sound only, or knows no
            difference.
    """

    graph: Name
    latent: str
    time: str
    output: str
    conditions: Mapping[str, Condition]
    prepare: Name | None = None
    stem: StemCode | None = None


@dataclass(frozen=True, slots=True)
class JudgeStage:
    """How well a latent matches words: a take is drawn from the best of several drafts.

    Attributes:
        graph: Takes latents [B, T, channels] and text features [B, ...]; gives scores [B], higher
            for a better match.
        latent: Input for the latent.
        text: Input for the text features.
        score: The scores.
        drafts: Noises that are tried where words ask for a sound, in takes of more steps than the
            pack's own.
        share: Of the pack's own steps, so many are enough for a draft.
    """

    graph: Name
    latent: str
    text: str
    score: str
    drafts: Annotated[int, Bounds(1, 64)]
    share: Share = 0.5


@dataclass(frozen=True, slots=True)
class PulseStage:
    """How fast a vocoder's pulses turn, so that their phase can be carried from chunk to chunk.

    Attributes:
        graph: Takes the latent [1, T, channels]; gives the cycles that pass up to each step from
            the one before, [1, T * steps per latent].
        input: The latent.
        output: The cycles.
        phase: The decoder's input for their running sum, 0 to 1, of the same shape.
        context: Latents on either side that a step can depend on.
    """

    graph: Name
    input: str
    output: str
    phase: str
    context: Whole = 0


@dataclass(frozen=True, slots=True)
class DecoderStage:
    """Latent to waveform, the vocoder included.

    Attributes:
        graph: Takes [1, T, channels]; gives [1, T * hop], or [1, audio channels, T * hop].
        input: The latent.
        output: The waveform.
        context: Latents on either side that a sample can depend on.
        chunk: Latents to decode at once, besides the context.
        noise: Input for white noise [1, T * hop], where the vocoder needs a source of chance.
        pulses: Where the vocoder has a source of pulses.
    """

    graph: Name
    input: str
    output: str
    context: Whole
    chunk: Count = 256
    noise: str | None = None
    pulses: PulseStage | None = None


@dataclass(frozen=True, slots=True)
class EncoderStage:
    """Waveform [1, T * hop] to latent [1, T, channels], for retakes of a region."""

    graph: Name
    input: str
    output: str

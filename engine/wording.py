"""What is asked for in words, stem by stem: prompts where there are any, else what is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine.errors import InputError
from engine.feature_store import default_store
from engine.inference.text import TextEncoder
from engine.inference.word_timing import Timing, WordTiming
from engine.provenance import StemOrigin

if TYPE_CHECKING:
    from engine.inference.arrays import Floats
    from engine.inference.session import GraphRunner
    from engine.inference.text import EncodedText
    from engine.observation import Observation
    from engine.packs.manifest import Stem
    from engine.packs.registry import Pack
    from engine.provenance import TextSource
    from engine.request import Request
    from engine.stopwatch import Stopwatch


class Wording(NamedTuple):
    """A stem's text conditions.

    Attributes:
        text: Features of what to hear; None: nothing is said.
        negative: Features of what not to hear.
        origin: Where they come from.
        warnings: What the user should know of them.
        timing: How what the text names sounds in time.
    """

    text: Floats | None
    negative: Floats | None
    origin: StemOrigin
    warnings: tuple[str, ...]
    timing: Timing


class _Said(NamedTuple):
    features: Floats | None
    words: str
    source: TextSource


class WordReader:
    """Turns words into what the pack understands, each once.

    Args:
        runner: Runs the text graph.
        pack: The pack.
        stopwatch: Told where the time goes ("text").
    """

    def __init__(self, runner: GraphRunner, pack: Pack, stopwatch: Stopwatch) -> None:
        self._runner = runner
        self._pack = pack
        self._stopwatch = stopwatch
        self._known: dict[str, EncodedText] = {}
        self._timing = WordTiming(pack)

    def check(self, request: Request) -> None:
        """Refuse words that the pack does not take.

        Raises:
            InputError: It takes none at all, or not as many.
            InferenceError: They could not be encoded.
        """
        wanted = (request.prompt, request.negative)
        for words in (*wanted, *request.prompts.values(), *request.negatives.values()):
            self._encoded(words)

    def wording(self, stem: Stem, request: Request, observation: Observation) -> Wording:
        """Return what a stem is made of: its prompt, or what the pictures suggest.

        Raises:
            InputError: See :meth:`check`.
            InferenceError: Words could not be encoded.
        """
        negative = self._encoded(request.negative_of(stem))
        prompt = self._encoded(words := request.prompt_of(stem))
        warnings = tuple(text.warning for text in (prompt, negative) if text and text.warning)
        if prompt:
            said = _Said(prompt.features, words or "", "prompt")
        else:
            said = self._suggested(stem, observation)
        level = request.levels.get(stem, self._pack.manifest.levels.get(stem, 0.0))
        origin = StemOrigin(
            request.prompts.get(stem),
            request.negatives.get(stem),
            said.source,
            said.words,
            level,
        )
        return Wording(
            said.features,
            negative.features if negative else None,
            origin,
            warnings,
            Timing() if said.features is None else self._timing(said.features),
        )

    def _suggested(self, stem: Stem, observation: Observation) -> _Said:
        """What the pictures say where nobody said anything: the scene, and to a score the mood.

        Where they say nothing either, the pack may have words of its own for the stem.
        """
        if stem != "score" and observation.scene.vector is not None:
            return _Said(observation.scene.vector, observation.scene.prompt, "pictures")
        manifest = self._pack.manifest
        mood = observation.mood if stem == "score" and manifest.text else ""
        words = mood or manifest.words.get(stem, "")
        encoded = self._encoded(words)
        if encoded is None:
            return _Said(None, "", "nothing")
        return _Said(encoded.features, words, "pictures" if mood else "pack")

    def _encoded(self, words: str | None) -> EncodedText | None:
        """The features of words, kept for the next take; None for no words."""
        if not words or not words.strip():
            return None
        manifest = self._pack.manifest
        if manifest.text is None:
            raise InputError(
                f"Pack '{manifest.id}' takes no prompts", "Leave them out, or choose another pack"
            )
        if words not in self._known:
            with self._stopwatch.stage("text"):
                encoder = TextEncoder(self._runner, self._pack, manifest.text, default_store())
                self._known[words] = encoder.encode(words)
        return self._known[words]

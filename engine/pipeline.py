"""Spans in, takes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self, cast

import numpy as np

from engine.errors import InputError
from engine.inference.conditions import Material
from engine.inference.generator import TakeGenerator, TakeSettings
from engine.inference.guidance import guidance_values
from engine.inference.session import Sessions
from engine.inference.text import TextEncoder
from engine.media.loudness import finish
from engine.media.reader import never
from engine.observation import ALL_STAGES, Observation, Observer, stages_of
from engine.observations import Observations
from engine.packs.manifest import MANIFEST_NAME
from engine.packs.registry import get_pack
from engine.packs.verify import file_faults, measure
from engine.progress import LOOKING, part_of_take, unheard
from engine.provenance import Provenance, TextSource
from engine.request import Request
from engine.source import Source
from engine.stopwatch import Stopwatch
from engine.takes import Take

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection, Iterator

    from engine.cues import CueSheet
    from engine.inference.arrays import Floats
    from engine.inference.session import Device
    from engine.inference.text import EncodedText
    from engine.packs.manifest import Stem
    from engine.packs.registry import Pack
    from engine.progress import Cancelled, Progress
    from engine.span import Span

PROMPT_GUIDANCE = "text"


class _Wording(NamedTuple):
    """A take's text conditions, where they come from, and what the user should know of them."""

    text: Floats | None
    source: TextSource
    negative: Floats | None
    warnings: tuple[str, ...]


class Engine:
    """A pack, its graphs loaded when first needed and kept, making takes.

    Not to be used by two threads at once.

    Args:
        pack: The pack.
        device: "auto" (a GPU where there is one), "cpu" or "cuda".
        remembered: How many observations to keep, for those who come back to the same spans.

    Attributes:
        pack: The pack.
        stopwatch: Seconds per stage of all work so far.

    Raises:
        InputError: There is no such device.
    """

    def __init__(self, pack: Pack, device: str = "auto", remembered: int = 0) -> None:
        self.pack = pack
        self.stopwatch = Stopwatch()
        self._sessions = Sessions(pack, cast("Device", device))  # which refuses unknown ones
        self._generator = TakeGenerator(self._sessions, pack.manifest)
        self._texts: dict[str, EncodedText] = {}
        self._observations = Observations(remembered)

    @classmethod
    def load(cls, pack_id: str | None = None, *, device: str = "auto", remembered: int = 0) -> Self:
        """Find a pack, check its files, and return an engine for it.

        Raises:
            PackError: There is no such pack, or it is not whole.
            InputError: There is no such device.
        """
        pack = get_pack(pack_id)
        for fault in file_faults(pack).values():
            raise fault
        return cls(pack, device, remembered)

    @property
    def device(self) -> str:
        """Where the graphs run: "cpu" or "cuda"."""
        return self._sessions.device

    @property
    def prompt_guidance(self) -> str:
        """The pack's name for how closely the prompt is followed."""
        names = self.pack.manifest.sampler.guidance
        return PROMPT_GUIDANCE if PROMPT_GUIDANCE in names else next(iter(names), PROMPT_GUIDANCE)

    def check(self, request: Request, *spans: Span) -> None:
        """Refuse what this pack cannot do, before the work begins.

        Raises:
            InputError: A stem, prompt, guidance or span that the pack does not take.
            InferenceError: A prompt could not be encoded.
        """
        self._generator.check_stem(self._stem(request))
        guidance_values(self.pack.manifest.sampler, request.guidance)
        for span in spans:
            self._generator.check_length(span.samples(self.pack.manifest.audio.sample_rate))
        for words in (request.prompt, request.negative):
            self._encoded(words)

    def observe(
        self,
        source: Source,
        progress: Progress = unheard,
        cancelled: Cancelled = never,
        *,
        stages: Collection[str] = ALL_STAGES,
    ) -> Observation:
        """Look at the pictures of a span.

        Args:
            source: The span.
            progress: Told how far it is.
            cancelled: Whether to stop.
            stages: What to look for; an observation that is remembered may hold more.

        Raises:
            MediaError: The file cannot be decoded.
            InferenceError: A graph failed.
            CancelledError: ``cancelled`` returned True.
        """
        stages = stages_of(self.pack.manifest).intersection(stages)
        if known := self._observations.recall(source, stages):
            progress(LOOKING, 1.0)
            return known
        observer = Observer(self._sessions, self.pack, source, stages, self.stopwatch)
        observation = observer.observe(progress, cancelled)
        self._observations.keep(observation, stages)
        return observation

    def takes(
        self,
        source: Source,
        request: Request,
        progress: Progress = unheard,
        cancelled: Cancelled = never,
    ) -> Iterator[Take]:
        """Yield the takes of a span one by one; what they share is computed once.

        Raises:
            InputError: See :meth:`check`.
            MediaError: The file cannot be decoded.
            InferenceError: A graph failed.
            CancelledError: ``cancelled`` returned True.
        """
        self.check(request, source.span)
        stages = ALL_STAGES if request.cues is None else ALL_STAGES - {"motion"}
        observation = self.observe(source, progress, cancelled, stages=stages)
        if request.cues is not None:
            observation = replace(observation, cues=request.cues)
        wording = self._wording(request, observation)
        observation = replace(observation, warnings=observation.warnings + wording.warnings)
        material = Material(wording.text, wording.negative, observation.cues, observation.features)
        for number, seed in enumerate(request.seeds(), 1):
            provenance = self._provenance(request, observation, wording.source, seed)

            def tell(part: str, done: int, total: int, number: int = number) -> None:
                if part == "sampling" and done == total:
                    self.stopwatch.enter("decoder")
                progress(part_of_take(number, request.takes, part), done / total)

            yield self._take(provenance, observation, material, tell, cancelled)

    def generate(
        self,
        clip: str | os.PathLike[str] | Source,
        *,
        prompt: str | None = None,
        negative: str | None = None,
        takes: int = 1,
        seed: int | None = None,
        steps: int | None = None,
        guidance: float | Mapping[str, float] | None = None,
        cues: CueSheet | None = None,
        progress: Progress = unheard,
        cancelled: Cancelled = never,
    ) -> list[Take]:
        """Make sound for a clip.

        Args:
            clip: A file, or a stretch of one (see :class:`engine.source.Source`).
            prompt: What to hear; without it, what is seen.
            negative: What not to hear.
            takes: How many.
            seed: Of the first take, the next have seed + 1, ...; drawn if None.
            steps: Of the sampler; the pack's if None.
            guidance: How closely to follow the prompt, or the pack's guidance values by name.
            cues: A cue sheet to follow in place of what the pictures show.
            progress: Told the stage and how much of it is done, 0 to 1.
            cancelled: Asked between steps whether to stop.

        Raises:
            LumiphoneError: What cannot be used or what failed; see :meth:`takes` and
                :meth:`Source.open`.
        """
        source = clip if isinstance(clip, Source) else Source.open(Path(clip), cancelled=cancelled)
        if not isinstance(guidance, Mapping):
            guidance = {} if guidance is None else {self.prompt_guidance: guidance}
        request = Request(prompt, negative, takes, seed, steps, guidance, cues)
        return list(self.takes(source, request, progress, cancelled))

    def _take(
        self,
        provenance: Provenance,
        observation: Observation,
        material: Material,
        tell: Callable[[str, int, int], None],
        cancelled: Cancelled,
    ) -> Take:
        audio = self.pack.manifest.audio
        settings = TakeSettings(
            provenance.stem,
            provenance.seed,
            steps=provenance.steps,
            guidance=provenance.guidance,
        )
        samples = observation.source.span.samples(audio.sample_rate)
        with self.stopwatch.stage("sampler"):
            waveform = self._generator.generate(settings, material, samples, tell, cancelled)
        with self.stopwatch.stage("finish"):
            finished = finish(waveform, audio.sample_rate)
        # One channel serves as many as the file has, without being copied.
        shape = (audio.output_channels, samples)
        return Take(np.broadcast_to(finished, shape), audio.sample_rate, observation, provenance)

    def _stem(self, request: Request) -> Stem:
        if request.stem is None:
            return next(iter(self.pack.manifest.stems))
        return request.stem

    def _encoded(self, words: str | None) -> EncodedText | None:
        """The features of a prompt, kept for the next take; None for no words."""
        if not words or not words.strip():
            return None
        manifest = self.pack.manifest
        if manifest.text is None:
            raise InputError(
                f"Pack '{manifest.id}' takes no prompts", "Leave them out, or choose another pack"
            )
        if words not in self._texts:
            with self.stopwatch.stage("text"):
                encoder = TextEncoder(self._sessions, self.pack, manifest.text)
                self._texts[words] = encoder.encode(words)
        return self._texts[words]

    def _wording(self, request: Request, observation: Observation) -> _Wording:
        negative, prompt = self._encoded(request.negative), self._encoded(request.prompt)
        warnings = tuple(text.warning for text in (prompt, negative) if text and text.warning)
        refused = negative.features if negative else None
        if prompt:
            return _Wording(prompt.features, "prompt", refused, warnings)
        if observation.scene.vector is not None:
            return _Wording(observation.scene.vector, "pictures", refused, warnings)
        return _Wording(None, "nothing", refused, warnings)

    def _provenance(
        self, request: Request, observation: Observation, text_source: TextSource, seed: int
    ) -> Provenance:
        sampler = self.pack.manifest.sampler
        return Provenance(
            source=observation.source,
            prompt=request.prompt,
            negative=request.negative,
            text_source=text_source,
            suggested_prompt=observation.scene.prompt,
            seed=seed,
            method=sampler.method,
            steps=request.steps or sampler.steps,
            guidance=guidance_values(sampler, request.guidance),
            pack=self.pack.manifest.id,
            pack_sha256=measure(self.pack.folder / MANIFEST_NAME).sha256,
            cues=request.cues,
            device=self.device,
            stem=self._stem(request),
        )

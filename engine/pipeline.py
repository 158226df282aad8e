"""Spans in, takes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from engine.errors import InputError
from engine.feature_store import cache_folder
from engine.inference.generator import TakeGenerator
from engine.inference.guidance import guidance_values
from engine.inference.session import Sessions
from engine.media.reader import never
from engine.observation import ALL_STAGES, Observation
from engine.packs.manifest import MANIFEST_NAME
from engine.packs.registry import get_pack
from engine.packs.sums import KnownSums
from engine.packs.verify import file_faults, measure
from engine.progress import part_of_take, unheard
from engine.provenance import Provenance
from engine.request import Request
from engine.source import Source
from engine.stems import stems_of
from engine.stopwatch import Stopwatch
from engine.take_maker import TakeMaker
from engine.viewer import Viewer
from engine.wording import WordReader

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterator

    from engine.cues import CueSheet
    from engine.inference.session import Device
    from engine.packs.manifest import Stem
    from engine.packs.registry import Pack
    from engine.progress import Cancelled, Progress
    from engine.span import Span
    from engine.takes import Take
    from engine.wording import Wording

PROMPT_GUIDANCE = "text"


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
        wanted = cast("Device", device)
        self._sessions = Sessions(pack, wanted)  # which refuses unknown ones
        self._generator = TakeGenerator(self._sessions, pack.manifest)
        self._maker = TakeMaker(self._generator, pack.manifest, self.stopwatch)
        self._words = WordReader(self._sessions, pack, self.stopwatch)
        self._viewer = Viewer(self._sessions, pack, wanted, self.stopwatch, remembered)

    @classmethod
    def load(cls, pack_id: str | None = None, *, device: str = "auto", remembered: int = 0) -> Self:
        """Find a pack, check its files, and return an engine for it.

        Raises:
            PackError: There is no such pack, or it is not whole.
            InputError: There is no such device.
        """
        pack = get_pack(pack_id)
        known = KnownSums(cache_folder() / "sums.json")
        for fault in file_faults(pack, known=known).values():
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

    def stems(self, request: Request) -> tuple[Stem, ...]:
        """Return which stems a request comes to, in their usual order."""
        return stems_of(self.pack.manifest, request.stems)

    def check(self, request: Request, *spans: Span) -> None:
        """Refuse what this pack cannot do, before the work begins.

        Raises:
            InputError: A stem, prompt, guidance or span that the pack does not take.
            InferenceError: A prompt could not be encoded.
        """
        stems = self.stems(request)
        for stem in stems:
            self._generator.check_stem(stem)
        for stem in (*request.prompts, *request.negatives, *request.levels):
            if stem not in stems:
                raise InputError(
                    f"Something was said of the stem {stem}, which is not asked for",
                    f"Ask for it too (--stems {','.join((*stems, stem))}), or leave that out",
                )
        guidance_values(self.pack.manifest.sampler, request.guidance)
        for span in spans:
            self._generator.check_length(span.samples(self.pack.manifest.audio.sample_rate))
        self._words.check(request)

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
        return self._viewer.observe(source, progress, cancelled, stages)

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
        wordings = {
            stem: self._words.wording(stem, request, observation) for stem in self.stems(request)
        }
        said = dict.fromkeys(text for wording in wordings.values() for text in wording.warnings)
        observation = replace(observation, warnings=(*observation.warnings, *said))
        for number, seed in enumerate(request.seeds(), 1):
            provenance = self._provenance(request, observation, wordings, seed)

            def tell(part: str, done: float, number: int = number) -> None:
                progress(part_of_take(number, request.takes, part), done)

            yield self._maker.make(provenance, observation, wordings, tell, cancelled)

    def generate(
        self,
        clip: str | os.PathLike[str] | Source,
        *,
        prompt: str | Mapping[Stem, str] | None = None,
        negative: str | Mapping[Stem, str] | None = None,
        takes: int = 1,
        seed: int | None = None,
        steps: int | None = None,
        guidance: float | Mapping[str, float] | None = None,
        cues: CueSheet | None = None,
        stems: Collection[Stem] = (),
        levels: Mapping[Stem, float] | None = None,
        progress: Progress = unheard,
        cancelled: Cancelled = never,
    ) -> list[Take]:
        """Make sound for a clip.

        Args:
            clip: A file, or a stretch of one (see :class:`engine.source.Source`).
            prompt: What to hear; without it, what is seen. For all stems, or stem by stem.
            negative: What not to hear; for all stems, or stem by stem.
            takes: How many.
            seed: Of the first take, the next have seed + 1, ...; drawn if None.
            steps: Of the sampler; the pack's if None.
            guidance: How closely to follow the prompt, or the pack's guidance values by name.
            cues: A cue sheet to follow in place of what the pictures show.
            stems: Which to make; if none is named, effects and ambience where the pack makes both.
            levels: dB at which stems enter the mix; the pack's where not given.
            progress: Told the stage and how much of it is done, 0 to 1.
            cancelled: Asked between steps whether to stop.

        Raises:
            LumiphoneError: What cannot be used or what failed; see :meth:`takes` and
                :meth:`Source.open`.
        """
        source = clip if isinstance(clip, Source) else Source.open(Path(clip), cancelled=cancelled)
        if not isinstance(guidance, Mapping):
            guidance = {} if guidance is None else {self.prompt_guidance: guidance}
        (words, of_stems), (refused, refused_of_stems) = _words(prompt), _words(negative)
        request = Request(
            prompt=words,
            negative=refused,
            takes=takes,
            seed=seed,
            steps=steps,
            guidance=guidance,
            cues=cues,
            stems=tuple(stems),
            prompts=of_stems,
            negatives=refused_of_stems,
            levels=levels or {},
        )
        return list(self.takes(source, request, progress, cancelled))

    def _provenance(
        self,
        request: Request,
        observation: Observation,
        wordings: Mapping[Stem, Wording],
        seed: int,
    ) -> Provenance:
        sampler = self.pack.manifest.sampler
        return Provenance(
            source=observation.source,
            prompt=request.prompt,
            negative=request.negative,
            suggested_prompt=observation.scene.prompt,
            seed=seed,
            method=sampler.method,
            steps=request.steps or sampler.steps,
            guidance=guidance_values(sampler, request.guidance),
            pack=self.pack.manifest.id,
            pack_sha256=measure(self.pack.folder / MANIFEST_NAME).sha256,
            cues=request.cues,
            device=self.device,
            stems={stem: wording.origin for stem, wording in wordings.items()},
        )


def _words(
    said: str | Mapping[Stem, str] | None,
) -> tuple[str | None, Mapping[Stem, str]]:
    """Words for all stems, and words for some."""
    return (None, said) if isinstance(said, Mapping) else (said, {})

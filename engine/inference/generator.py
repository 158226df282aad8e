"""One take: from what it is conditioned on to its waveform."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

from engine.errors import InputError
from engine.inference.conditions import Conditions, Material
from engine.inference.decoder import LatentDecoder
from engine.inference.drafts import Drafts
from engine.inference.guidance import guidance_values, weigh_branches
from engine.inference.noise import noise
from engine.inference.sampler import FlowSampler
from engine.inference.velocity import GuidedVelocity
from engine.inference.windows import (
    WindowedVelocity,
    lay_windows,
    padded_length,
    start_grid,
)
from engine.packs.manifest import Stem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.inference.arrays import Floats
    from engine.inference.session import GraphRunner
    from engine.packs.manifest import Manifest, Method

MAX_STEPS = 1000
# Each stem has noise of its own, or the stems of one seed would move together. Effects come first.
_STREAMS = {stem: number for number, stem in enumerate(get_args(Stem))}
_STREAMS_PER_DRAFT = 16


def _draft_streams(stem: Stem, count: int) -> list[int]:
    """Return the noise streams of a stem's drafts; the first is what there was before drafts."""
    return [_STREAMS[stem] + draft * _STREAMS_PER_DRAFT for draft in range(count)]


@dataclass(frozen=True, slots=True)
class TakeSettings:
    """How a take is drawn.

    Attributes:
        stem: What is made.
        seed: From 0 to 2**63 - 1; the same seed and settings give the same take.
        method: Solver; the pack's own if None.
        steps: Of the solver; the pack's own if None.
        guidance: Named guidance values in place of the pack's own.
        drafts: Noises that are tried where there are words; if None the pack's own number where
            there are more steps than the pack's, otherwise one.
    """

    stem: Stem
    seed: int
    method: Method | None = None
    steps: int | None = None
    guidance: Mapping[str, float] = field(default_factory=dict)
    drafts: int | None = None


class TakeGenerator:
    """Draws takes with one pack.

    Args:
        runner: Runs the pack's graphs.
        manifest: Of the pack.
    """

    def __init__(self, runner: GraphRunner, manifest: Manifest) -> None:
        self._runner = runner
        self._manifest = manifest
        self._decoder = LatentDecoder(runner, manifest)
        self._drafts = Drafts(runner, manifest)

    def generate(
        self,
        settings: TakeSettings,
        material: Material,
        samples: int,
        on_progress: Callable[[str, int, int], None] = lambda _stage, _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Floats:
        """Return a take's waveform, float32 [audio.channels, samples], as the decoder gives it.

        This is :meth:`draw` and then :meth:`decode`; ``on_progress`` is told the stage, too
        ("sampling" in steps, then "decoding" in latents).

        Raises:
            LumiphoneError: See there.
        """

        def sampling(done: int, total: int) -> None:
            on_progress("sampling", done, total)

        def decoding(done: int, total: int) -> None:
            on_progress("decoding", done, total)

        latent = self.draw(settings, material, samples, sampling, cancelled)
        return self.decode(settings, latent, samples, decoding, cancelled)

    def draw(
        self,
        settings: TakeSettings,
        material: Material,
        samples: int,
        on_step: Callable[[int, int], None] = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Floats:
        """Return a take's latent, float32 [latents, channels].

        Args:
            settings: How it is drawn.
            material: What it is conditioned on.
            samples: Its length at the pack's sample rate.
            on_step: Told steps done, and steps in all.
            cancelled: Asked before every evaluation.

        Raises:
            CancelledError: ``cancelled`` said so.
            InputError: A stem, seed, number of steps or guidance that the pack does not take, or a
                take longer than the pack allows.
            InferenceError: A graph failed.
        """
        audio = self._manifest.audio
        sampler = self._sampler(settings)
        self.check_length(samples)
        grid = start_grid(self._manifest)
        latents = padded_length(audio.latents(samples), audio, grid)
        conditions = Conditions(self._runner, self._manifest, settings.stem, material, latents)
        branches = weigh_branches(
            self._manifest.sampler,
            guidance_values(self._manifest.sampler, settings.guidance),
            conditions.given,
            conditions.refused,
        )
        guided = GuidedVelocity(self._runner, self._manifest, conditions, branches, settings.stem)
        velocity = WindowedVelocity(guided, lay_windows(latents, audio, grid))
        count = self._drafts.count(settings, material)
        noises = [
            noise(settings.seed, 0, latents, audio.latent_channels, stream)
            for stream in _draft_streams(settings.stem, count)
        ]
        drafted = count * self._drafts.steps if count > 1 else 0

        def step(done: int) -> None:
            on_step(done, drafted + sampler.steps)

        start = noises[0]
        if count > 1:
            start = self._drafts.best(
                sampler, velocity, noises, material, on_step=step, cancelled=cancelled
            )
        return sampler.sample(velocity, start, lambda done, _: step(drafted + done), cancelled)

    def decode(
        self,
        settings: TakeSettings,
        latent: Floats,
        samples: int,
        on_chunk: Callable[[int, int], None] = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Floats:
        """Return the waveform of a latent that :meth:`draw` gave for the same settings.

        Args:
            settings: Whose seed and stem decide the vocoder's noise.
            latent: float32 [latents, channels].
            samples: As for :meth:`draw`.
            on_chunk: Told latents done, and latents in all.
            cancelled: Asked before every chunk.

        Returns:
            float32 [audio.channels, samples].

        Raises:
            CancelledError: ``cancelled`` said so.
            InferenceError: The decoder failed.
        """
        stream = _STREAMS[settings.stem]
        return self._decoder.decode(
            latent, samples, on_chunk, cancelled, seed=settings.seed, stream=stream
        )

    def check_length(self, samples: int) -> None:
        """Refuse a take longer than the pack allows; :meth:`generate` does so too.

        Raises:
            InputError: It lasts longer.
        """
        audio = self._manifest.audio
        if samples > audio.max_seconds * audio.sample_rate:
            raise InputError(
                f"The span lasts {samples / audio.sample_rate:.1f} s; pack '{self._manifest.id}'"
                f" makes at most {audio.max_seconds} s",
                "Choose a shorter span, or sound it in parts",
            )

    def check_stem(self, stem: str) -> None:
        """Refuse a stem that the pack does not make.

        Raises:
            InputError: It is none of the pack's.
        """
        stems = self._manifest.stems
        if stem not in stems:
            raise InputError(
                f"Pack '{self._manifest.id}' makes no {stem}",
                f"Choose {' or '.join(stems)}, or another pack",
            )

    def _sampler(self, settings: TakeSettings) -> FlowSampler:
        defaults = self._manifest.sampler
        self.check_stem(settings.stem)
        steps = defaults.steps if settings.steps is None else settings.steps
        if not 1 <= steps <= MAX_STEPS:
            raise InputError(f"{steps} steps are out of bounds", f"Use 1 to {MAX_STEPS}")
        return FlowSampler(settings.method or defaults.method, steps, defaults.shift)

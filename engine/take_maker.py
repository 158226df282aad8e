"""Makes one take: every stem sampled, decoded and mastered, and all of them mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.inference.conditions import Material
from engine.inference.generator import TakeSettings
from engine.media.loudness import finish
from engine.media.mixing import mix_stems
from engine.sync import sync_score
from engine.takes import Take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.inference.arrays import Floats
    from engine.inference.generator import TakeGenerator
    from engine.observation import Observation
    from engine.packs.manifest import Manifest, Stem
    from engine.progress import Cancelled, Progress
    from engine.provenance import Provenance
    from engine.stopwatch import Stopwatch
    from engine.wording import Wording


class TakeMaker:
    """Makes takes of what was seen and said.

    Args:
        generator: Draws latents and decodes them.
        manifest: The pack's.
        stopwatch: Told where the time goes ("sampler", "decoder", "finish").
    """

    def __init__(self, generator: TakeGenerator, manifest: Manifest, stopwatch: Stopwatch) -> None:
        self._generator = generator
        self._manifest = manifest
        self._stopwatch = stopwatch

    def make(
        self,
        provenance: Provenance,
        observation: Observation,
        wordings: Mapping[Stem, Wording],
        tell: Progress,
        cancelled: Cancelled,
    ) -> Take:
        """Sample, decode, master and mix the stems of one take.

        Args:
            provenance: What it is made from.
            observation: What was seen, and the cue sheet to follow.
            wordings: The text conditions of each stem, in their usual order.
            tell: Told the stage and how much of it is done, 0 to 1.
            cancelled: Whether to stop.

        Raises:
            InferenceError: A graph failed.
            CancelledError: ``cancelled`` returned True.
        """
        rate = self._manifest.audio.sample_rate
        waveforms = self._waveforms(provenance, observation, wordings, tell, cancelled)
        with self._stopwatch.stage("finish"):
            finished = {stem: finish(waveforms.pop(stem), rate) for stem in wordings}
            levels = {stem: origin.level for stem, origin in provenance.stems.items()}
            mixed = mix_stems(finished, levels)
            sync = self._sync(mixed.mix, observation)
        # One channel serves as many as the file has, without being copied.
        shape = (self._manifest.audio.output_channels, mixed.mix.shape[1])
        return Take(
            np.broadcast_to(mixed.mix, shape),
            rate,
            observation,
            provenance,
            {stem: np.broadcast_to(samples, shape) for stem, samples in mixed.stems.items()},
            sync=sync,
        )

    def _sync(self, samples: Floats, observation: Observation) -> float | None:
        """How well a take meets the cue sheet, if the pack was not given it to follow."""
        if self._manifest.cues:
            return None
        return sync_score(samples, self._manifest.audio.sample_rate, observation.cues)

    def _waveforms(
        self,
        provenance: Provenance,
        observation: Observation,
        wordings: Mapping[Stem, Wording],
        tell: Progress,
        cancelled: Cancelled,
    ) -> dict[Stem, Floats]:
        """All stems as the decoder gives them: first all are sampled, then all decoded."""
        samples = observation.source.span.samples(self._manifest.audio.sample_rate)
        count = len(wordings)
        latents: dict[Stem, Floats] = {}
        waveforms: dict[Stem, Floats] = {}

        def sampling(done: int, total: int) -> None:
            tell("sampling", (len(latents) + done / total) / count)

        def decoding(done: int, total: int) -> None:
            tell("decoding", (len(waveforms) + done / total) / count)

        settings = {
            stem: TakeSettings(
                stem, provenance.seed, steps=provenance.steps, guidance=provenance.guidance
            )
            for stem in wordings
        }
        for stem, wording in wordings.items():
            material = Material(
                wording.text,
                wording.negative,
                observation.cues,
                observation.features,
                wording.timing,
            )
            with self._stopwatch.stage("sampler"):
                latents[stem] = self._generator.draw(
                    settings[stem], material, samples, sampling, cancelled
                )
        for stem, latent in latents.items():
            with self._stopwatch.stage("decoder"):
                waveforms[stem] = self._generator.decode(
                    settings[stem], latent, samples, decoding, cancelled
                )
        return waveforms

"""The best of several drafts: noises are tried, and the pack's judge says which comes closest.

AudioLDM ranks finished sounds with CLAP (Liu et al. 2023, arXiv:2301.12503); here latents of fewer
steps are ranked, before anything is decoded. They are judged by words alone: cues are followed
anyway.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.inference.arrays import Floats
    from engine.inference.conditions import Material
    from engine.inference.generator import TakeSettings
    from engine.inference.sampler import FlowSampler, Velocity
    from engine.inference.session import GraphRunner
    from engine.packs.manifest import Manifest, Stem


class Drafts:
    """Chooses the noise that a take is drawn from.

    Args:
        runner: Runs the judge's graph.
        manifest: Of the pack; without a judge there is one draft, which is the take.
    """

    def __init__(self, runner: GraphRunner, manifest: Manifest) -> None:
        self._runner = runner
        self._manifest = manifest

    def count(self, settings: TakeSettings, material: Material) -> int:
        """Return how many noises are worth trying: one where there are no words to judge by.

        A stem that lies still under words for what happens does not sound like them anyway. And
        only who asks for more steps than usual is willing to wait.
        """
        judge, cues = self._manifest.judge, self._manifest.cues
        if judge is None or material.text is None or not self._hears_text(settings.stem):
            return 1
        if cues and settings.stem in cues.calm and not material.timing.lasting:
            return 1
        patient = (settings.steps or 0) > self._manifest.sampler.steps
        return settings.drafts or (judge.drafts if patient else 1)

    @property
    def steps(self) -> int:
        """The steps of a draft, however many the take has."""
        steps, judge = self._manifest.sampler.steps, self._manifest.judge
        return max(1, math.ceil(steps * judge.share)) if judge else steps

    def best(
        self,
        sampler: FlowSampler,
        velocity: Velocity,
        noises: Sequence[Floats],
        material: Material,
        *,
        on_step: Callable[[int], None],
        cancelled: Callable[[], bool],
    ) -> Floats:
        """Return the noise whose draft sounds most like the words.

        Args:
            sampler: Of the take.
            velocity: The flow.
            noises: Of the drafts, float32 [latents, channels] each; of equals the first is taken.
            material: Whose words are asked for and refused.
            on_step: Told steps done, of all drafts together.
            cancelled: Asked before every evaluation.

        Raises:
            CancelledError: ``cancelled`` said so.
            InferenceError: A graph failed.
        """
        rough = replace(sampler, steps=self.steps)
        scores: list[float] = []

        def step(done: int, total: int) -> None:
            on_step(len(scores) * total + done)

        for start in noises:
            latent = rough.sample(velocity, start, step, cancelled)
            scores.append(self._score(latent, material))
        return noises[scores.index(max(scores))]

    def _score(self, latent: Floats, material: Material) -> float:
        """How much more a latent sounds like what is asked for than like what is refused."""
        judge = self._manifest.judge
        assert judge  # noqa: S101 - there is only one draft otherwise

        def likeness(text: Floats | None) -> float:
            if text is None:
                return 0.0
            feeds = {judge.latent: latent[None], judge.text: text[None]}
            return float(self._runner.run(judge.graph, feeds)[judge.score][0])

        return likeness(material.text) - likeness(material.negative)

    def _hears_text(self, stem: Stem) -> bool:
        inputs = self._manifest.velocity.conditions
        return any(inputs[name].source == "text" for name in self._manifest.stems[stem])

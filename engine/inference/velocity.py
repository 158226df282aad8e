"""The pack's velocity graph as the sampler wants it: guided, and placed in the take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.inference.arrays import Floats
    from engine.inference.conditions import Conditions
    from engine.inference.guidance import WeightedBranch
    from engine.inference.session import GraphRunner
    from engine.packs.manifest import Manifest, Stem
    from engine.packs.stages import StemCode


class GuidedVelocity:
    """The velocity of stretches of one take.

    All branches go through the graph in one batch. What they are conditioned on is gathered (and,
    for packs that have a graph for it, prepared) once per stretch and kept for all steps.

    Args:
        runner: Runs the graphs.
        manifest: Of the pack.
        conditions: Of the take.
        branches: From :func:`engine.inference.guidance.weigh_branches`.
        stem: What is made; told to graphs that make several.
    """

    def __init__(
        self,
        runner: GraphRunner,
        manifest: Manifest,
        conditions: Conditions,
        branches: Sequence[WeightedBranch],
        stem: Stem,
    ) -> None:
        self._runner = runner
        self._stage = manifest.velocity
        self._inputs = manifest.graphs[manifest.velocity.graph].inputs
        self._conditions = conditions
        self._branches = branches
        self._weights = np.array([branch.weight for branch in branches], np.float32)
        self._stem = _stem_feed(manifest.velocity.stem, stem, len(branches))
        self._feeds: dict[tuple[int, int], dict[str, Floats]] = {}

    def __call__(self, latent: Floats, time: float, start: int) -> Floats:
        """Return the guided velocity [T, channels] of a stretch that begins at latent ``start``.

        Raises:
            InferenceError: A graph failed.
        """
        outputs = self._runner.run(
            self._stage.graph,
            {
                self._stage.latent: np.repeat(latent[None], self._rows(self._stage.latent), axis=0),
                self._stage.time: np.full(self._rows(self._stage.time), time, np.float32),
                **self._stem,
                **self._condition_feeds(start, len(latent)),
            },
        )
        guided: Floats = np.tensordot(self._weights, outputs[self._stage.output], axes=1)
        return guided

    def _rows(self, name: str) -> int:
        """Return one row per branch, or one for all where the graph wants no more."""
        return 1 if self._inputs[name].shape[0] == 1 else len(self._branches)

    def _condition_feeds(self, start: int, length: int) -> dict[str, Floats]:
        feeds = self._feeds.get((start, length))
        if feeds is None:
            rows = [self._conditions.window(b.choices, start, length) for b in self._branches]
            feeds = {name: np.stack([row[name] for row in rows]) for name in self._stage.conditions}
            if self._stage.prepare:
                feeds = self._runner.run(self._stage.prepare, feeds)
            for value in feeds.values():
                value.flags.writeable = False  # so that a GPU may keep them
            self._feeds[start, length] = feeds
        return feeds


def _stem_feed(code: StemCode | None, stem: Stem, batch: int) -> dict[str, Floats]:
    """The input that tells the stem, if the graph has one."""
    if code is None:
        return {}
    row = np.array([name == stem for name in code.order], np.float32)
    return {code.input: np.repeat(row[None], batch, axis=0)}

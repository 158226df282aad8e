"""Pictures to features that condition the diffusion as they are (CLIP, Synchformer)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.inference.pixels import normalised

if TYPE_CHECKING:
    from engine.inference.arrays import Floats, Pixels
    from engine.inference.session import GraphRunner
    from engine.packs.manifest import Manifest
    from engine.packs.stages import FeatureStage


class FeatureEncoder:
    """One of a pack's feature stages over one span.

    Pictures wait as bytes (a 384-pixel picture takes 0.4 MB) until :meth:`finish` runs the graph.

    Args:
        runner: Runs the graph.
        manifest: Of the pack.
        stage: The feature stage.
    """

    def __init__(self, runner: GraphRunner, manifest: Manifest, stage: FeatureStage) -> None:
        self._runner = runner
        self._stage = stage
        self._stream = manifest.pictures[stage.pictures]
        self._pictures: list[Pixels] = []

    def observe(self, pixels: Pixels) -> None:
        """Take the next picture, uint8 [height, width, channels]."""
        self._pictures.append(pixels)

    def finish(self) -> Floats | None:
        """Return float32 [points, width] and start anew; None without a picture.

        A span shorter than one segment is filled up with its last picture.

        Raises:
            InferenceError: The graph failed.
        """
        pictures, self._pictures = self._pictures, []
        if not pictures:
            return None
        segment, stride = self._stage.segment, self._stage.stride
        if segment and stride:
            pictures += [pictures[-1]] * (segment - len(pictures))
            starts = range(0, len(pictures) - segment + 1, stride)
            frames = np.stack([self._row(pictures[start : start + segment]) for start in starts])
        else:
            frames = self._row(pictures)
        outputs = self._runner.run(self._stage.graph, {self._stage.input: frames[None]})
        features: Floats = outputs[self._stage.output][0]
        return features

    def _row(self, pictures: list[Pixels]) -> Floats:
        return np.stack([normalised(pixels, self._stream) for pixels in pictures])

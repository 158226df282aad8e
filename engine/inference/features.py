"""Pictures to features that condition the diffusion as they are (CLIP, Synchformer)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.inference.pixels import normalised

if TYPE_CHECKING:
    from fractions import Fraction

    from engine.inference.arrays import Floats, Pixels
    from engine.inference.session import GraphRunner
    from engine.packs.manifest import Manifest
    from engine.packs.stages import FeatureStage


class FeatureEncoder:
    """One of a pack's feature stages over one span.

    Pictures wait as bytes (a 384-pixel picture takes 0.4 MB) until there are enough for a run of
    the graph. A picture counts if the span lasts to its end.

    Args:
        runner: Runs the graph.
        manifest: Of the pack.
        stage: The feature stage.
        duration: Of the span, in seconds.
    """

    def __init__(
        self, runner: GraphRunner, manifest: Manifest, stage: FeatureStage, duration: Fraction
    ) -> None:
        self._runner = runner
        self._stage = stage
        self._stream = manifest.pictures[stage.pictures]
        self._left = max(1, math.floor(duration * self._stream.rate))
        self._pictures: list[Pixels] = []
        self._found: list[Floats] = []

    def observe(self, pixels: Pixels) -> None:
        """Take the next picture, uint8 [height, width, channels].

        Raises:
            InferenceError: The graph failed.
        """
        if self._left == 0:
            return
        self._left -= 1
        self._pictures.append(pixels)
        if self._stage.chunk and self._ready() == self._stage.chunk:
            self._run()

    def finish(self) -> Floats | None:
        """Return float32 [points, width]; None without a picture.

        A span shorter than one segment is filled up with its last picture.

        Raises:
            InferenceError: The graph failed.
        """
        if self._pictures and not self._found and self._stage.segment:
            missing = self._stage.segment - len(self._pictures)
            self._pictures += [self._pictures[-1]] * missing
        if self._ready():
            self._run()
        return np.concatenate(self._found) if self._found else None

    def _ready(self) -> int:
        """Pictures, or segments, that the graph can be run on."""
        segment, stride = self._stage.segment, self._stage.stride
        if segment and stride:
            return max(0, (len(self._pictures) - segment) // stride + 1)
        return len(self._pictures)

    def _run(self) -> None:
        count = self._ready()
        segment, stride = self._stage.segment, self._stage.stride
        if segment and stride:
            starts = [number * stride for number in range(count)]
            rows = [self._row(self._pictures[start : start + segment]) for start in starts]
            frames = np.stack(rows)
            del self._pictures[: count * stride]
        else:
            frames = self._row(self._pictures)
            self._pictures.clear()
        outputs = self._runner.run(self._stage.graph, {self._stage.input: frames[None]})
        self._found.append(outputs[self._stage.output][0])

    def _row(self, pictures: list[Pixels]) -> Floats:
        return np.stack([normalised(pixels, self._stream) for pixels in pictures])

"""Pictures to a cue sheet, as the pictures come, in bounded memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.cues import CueSheet
from engine.inference.events import Motion, pick_events
from engine.inference.pixels import normalised

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from engine.inference.arrays import Floats, Pixels
    from engine.inference.session import GraphRunner
    from engine.packs.manifest import Manifest
    from engine.packs.stages import MotionStage

_OUTPUTS = ("events", "strengths", "offsets", "curves")


class MotionEncoder:
    """A pack's motion stage over one span.

    Pictures are looked at in chunks, each with the context that the pack states on either side,
    which gives what one run over all of them would give.

    Args:
        runner: Runs the motion graph.
        manifest: Of the pack.
        stage: Its motion stage.
    """

    def __init__(self, runner: GraphRunner, manifest: Manifest, stage: MotionStage) -> None:
        self._runner = runner
        self._stage = stage
        self._stream = manifest.pictures[stage.pictures]
        self._pictures: list[Floats] = []  # each [height, width]
        self._before = 0  # how many of them are context, their outputs taken already
        self._done: list[dict[str, Floats]] = []

    def observe(self, pixels: Pixels) -> None:
        """Take the next picture.

        Args:
            pixels: uint8 [height, width, 1].

        Raises:
            InferenceError: The graph failed.
        """
        self._pictures.append(normalised(pixels, self._stream)[0])
        if len(self._pictures) == self._before + self._stage.chunk + self._stage.context:
            self._run(self._stage.chunk)

    def finish(self, cuts: Sequence[Fraction] = ()) -> CueSheet:
        """Return the cue sheet of all pictures, and start anew.

        Args:
            cuts: Times of first pictures after a cut, in seconds from the span's start.

        Raises:
            InferenceError: The graph failed.
        """
        if len(self._pictures) > self._before:
            self._run(len(self._pictures) - self._before)
        done, self._done, self._pictures, self._before = self._done, [], [], 0
        rate = self._stream.rate
        if not done:
            return CueSheet(rate)
        motion = Motion(
            **{name: np.concatenate([part[name] for part in done]) for name in _OUTPUTS}
        )
        curves = np.clip(motion.curves, 0, 1).T.tolist()
        return CueSheet(
            rate,
            pick_events(motion, rate, self._stage.kinds, cuts),
            {
                name: tuple(values)
                for name, values in zip(self._stage.curve_names, curves, strict=True)
            },
        )

    def _run(self, count: int) -> None:
        """Take the outputs of ``count`` pictures after the context, keep what the next need."""
        outputs = self._runner.run(
            self._stage.graph, {self._stage.input: np.stack(self._pictures)[None]}
        )
        end = self._before + count
        self._done.append(
            {name: outputs[getattr(self._stage, name)][0, self._before : end] for name in _OUTPUTS}
        )
        first = max(0, end - self._stage.context)
        self._pictures = self._pictures[first:]
        self._before = end - first

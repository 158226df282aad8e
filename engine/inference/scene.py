"""What is seen, as words and as a vector in the text space.

ConSE (Norouzi et al. 2013, arXiv:1312.5650): a convex combination of the embeddings of the most
probable labels. Only labels that have a sound take part, since the vector asks for sound.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.errors import PackError
from engine.inference.pixels import normalised

if TYPE_CHECKING:
    from engine.inference.arrays import Floats, Pixels
    from engine.inference.session import GraphRunner
    from engine.packs.registry import Pack
    from engine.packs.stages import SceneStage

_BATCH = 8  # pictures per run: enough to keep the cores busy, little memory
_LABELS_SHOWN = 3
_SOUNDS_SUGGESTED = 2


@dataclass(frozen=True, slots=True)
class SeenLabel:
    """Something the scene graph believes to see; ``probability`` is the mean over the pictures."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Scene:
    """What a span shows.

    Attributes:
        labels: The most probable labels, best first, sounding or not, believed or not.
        prompt: Words for its sound; empty when nothing that sounds is recognised with confidence.
        vector: The same in the text space, float32 [width], of length one; None when empty.
    """

    labels: tuple[SeenLabel, ...] = ()
    prompt: str = ""
    vector: Floats | None = None


class _Label(NamedTuple):
    label: str
    sound: str | None


class SceneEncoder:
    """A pack's scene stage over one span.

    Args:
        runner: Runs the scene graph.
        pack: The pack.
        stage: Its scene stage.

    Raises:
        PackError: Labels or embeddings are missing, damaged or of different lengths.
    """

    def __init__(self, runner: GraphRunner, pack: Pack, stage: SceneStage) -> None:
        self._runner = runner
        self._stage = stage
        self._stream = pack.manifest.pictures[stage.pictures]
        self._labels, self._embeddings = _read_labels(pack, stage)
        self._waiting: list[Floats] = []
        self._sum = np.zeros(len(self._labels))
        self._count = 0

    def observe(self, pixels: Pixels) -> None:
        """Take the next picture.

        Args:
            pixels: uint8 [height, width, channels].

        Raises:
            InferenceError: The graph failed.
        """
        self._waiting.append(normalised(pixels, self._stream))
        if len(self._waiting) == _BATCH:
            self._run()

    def finish(self) -> Scene:
        """Return what all pictures together show, and start anew.

        Raises:
            InferenceError: The graph failed.
        """
        if self._waiting:
            self._run()
        if not self._count:
            return Scene()
        mean = self._sum / self._count
        self._sum, self._count = np.zeros(len(self._labels)), 0
        return self._judge(mean)

    def _run(self) -> None:
        outputs = self._runner.run(self._stage.graph, {self._stage.input: np.stack(self._waiting)})
        self._sum += outputs[self._stage.output].sum(axis=0, dtype=np.float64)
        self._count += len(self._waiting)
        self._waiting = []

    def _judge(self, mean: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Scene:
        ranking = np.argsort(-mean, kind="stable").tolist()
        seen = tuple(
            SeenLabel(self._labels[i].label, float(mean[i])) for i in ranking[:_LABELS_SHOWN]
        )
        sounding = [i for i in ranking if self._labels[i].sound][: self._stage.top]
        # Twenty breeds are one bark: labels of one sound are believed together.
        shares: dict[str, float] = defaultdict(float)
        for i in sounding:
            shares[self._labels[i].sound or ""] += float(mean[i])
        believed = [sound for sound, share in shares.items() if share >= self._stage.confidence]
        if not believed:
            return Scene(seen)
        believed.sort(key=lambda sound: -shares[sound])
        vector = mean[sounding] @ self._embeddings[sounding]
        vector /= np.linalg.norm(vector)
        return Scene(seen, ", ".join(believed[:_SOUNDS_SUGGESTED]), vector.astype(np.float32))


def _read_labels(pack: Pack, stage: SceneStage) -> tuple[list[_Label], Floats]:
    labels_path, embeddings_path = pack.file(stage.labels), pack.file(stage.embeddings)
    try:
        entries = json.loads(labels_path.read_text("utf-8"))
        labels = [_Label(str(entry["label"]), entry.get("sound")) for entry in entries]
        embeddings = np.load(embeddings_path, allow_pickle=False).astype(np.float32)
    except (OSError, ValueError, EOFError, TypeError, KeyError, AttributeError) as error:
        raise PackError(
            f"Pack '{pack.manifest.id}': {labels_path.name} or {embeddings_path.name}"
            f" cannot be read ({error})",
            "Get the pack again",
        ) from error
    if embeddings.ndim != 2 or len(embeddings) != len(labels):
        raise PackError(
            f"Pack '{pack.manifest.id}': {embeddings_path.name} has the shape {embeddings.shape}"
            f" for {len(labels)} labels",
            "Get the pack again",
        )
    return labels, embeddings

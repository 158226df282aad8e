"""Looking at spans, and never twice at the same pictures: what was seen is remembered and filed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.feature_store import default_store, picture_keys
from engine.guide import find_guide
from engine.observation import Observation, Observer, stages_of
from engine.observations import Observations
from engine.progress import LOOKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.inference.session import Device, GraphRunner
    from engine.packs.registry import Pack
    from engine.progress import Cancelled, Progress
    from engine.source import Source
    from engine.stopwatch import Stopwatch


class Viewer:
    """A pack's picture stages, with a memory.

    Args:
        runner: Runs the pack's graphs.
        pack: The pack.
        device: Where the cue sheet is read if another pack must do it.
        stopwatch: Told where the time goes.
        remembered: How many observations to keep.
    """

    def __init__(
        self,
        runner: GraphRunner,
        pack: Pack,
        device: Device,
        stopwatch: Stopwatch,
        remembered: int,
    ) -> None:
        self._runner = runner
        self._pack = pack
        self._stopwatch = stopwatch
        self._observations = Observations(remembered)
        self._store = default_store()
        self._guide = find_guide(pack, device)

    def observe(
        self, source: Source, progress: Progress, cancelled: Cancelled, stages: Collection[str]
    ) -> Observation:
        """Return what is seen in a span, from memory as far as it goes.

        Raises:
            MediaError: The file cannot be decoded.
            InferenceError: A graph failed.
            CancelledError: ``cancelled`` returned True.
        """
        present = stages_of(self._pack.manifest, guided=self._guide is not None)
        stages = present.intersection(stages)
        if remembered := self._observations.recall(source, stages):
            progress(LOOKING, 1.0)
            return remembered
        keys = picture_keys(self._pack, source) if "features" in stages else {}
        filed = {name: self._store.recall(key) for name, key in keys.items()}
        known = {name: values for name, values in filed.items() if values is not None}
        observer = Observer(
            self._runner,
            self._pack,
            source,
            stages,
            self._stopwatch,
            guide=self._guide,
            known=known,
        )
        observation = observer.observe(progress, cancelled)
        for name in observation.features.keys() - known.keys():
            self._store.keep(keys[name], observation.features[name])
        self._observations.keep(observation, stages)
        return observation

"""What the velocity is conditioned on, cut to any window of the take."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.inference.cue_raster import rasterise, steady
from engine.inference.word_timing import Timing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from engine.cues import CueSheet
    from engine.inference.arrays import Floats
    from engine.inference.session import GraphRunner
    from engine.packs.manifest import Choice, Manifest, Stem
    from engine.packs.stages import Condition, CueStage

PASSING = Timing()


@dataclass(frozen=True, slots=True)
class Material:
    """All that was gathered for a take; what is None or missing is null to the model.

    Attributes:
        text: The prompt's features or the scene's vector.
        negative: The negative prompt's features.
        cues: The cue sheet.
        features: Picture features by their stage's name.
        timing: How what the text names sounds in time.
    """

    text: Floats | None = None
    negative: Floats | None = None
    cues: CueSheet | None = None
    features: Mapping[str, Floats] = field(default_factory=dict)
    timing: Timing = PASSING


class Conditions:
    """The condition inputs of one stem's take.

    Args:
        runner: Runs graphs that give learned nulls.
        manifest: Of the pack.
        stem: Decides which inputs are used; the others are null.
        material: What they are made of.
        latents: Length of the take.
    """

    def __init__(
        self,
        runner: GraphRunner,
        manifest: Manifest,
        stem: Stem,
        material: Material,
        latents: int,
    ) -> None:
        self._runner = runner
        self._manifest = manifest
        self._inputs = manifest.velocity.conditions
        self._material = material
        self._used = manifest.stems[stem]
        self._tokens = manifest.text.length if manifest.text else 1
        self._nulls: dict[str, Floats] = {}
        self._latents = latents
        self._rates: dict[str, Fraction] = {}  # points per second; text has none
        values: dict[str, Floats] = {}
        if material.text is not None:
            values["text"] = material.text
        if manifest.cues:
            self._rates["cues"] = manifest.cues.rate
            cues = _cues(manifest.cues, stem, material, latents / manifest.audio.latent_rate)
            if cues is not None:
                values["cues"] = cues
        for name, stage in manifest.features.items():
            self._rates[name] = stage.rate
            if name in material.features:
                values[name] = material.features[name]
        self._values = {
            name: values[condition.source]
            for name, condition in self._inputs.items()
            if condition.source in values and name in self._used
        }

    @property
    def given(self) -> frozenset[str]:
        """Inputs that have a value of the take's own."""
        return frozenset(self._values)

    @property
    def refused(self) -> frozenset[str]:
        """Inputs that have a value from the negative prompt."""
        if self._material.negative is None:
            return frozenset()
        return frozenset(name for name in self._used if self._inputs[name].source == "text")

    def window(self, choices: Mapping[str, Choice], start: int, length: int) -> dict[str, Floats]:
        """Return every condition input, without batch axis, for a stretch of latents.

        Args:
            choices: Per input, from the guidance.
            start: First latent.
            length: Latents.

        Raises:
            InferenceError: A graph for a learned null failed.
        """
        return {
            name: self._cut(name, condition, choices[name], start, length)
            for name, condition in self._inputs.items()
        }

    def _cut(
        self, name: str, condition: Condition, choice: Choice, start: int, length: int
    ) -> Floats:
        if choice == "negative" and self._material.negative is not None:
            return self._material.negative
        value = self._values.get(name) if choice == "conditional" else None
        rate = self._rates.get(condition.source)
        if rate is None:
            return self._null(name, condition, self._tokens) if value is None else value
        whole = self._material.features.get(condition.source) if length == self._latents else None
        points = self._points(condition.source, length) if whole is None else len(whole)
        if value is None:
            return self._null(name, condition, points)
        # Features may end a little early (a last segment that is not full): the end is held.
        places = self._first(condition.source, start, rate) + np.arange(points)
        return value[np.minimum(places, len(value) - 1)]

    def _points(self, source: str, length: int) -> int:
        """How many points a stretch of ``length`` latents has."""
        seconds = length / self._manifest.audio.latent_rate
        stage = self._manifest.features.get(source)
        if stage is None:
            return max(1, round(seconds * self._rates[source]))
        rate = self._manifest.pictures[stage.pictures].rate
        return stage.points(math.floor(seconds * rate), rate)

    def _first(self, source: str, start: int, rate: Fraction) -> int:
        """The point at latent ``start``, where the points that belong together begin."""
        stage = self._manifest.features.get(source)
        group = stage.group(self._manifest.pictures[stage.pictures].rate) if stage else 1
        return round(start * rate / self._manifest.audio.latent_rate / group) * group

    def _null(self, name: str, condition: Condition, points: int) -> Floats:
        """Zeros, or the learned null, spread over the points if it is one for all."""
        if condition.null:
            if name not in self._nulls:
                outputs = self._runner.run(condition.null.graph, {})
                self._nulls[name] = outputs[condition.null.output][0]
            null = self._nulls[name]
            timed = condition.source in self._rates
            return np.broadcast_to(null, (points, null.shape[-1])) if timed else null
        stage = self._manifest.velocity
        shape = self._manifest.graphs[stage.prepare or stage.graph].inputs[name].shape
        sizes = [size if isinstance(size, int) else points for size in shape[1:]]
        return np.zeros(sizes, np.float32)


def _cues(stage: CueStage, stem: Stem, material: Material, seconds: Fraction) -> Floats | None:
    """The cue sheet's points for a stem; None where it has nothing to say."""
    points = int(seconds * stage.rate)
    if stem in stage.calm:
        passing = material.text is not None and not material.timing.lasting
        return steady(points, stage.calm[stem]) if passing else None
    if material.cues is None:
        return None
    if stage.silence == "known" or material.text is None:
        return rasterise(material.cues, points, stage.rate, with_energy=True)
    if not material.cues.events:
        return None
    if material.timing.lasting:
        return rasterise(material.cues, points, stage.rate, with_energy=False)
    ring = material.timing.ring
    return rasterise(material.cues, points, stage.rate, with_energy=True, ring=ring)

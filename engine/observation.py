"""What the pictures of a span tell: one pass over the file feeds every stage that looks at them."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from engine.cues import CueSheet
from engine.guide import Guide
from engine.inference.features import FeatureEncoder
from engine.inference.motion import MotionEncoder
from engine.inference.scene import Scene, SceneEncoder
from engine.media.quality import PictureQuality
from engine.media.reader import PictureSpec, read_pictures
from engine.media.shots import CutDetector
from engine.mood import MoodReader
from engine.progress import LOOKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from engine.inference.arrays import Floats
    from engine.inference.session import GraphRunner
    from engine.media.reader import Picture
    from engine.packs.graphs import PictureStream
    from engine.packs.manifest import Manifest
    from engine.packs.registry import Pack
    from engine.progress import Cancelled, Progress
    from engine.source import Source
    from engine.stopwatch import Stopwatch

# Shots and quality are judged on the motion stream, or on this where there is none.
_WATCHED_STREAM = "watched"
_WATCHED = PictureSpec(Fraction(25), 64, 64, "squash", "grey")
ALL_STAGES = frozenset({"motion", "scene", "features"})


def stages_of(manifest: Manifest, *, guided: bool = False) -> frozenset[str]:
    """Return which of :data:`ALL_STAGES` a pack has, by itself or through a guide."""
    present = {
        "motion": manifest.motion or guided,
        "scene": manifest.scene,
        "features": manifest.features,
    }
    return frozenset(name for name, stage in present.items() if stage)


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What was seen in a span; the same for all its takes.

    Attributes:
        source: The span and its file.
        cues: What happens when.
        scene: What it shows.
        features: Picture features that the pack conditions on, by stage.
        warnings: What about the pictures will cost quality.
        mood: What score they suggest, in words; empty if nobody looked.
    """

    source: Source
    cues: CueSheet
    scene: Scene
    features: Mapping[str, Floats] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    mood: str = ""


class _Eye(NamedTuple):
    """A stage that looks at a stream."""

    stage: str
    stream: str
    look: Callable[[Picture], None]


class Observer:
    """A pack's picture stages, looking at one span.

    Args:
        runner: Runs the graphs.
        pack: The pack.
        source: The span.
        stages: Which to run, of :data:`ALL_STAGES`; the others' results stay empty.
        stopwatch: Told where the time goes ("decode" and the stages; features by their names).
        guide: Reads the cue sheet in the pack's place.
        known: Features that need not be computed again, by stage.
    """

    def __init__(
        self,
        runner: GraphRunner,
        pack: Pack,
        source: Source,
        stages: Collection[str],
        stopwatch: Stopwatch,
        *,
        guide: Guide | None = None,
        known: Mapping[str, Floats] = MappingProxyType({}),
    ) -> None:
        manifest = pack.manifest
        scene = manifest.scene
        seer = guide or Guide(runner, manifest)
        motion = seer.manifest.motion
        streams = dict(manifest.pictures)
        watched = motion.pictures if motion and not guide else _WATCHED_STREAM
        if motion and guide:
            streams[watched] = guide.manifest.pictures[motion.pictures]
        self._source = source
        self._stopwatch = stopwatch
        self._motion: MotionEncoder | None = None
        self._scene: SceneEncoder | None = None
        self._features: dict[str, FeatureEncoder] = {}
        self._quality = PictureQuality(source.clip)
        rate = streams[watched].rate if motion else _WATCHED.rate
        self._cuts, self._mood = CutDetector(rate), MoodReader(float(rate))
        self._eyes = [
            _Eye("quality", watched, self._quality.observe),
            _Eye("quality", watched, self._cuts.observe),
            _Eye("quality", watched, self._mood.observe),
        ]
        if motion and "motion" in stages:
            self._motion = MotionEncoder(seer.runner, seer.manifest, motion)
            self._add("motion", watched, self._motion)
        if scene and "scene" in stages:
            self._scene = SceneEncoder(runner, pack, scene)
            self._add("scene", scene.pictures, self._scene)
        self._known = known
        for name, stage in manifest.features.items() if "features" in stages else ():
            if name not in known:
                lasts = source.span.duration
                self._features[name] = FeatureEncoder(runner, manifest, stage, lasts)
                self._add(name, stage.pictures, self._features[name])
        self._specs = {
            name: _spec(stream)
            for name, stream in streams.items()
            if any(eye.stream == name for eye in self._eyes)
        }
        if watched not in self._specs:
            self._specs[watched] = _WATCHED

    def _add(
        self, stage: str, stream: str, encoder: MotionEncoder | SceneEncoder | FeatureEncoder
    ) -> None:
        self._eyes.append(_Eye(stage, stream, lambda picture: encoder.observe(picture.pixels)))

    def observe(self, progress: Progress, cancelled: Cancelled) -> Observation:
        """Look at every picture once and say what was seen. To be called once.

        Raises:
            MediaError: The file cannot be decoded.
            InferenceError: A graph failed.
            CancelledError: ``cancelled`` returned True.
        """
        span, stopwatch = self._source.span, self._stopwatch
        total = sum(spec.count(span.duration) for spec in self._specs.values())
        pictures = read_pictures(span, self._specs, cancelled)
        for done, picture in enumerate(stopwatch.waiting("decode", pictures)):
            for eye in self._eyes:
                if eye.stream == picture.stream:
                    with stopwatch.stage(eye.stage):
                        eye.look(picture)
            progress(LOOKING, (done + 1) / total)
        cues, scene = CueSheet(_WATCHED.rate), Scene()
        cuts = self._cuts.times()
        if self._motion:
            with stopwatch.stage("motion"):
                cues = self._motion.finish(cuts)
        if self._scene:
            with stopwatch.stage("scene"):
                scene = self._scene.finish()
        features: dict[str, Floats | None] = dict(self._known)
        for name, encoder in self._features.items():
            with stopwatch.stage(name):
                features[name] = encoder.finish()
        return Observation(
            self._source,
            cues,
            scene,
            {name: values for name, values in features.items() if values is not None},
            self._quality.warnings(),
            self._mood.words(len(cuts)),
        )


def _spec(stream: PictureStream) -> PictureSpec:
    return PictureSpec(
        stream.rate, stream.width, stream.height, stream.fit, stream.colour, stream.scaling
    )

"""Doing one job after another with an engine that stays loaded."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from engine.cues import CueSheet
from engine.delivery import Delivery
from engine.memory import give_back
from engine.packs.registry import get_pack
from engine.pipeline import Engine
from engine.protocol import Cues, Generate, Progress, TakeDone, TakeFile
from engine.request import MAX_STEPS, Request
from engine.service.outlook import Outlook, Pace, stages_of_look, stages_of_takes
from engine.service.sources import Sources, checked_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.packs.manifest import Stem
    from engine.packs.registry import Pack
    from engine.progress import Cancelled
    from engine.protocol import Job, Reply, Suggest, Wish
    from engine.source import Source

_REMEMBERED = 16  # spans that were looked at
_LOOKED_FOR = frozenset({"motion", "scene"})  # by either question: the other one mostly follows


@dataclass(frozen=True, slots=True)
class _Teller:
    """Tells a client how a job goes.

    Attributes:
        job: Its id.
        outlook: What is known of its stages.
        send: Where to.
    """

    job: str
    outlook: Outlook
    send: Callable[[Reply], None]

    def progress(self, stage: str, fraction: float) -> None:
        done, left = self.outlook.at(stage, fraction)
        self.send(Progress(self.job, stage, round(done, 4), left and round(left, 1)))

    def take(self, take: dict[str, Any]) -> None:
        self.send(TakeDone(self.job, TakeFile(**take)))


class Worker:
    """Does jobs, one at a time; keeps one pack loaded, and what was seen with it."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._wanted_device = ""
        self._sources = Sources()
        self._paces: dict[tuple[str, str], Pace] = defaultdict(Pace)

    @property
    def loaded(self) -> Pack | None:
        """The pack that is loaded."""
        return self._engine.pack if self._engine else None

    def release(self) -> None:
        """Free the models; the next job loads them again."""
        self._engine = None
        give_back()

    def run(self, job: Job, send: Callable[[Reply], None], cancelled: Cancelled) -> dict[str, Any]:
        """Do a job and return its result, as :class:`engine.protocol.Done` describes it.

        Raises:
            LumiphoneError: What cannot be used or what failed.
            CancelledError: ``cancelled`` returned True.
        """
        send(Progress(job.id, "opening the clip", 0.0))
        source = self._sources.open(job.clip, cancelled)
        if isinstance(job, Generate):
            return self._generate(job, source, send, cancelled)
        return self._look(job, source, send, cancelled)

    def _generate(
        self, job: Generate, source: Source, send: Callable[[Reply], None], cancelled: Cancelled
    ) -> dict[str, Any]:
        delivery = Delivery(checked_path(job.folder), "aac" if job.video else None)
        engine = self._load(job.wish.pack, job.wish.device, job, send)
        request = _request(job.wish, engine)
        steps = request.steps or engine.pack.manifest.sampler.steps
        seconds, stems = float(source.span.duration), len(engine.stems(request))
        stages = stages_of_takes(seconds, request.takes, steps, stems)
        teller = _Teller(job.id, Outlook(stages, self._pace(engine)), send)
        made = delivery.deliver(
            engine, source, request, teller.progress, cancelled, on_take=teller.take
        )
        return {key: made[key] for key in ("cues", "suggested_prompt", "mood", "warnings")}

    def _look(
        self,
        job: Cues | Suggest,
        source: Source,
        send: Callable[[Reply], None],
        cancelled: Cancelled,
    ) -> dict[str, Any]:
        engine = self._load(job.pack, job.device, job, send)
        engine.check(Request(), source.span)  # what could not be sounded need not be looked at
        outlook = Outlook(stages_of_look(float(source.span.duration)), self._pace(engine))
        tell = _Teller(job.id, outlook, send).progress
        seen = engine.observe(source, tell, cancelled, stages=_LOOKED_FOR)
        if isinstance(job, Cues):
            return {"cues": seen.cues.to_json(), "warnings": list(seen.warnings)}
        return {
            "labels": [
                {"label": label.label, "probability": round(label.probability, 4)}
                for label in seen.scene.labels
            ],
            "suggested_prompt": seen.scene.prompt,
            "mood": seen.mood,
        }

    def _load(
        self, pack_id: str | None, device: str, job: Job, send: Callable[[Reply], None]
    ) -> Engine:
        """The engine that is kept if it is the one, or else another in its place."""
        pack = get_pack(pack_id)
        if self._engine and self._engine.pack == pack and self._wanted_device == device:
            return self._engine
        send(Progress(job.id, "loading the model", 0.0))
        self.release()
        self._engine = Engine.load(pack_id, device=device, remembered=_REMEMBERED)
        self._wanted_device = device
        return self._engine

    def _pace(self, engine: Engine) -> Pace:
        return self._paces[engine.pack.manifest.id, engine.device]


def _steps(wish: Wish, usual: int) -> int | None:
    """Return how many steps are asked for; None: the pack's ``usual`` number."""
    if wish.steps is not None or wish.effort == 1:
        return wish.steps
    return min(math.ceil(usual * wish.effort), MAX_STEPS)


def _request(wish: Wish, engine: Engine) -> Request:
    return Request(
        prompt=wish.prompt,
        negative=wish.negative,
        takes=wish.takes,
        seed=wish.seed,
        steps=_steps(wish, engine.pack.manifest.sampler.steps),
        guidance={name or engine.prompt_guidance: value for name, value in wish.guidance.items()},
        cues=None if wish.cues is None else CueSheet.from_json(dict(wish.cues), "The cue sheet"),
        # The engine checks them.
        stems=cast("tuple[Stem, ...]", wish.stems),
        prompts=cast("Mapping[Stem, str]", wish.prompts),
        negatives=cast("Mapping[Stem, str]", wish.negatives),
        levels=cast("Mapping[Stem, float]", wish.levels),
    )

"""Makes what a plan says, clip by clip, and can be stopped and started again at any time."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.batch.plan import identified, steps_of
from engine.errors import CancelledError, LumiphoneError, OutputError
from engine.inspection import read_sidecar
from engine.progress import part_done
from engine.take_folder import writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.batch.index import JobIndex
    from engine.batch.plan import Job, Plan
    from engine.delivery import Delivery
    from engine.pipeline import Engine
    from engine.progress import Cancelled, Progress


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a clip ended.

    Attributes:
        job: The clip.
        made: Its new takes, as :meth:`Delivery.deliver` says them.
        warnings: What may be wrong with them.
        why: It failed, if it did.
    """

    job: Job
    made: tuple[dict[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()
    why: str = ""


class BatchRun:
    """One run over a plan.

    Args:
        engine: Makes the takes; it should remember at least one observation.
        plan: What to make.
        delivery: In which forms, and where.
        index: Kept up to date, after each clip.
    """

    def __init__(self, engine: Engine, plan: Plan, delivery: Delivery, index: JobIndex) -> None:
        self._engine = engine
        self._plan = plan
        self._delivery = delivery
        self._index = index

    def run(
        self, progress: Progress, cancelled: Cancelled, on_clip: Callable[[int, Outcome], None]
    ) -> list[Outcome]:
        """Make what is not there yet; a clip that fails is noted, and the next one's turn comes.

        Args:
            progress: Told the clip and how much of the whole run is done.
            cancelled: Whether to stop.
            on_clip: Told the number of each clip, from 1, and how it ended.

        Raises:
            OutputError: Results cannot be written.
            CancelledError: ``cancelled`` returned True; finished takes stay.
        """
        with writing(self._delivery.root):
            self._delivery.root.mkdir(parents=True, exist_ok=True)
        for job in self._plan.jobs:
            self._note(job)
        self._index.write()
        outcomes, done = [], 0.0
        for number, job in enumerate(self._plan.jobs, 1):
            tell = self._teller(progress, number, job, done)
            outcome = self._outcome(job, tell, cancelled)
            outcomes.append(outcome)
            on_clip(number, outcome)
            done += float(job.to_make)
        return outcomes

    def _teller(
        self, progress: Progress, number: int, job: Job, done: float
    ) -> Callable[[int, str, float], None]:
        label = f"{number} of {len(self._plan.jobs)}, {job.clip.path.name}"[:24]
        whole, length = float(self._plan.to_make) or 1.0, float(job.duration)

        def tell(take: int, stage: str, part: float) -> None:
            progress(label, (done + length * (take + part_done(stage, part))) / whole)

        return tell

    def _outcome(
        self, job: Job, tell: Callable[[int, str, float], None], cancelled: Cancelled
    ) -> Outcome:
        if job.source is None or not job.missing:
            return Outcome(job, why=job.obstacle)
        made: list[dict[str, Any]] = []
        warnings: dict[str, None] = {}
        why = ""
        try:
            job = identified(job, cancelled)
            for place, seed in enumerate(job.missing):
                begun = time.perf_counter()

                def at(stage: str, part: float, place: int = place) -> None:
                    tell(place, stage, part)

                entry = self._make(job, seed, at, cancelled)
                made += entry["takes"]
                warnings |= dict.fromkeys(entry["warnings"])
                self._learn(job, time.perf_counter() - begun)
        except (CancelledError, OutputError):
            raise
        except LumiphoneError as error:
            why = str(error)
        finally:
            self._note(job, made, why)
            self._index.write()
        return Outcome(job, tuple(made), tuple(warnings), why)

    def _make(
        self, job: Job, seed: int, progress: Progress, cancelled: Cancelled
    ) -> dict[str, Any]:
        if job.source is None:
            raise AssertionError  # nothing is missing of what cannot be used
        delivery = replace(self._delivery, root=self._delivery.root / job.clip.place)
        request = replace(job.request, takes=1, seed=seed)
        return delivery.deliver(self._engine, job.source, request, progress, cancelled)

    def _learn(self, job: Job, seconds: float) -> None:
        steps = steps_of(self._engine, job.request)
        self._index.learn(steps, float(job.duration), seconds)

    def _note(self, job: Job, made: list[dict[str, Any]] | None = None, why: str = "") -> None:
        takes = [self._index.take_entry(take.sidecar, take.facts) for take in job.done]
        takes += [self._entry(Path(take["sidecar"])) for take in made or ()]
        self._index.put(job, takes, why)

    def _entry(self, sidecar: Path) -> dict[str, Any]:
        return self._index.take_entry(sidecar, read_sidecar(sidecar) or {})

"""What a job comes to: which takes of which clips are still to be made."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.batch.found import Inventory
from engine.errors import CancelledError, LumiphoneError
from engine.inference.guidance import guidance_values
from engine.media.reader import open_clip
from engine.packs.manifest import MANIFEST_NAME
from engine.packs.verify import measure
from engine.prompt_sheet import names_of
from engine.source import Source, sum_of
from engine.span import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.batch.clips import BatchClip
    from engine.batch.found import FoundTake
    from engine.batch.index import JobIndex
    from engine.delivery import Delivery
    from engine.pipeline import Engine
    from engine.progress import Cancelled, Progress
    from engine.prompt_sheet import PromptSheet
    from engine.request import Request

_SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class Job:
    """One clip and what is wanted of it.

    Attributes:
        clip: The clip in the job.
        source: The whole clip; None if it cannot be used. Without a sum where nobody needed it yet.
        request: What to hear.
        done: Takes that are there.
        missing: Seeds of those that are not.
        obstacle: Why it cannot be sounded; empty if it can.
    """

    clip: BatchClip
    source: Source | None
    request: Request
    done: tuple[FoundTake, ...] = ()
    missing: tuple[int, ...] = ()
    obstacle: str = ""

    @property
    def duration(self) -> Fraction:
        """Seconds of the clip; 0 if it cannot be used."""
        return self.source.span.duration if self.source else Fraction(0)

    @property
    def to_make(self) -> Fraction:
        """Seconds of sound that are still to be made."""
        return self.duration * len(self.missing)

    @property
    def names(self) -> tuple[str, ...]:
        """What a person may call the clip in a file of prompts."""
        return names_of(self.clip.path, self.clip.key)


@dataclass(frozen=True, slots=True)
class Plan:
    """All jobs, in order."""

    jobs: tuple[Job, ...]

    @property
    def to_make(self) -> Fraction:
        """Seconds of sound that are still to be made."""
        return sum((job.to_make for job in self.jobs), Fraction(0))

    @property
    def missing(self) -> int:
        """Takes that are still to be made."""
        return sum(len(job.missing) for job in self.jobs)

    @property
    def done(self) -> int:
        """Takes that are there."""
        return sum(len(job.done) for job in self.jobs)

    def to_json(self, estimate: float | None) -> dict[str, Any]:
        """Return what is shown to a program.

        Args:
            estimate: Seconds that the rest takes; None if that is not known.
        """
        return {
            "clips": [_job_to_json(job) for job in self.jobs],
            "takes_to_make": self.missing,
            "takes_there": self.done,
            "seconds_to_make": round(float(self.to_make), 3),
            "estimate": None if estimate is None else round(estimate, 1),
        }


def _job_to_json(job: Job) -> dict[str, Any]:
    return {
        "clip": job.clip.key,
        "path": str(job.clip.path),
        "seconds": round(float(job.duration), 3),
        "prompt": job.request.prompt,
        "takes_to_make": len(job.missing),
        "takes_there": len(job.done),
        "obstacle": job.obstacle,
    }


def identified(job: Job, cancelled: Cancelled) -> Job:
    """Return a job whose file's sum is known.

    Raises:
        MediaError: The file cannot be read.
        CancelledError: ``cancelled`` returned True.
    """
    if job.source is None or job.source.sha256:
        return job
    sum_ = sum_of(job.clip.path, cancelled)
    return replace(job, source=replace(job.source, sha256=sum_))


def steps_of(engine: Engine, request: Request) -> int:
    """Return how often the sampler steps in a take, in all stems; its pace follows from that."""
    steps = request.steps or engine.pack.manifest.sampler.steps
    return steps * len(engine.stems(request))


class Planner:
    """Looks at clips and at what is there.

    Args:
        engine: Will make the takes.
        request: What to hear, and how many takes.
        prompts: What to hear in clips that it names.
        delivery: In which forms, and where.
        index: Of the job's earlier runs.
    """

    def __init__(
        self,
        engine: Engine,
        request: Request,
        prompts: PromptSheet,
        delivery: Delivery,
        index: JobIndex,
    ) -> None:
        self._engine = engine
        self._request = request
        self._prompts = prompts
        self._delivery = delivery
        self._index = index
        self._inventory = Inventory(delivery.root)
        self._pack = measure(engine.pack.folder / MANIFEST_NAME).sha256

    def plan(self, clips: Sequence[BatchClip], progress: Progress, cancelled: Cancelled) -> Plan:
        """Look at every clip; one that cannot be used says why, and stops nothing.

        Raises:
            CancelledError: ``cancelled`` returned True.
        """
        jobs = []
        for number, clip in enumerate(clips):
            if cancelled():
                raise CancelledError
            progress("looking at the clips", number / len(clips))
            jobs.append(self._job(clip, cancelled))
        return Plan(tuple(jobs))

    def _job(self, clip: BatchClip, cancelled: Cancelled) -> Job:
        # By its name, so that clips which come later change nobody's.
        first = (self._index.seed + zlib.crc32(clip.key.encode(errors="replace"))) % _SEEDS
        wish = replace(self._request, seed=first)
        bare = Job(clip, None, wish)
        wish = self._prompts.wish(wish, bare.names)
        try:
            media = open_clip(clip.path)
            span = Span(clip.path, media.rate, media.frames)
            self._engine.check(wish, span)
            source = Source(media, span, self._sum(clip, wish, cancelled))
        except LumiphoneError as error:
            if isinstance(error, CancelledError):
                raise
            return replace(bare, request=wish, obstacle=str(error))
        wanted = self._wanted(source, wish)
        video = self._delivery.codec is not None
        found = {seed: self._inventory.find(seed, wanted, video=video) for seed in wish.seeds()}
        return Job(
            clip,
            source,
            wish,
            tuple(take for take in found.values() if take),
            tuple(seed for seed, take in found.items() if not take),
        )

    def _sum(self, clip: BatchClip, wish: Request, cancelled: Cancelled) -> str:
        """The file's sum, where there are takes that may be of it.

        Large files are not read before it must be, and not again that an earlier run has read.
        """
        known = self._index.sum_of(clip)
        return known or (sum_of(clip.path, cancelled) if self._inventory.has(wish.seeds()) else "")

    def _stems(self, wish: Request) -> dict[str, dict[str, Any]]:
        """What the sidecar of a take says of its stems, all of them."""
        levels = self._engine.pack.manifest.levels
        return {
            stem: {
                "prompt": wish.prompts.get(stem),
                "negative": wish.negatives.get(stem),
                "level": wish.levels.get(stem, levels.get(stem, 0.0)),
            }
            for stem in self._engine.stems(wish)
        }

    def _wanted(self, source: Source, wish: Request) -> dict[str, Any]:
        """What the sidecar of a take says that is the one wanted."""
        manifest = self._engine.pack.manifest
        return {
            "clip": {"sha256": source.sha256},
            "span": {"rate": str(source.span.rate), "frames": source.span.frames},
            "prompt": wish.prompt,
            "negative": wish.negative,
            "steps": wish.steps or manifest.sampler.steps,
            "guidance": guidance_values(manifest.sampler, wish.guidance),
            "pack": {"sha256": self._pack},
            "stems": self._stems(wish),
            "cues": "from the pictures",
            "wav_format": self._delivery.sound.wav_format,
            "loudness_target": self._delivery.sound.target,
        }

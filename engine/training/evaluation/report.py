"""All figures of one evaluation, and their summary."""

from __future__ import annotations

import os
import resource
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import __version__
from engine.packs.manifest import MANIFEST_NAME
from engine.packs.verify import measure
from engine.training.evaluation.bench import SECONDS
from engine.training.evaluation.binding import measure_binding
from engine.training.evaluation.buzz import measure_buzz
from engine.training.evaluation.collection import collect
from engine.training.evaluation.following import measure_following
from engine.training.evaluation.realism import measure_realism
from engine.training.evaluation.refusal import measure_refusals
from engine.training.evaluation.variety import measure_variety
from engine.training.evaluation.yamnet_package import YAMNET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.training.evaluation.bench import Bench
    from engine.training.evaluation.binding import PromptBinding
    from engine.training.evaluation.buzz import Buzz
    from engine.training.evaluation.following import Following
    from engine.training.evaluation.realism import Realism
    from engine.training.evaluation.refusal import RefusalTrial
    from engine.training.evaluation.subject import Subject, TakeFacts
    from engine.training.evaluation.variety import Variety


@dataclass(frozen=True, slots=True)
class TakeLevels:
    """Levels over all takes.

    Attributes:
        takes: How many.
        highest_peak_db: Highest true peak, dBTP.
        median_rms_db: Median level, dBFS.
        largest_offset: Largest DC, full scale 1.
        clipped_takes: Takes with a sample at full scale.
        mean_silence: Mean share of 50 ms blocks under -60 dBFS.
        silent_takes: Takes that are silent throughout.
    """

    takes: int
    highest_peak_db: float
    median_rms_db: float
    largest_offset: float
    clipped_takes: int
    mean_silence: float
    silent_takes: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What takes of 8 s cost.

    Attributes:
        cold_seconds: The first, loading the graphs included.
        warm_seconds: Median of the others.
        peak_memory: Of this process, YAMNet and torch included, in bytes.
        device: Where the graphs ran.
        cores: CPU cores this process may use.
    """

    cold_seconds: float
    warm_seconds: float
    peak_memory: int
    device: str
    cores: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything measured.

    Attributes:
        about: What was evaluated, when and how.
        binding: Per prompt.
        refusals: Per trial.
        following: Per kind of sound.
        variety: Distances between takes.
        realism: Frechet distances; None if the bank holds out too little.
        buzz: Repetition at the latent rate; None without prompts that go on by themselves.
        levels: Of all takes.
        cost: Of a take.
    """

    about: dict[str, Any]
    binding: tuple[PromptBinding, ...]
    refusals: tuple[RefusalTrial, ...]
    following: tuple[Following, ...]
    variety: Variety
    realism: Realism | None
    buzz: Buzz | None
    levels: TakeLevels
    cost: Cost

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain JSON values."""
        return asdict(self)


def evaluate(bench: Bench) -> Report:
    """Measure everything.

    Raises:
        LumiphoneError: A graph failed, or the bank lacks recordings.
    """
    collection = collect(bench)
    refusals = measure_refusals(bench)
    followed = measure_following(bench)
    varied = measure_variety(bench, collection)
    return Report(
        _about(bench),
        measure_binding(collection),
        refusals,
        followed,
        varied,
        measure_realism(bench, collection),
        measure_buzz(collection, bench.subject.pack.manifest.audio.hop),
        summed_levels(bench.subject.facts),
        _cost(bench.subject),
    )


def summed_levels(facts: Sequence[TakeFacts]) -> TakeLevels:
    """Return the levels over all takes, at least one."""
    levels = [fact.levels for fact in facts]
    return TakeLevels(
        takes=len(levels),
        highest_peak_db=max(each.peak_db for each in levels),
        median_rms_db=float(np.median([each.rms_db for each in levels])),
        largest_offset=max(abs(each.offset) for each in levels),
        clipped_takes=sum(each.clipped > 0 for each in levels),
        mean_silence=float(np.mean([each.silence for each in levels])),
        silent_takes=sum(each.silence == 1 for each in levels),
    )


def _cost(subject: Subject) -> Cost:
    seconds = [fact.seconds for fact in subject.facts]
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
    return Cost(
        cold_seconds=seconds[0],
        warm_seconds=float(np.median(seconds[1:])),
        peak_memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
        device=subject.device,
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0,
    )


def _about(bench: Bench) -> dict[str, Any]:
    pack, plan = bench.subject.pack, bench.plan
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "engine": __version__,
        "pack": pack.manifest.id,
        "pack_sha256": measure(pack.folder / MANIFEST_NAME).sha256,
        "method": pack.manifest.sampler.method,
        "steps": pack.manifest.sampler.steps,
        "guidance": dict(pack.manifest.sampler.guidance),
        "seconds": SECONDS,
        "prompts": len(plan.prompts),
        "takes_per_prompt": plan.takes,
        "refusal_trials": 2 * len(plan.pairs),
        "cue_sheets": plan.sheets,
        "judge": f"YAMNet from {YAMNET.package} {YAMNET.version}",
    }

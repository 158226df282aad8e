"""All figures of one evaluation, and their summary."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Mapping  # noqa: TC003 - read back by its annotation
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

import engine
from engine.codec import decode
from engine.packs.manifest import MANIFEST_NAME
from engine.packs.verify import measure
from engine.training.evaluation.bench import SECONDS
from engine.training.evaluation.end_to_end import SceneFigures
from engine.training.evaluation.following import CueFigures
from engine.training.evaluation.parts import PartRecord, PromptFigures, measure_parts
from engine.training.evaluation.pictured import PicturedFigures
from engine.training.evaluation.refusal import RefusalFigures
from engine.training.evaluation.settings import SettingFigures
from engine.training.evaluation.stems import StemFigures
from engine.training.evaluation.yamnet_package import YAMNET

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from engine.training.evaluation.bench import Bench
    from engine.training.evaluation.subject import TakeFacts

_Kind = TypeVar("_Kind")


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
    """What takes of 8 s cost, all their usual stems.

    Attributes:
        cold_seconds: The first, loading the graphs included.
        warm_seconds: Median of the others that were drawn as the pack says.
        peak_memory: Of this process, YAMNet and torch included, in bytes.
        pack_bytes: All files of the pack.
        device: Where the graphs ran.
        cores: CPU cores this process may use.
    """

    cold_seconds: float
    warm_seconds: float
    peak_memory: int
    pack_bytes: int
    device: str
    cores: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything measured; a part that was not is None.

    Attributes:
        about: What was evaluated, when and how.
        scenes: From pictures to sound on held-out clips.
        cues: Sounds against cue sheets.
        prompts: What the prompts give.
        refusals: What negative prompts take away.
        pictured: Takes of pictures without words.
        settings: Steps, solver and guidance.
        stems: The stems, if the pack makes several.
        levels: Of all takes.
        cost: Of a take.
    """

    about: Mapping[str, Any]
    scenes: SceneFigures | None
    cues: CueFigures | None
    prompts: PromptFigures | None
    refusals: RefusalFigures | None
    pictured: PicturedFigures | None
    settings: SettingFigures | None
    stems: StemFigures | None
    levels: TakeLevels
    cost: Cost

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Report:
        """Read what :meth:`to_json` gave.

        Raises:
            FieldError: Anything else.
        """
        return decode(cls, data)


def evaluate(bench: Bench, parts: Collection[str], work: Path | None = None) -> Report:
    """Measure parts of everything; see :func:`engine.training.evaluation.parts.measure_parts`.

    Raises:
        LumiphoneError: A graph failed, or the bank lacks recordings.
    """
    records = measure_parts(bench, parts, work)
    facts = [fact for record in records.values() for fact in record.facts]
    return Report(
        _about(bench),
        scenes=_figures(records, "scenes", SceneFigures),
        cues=_figures(records, "cues", CueFigures),
        prompts=_figures(records, "prompts", PromptFigures),
        refusals=_figures(records, "refusals", RefusalFigures),
        pictured=_figures(records, "pictured", PicturedFigures),
        settings=_figures(records, "settings", SettingFigures),
        stems=_figures(records, "stems", StemFigures),
        levels=summed_levels(facts),
        cost=_cost(bench, facts),
    )


def _figures(records: Mapping[str, PartRecord], name: str, kind: type[_Kind]) -> _Kind | None:
    record = records.get(name)
    return record.figures if record and isinstance(record.figures, kind) else None


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


def _cost(bench: Bench, facts: Sequence[TakeFacts]) -> Cost:
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
    manifest = bench.subject.pack.manifest
    return Cost(
        cold_seconds=facts[0].seconds,
        warm_seconds=_median(fact.seconds for fact in facts[1:] if fact.usual),
        peak_memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
        pack_bytes=sum(file.bytes for file in manifest.files.values()),
        device=bench.subject.device,
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0,
    )


def _median(values: Iterable[float]) -> float:
    known = list(values)
    return float(np.median(known)) if known else 0.0


def _about(bench: Bench) -> dict[str, Any]:
    pack = bench.subject.pack
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "engine": engine.__version__,
        "commit": _commit(),
        "pack": pack.manifest.id,
        "pack_sha256": measure(pack.folder / MANIFEST_NAME).sha256,
        "method": pack.manifest.sampler.method,
        "steps": pack.manifest.sampler.steps,
        "guidance": dict(pack.manifest.sampler.guidance),
        "seconds": SECONDS,
        "judge": f"YAMNet from {YAMNET.package} {YAMNET.version}",
    }


def _commit() -> str:
    """The checkout's commit; "-" outside one."""
    root = Path(engine.__file__).parents[1]
    try:
        asked = subprocess.run(
            ["git", "-C", root, "rev-parse", "--short=12", "HEAD"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "-"
    return asked.stdout.strip()

"""Two takes in a fresh process, measured: ``python -m engine.measured_run JOB FOLDER``.

JOB is {"clip", "pack", "device", "started"}; what is measured is the last line on stdout.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.delivery import Delivery
from engine.media.reader import never
from engine.pipeline import Engine
from engine.progress import unheard
from engine.request import Request
from engine.source import Source


@dataclass(frozen=True, slots=True)
class Run:
    """One take from file to files.

    Attributes:
        total: Seconds from the start (cold: of the process) to the last file written.
        stages: Seconds per stage; in a cold run each includes the loading of its graph.
    """

    total: float
    stages: dict[str, float]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured.

    Attributes:
        clip_seconds: Length of the clip.
        clip_size: Its width and height.
        pack: Id of the pack.
        steps: Of the sampler.
        stems: That a take has.
        device: "cpu" or "cuda".
        cores: Processor cores that the process may use.
        cold: First take of a fresh process.
        warm: Second take of the same process.
        peak_bytes: Most memory the process had resident; None where the system does not say.
    """

    clip_seconds: float
    clip_size: tuple[int, int]
    pack: str
    steps: int
    stems: tuple[str, ...]
    device: str
    cores: int
    cold: Run
    warm: Run
    peak_bytes: int | None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def run(job: dict[str, Any], folder: Path) -> Figures:
    """Make two takes in this process and return what they cost."""
    engine = Engine.load(job["pack"], device=job["device"])
    request = Request(prompt=job["prompt"], seed=1)
    runs, began = [], job["started"]
    for _ in ("cold", "warm"):
        engine.stopwatch.seconds.clear()
        source = Source.open(Path(job["clip"]))
        Delivery(folder).deliver(engine, source, request, unheard, never)
        runs.append(Run(time.time() - began, dict(engine.stopwatch.seconds)))
        began = time.time()
    return Figures(
        clip_seconds=float(source.span.duration),
        clip_size=(source.clip.width, source.clip.height),
        pack=engine.pack.manifest.id,
        steps=engine.pack.manifest.sampler.steps,
        stems=engine.stems(request),
        device=engine.device,
        cores=len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1,
        cold=runs[0],
        warm=runs[1],
        peak_bytes=_peak_bytes(),
    )


def _peak_bytes() -> int | None:
    if sys.platform == "win32":
        return None
    status = Path("/proc/self/status")
    if status.exists():  # Linux, where getrusage also counts the program that started this one
        lines = status.read_text("ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    import resource  # noqa: PLC0415 - Windows has none

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    figures = run(json.loads(sys.argv[1]), Path(sys.argv[2]))
    sys.stdout.write(json.dumps(figures.to_json()) + "\n")

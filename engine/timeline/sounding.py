"""Makes what a plan says, and can be stopped and started again at any time.

Beside each sound lies a sidecar that is written last and holds the sum of everything the sound
depends on. Where it is there and its sum is still right, the sound is not made again. Sounds do not
depend on what else is chosen or made, so several processes can share one plan.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.media.bwf import BroadcastInfo, write_bwf
from engine.packs.manifest import MANIFEST_NAME
from engine.packs.verify import measure
from engine.progress import part_done
from engine.prompt_sheet import PromptSheet
from engine.provenance import portable
from engine.request import MAX_SEED
from engine.source import Source, sum_of
from engine.take_folder import write_json, writing
from engine.timeline.fades import faded
from engine.timeline.index import ResultIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from engine.packs.manifest import Stem
    from engine.pipeline import Engine
    from engine.progress import Cancelled, Progress
    from engine.request import Request
    from engine.takes import Take
    from engine.timeline.plan import Job, Plan

SOUNDS = "sounds"
NO_PROMPTS = PromptSheet()


@dataclass(frozen=True, slots=True)
class Result:
    """A sound that is there.

    Attributes:
        job: What it was made for.
        wav: The Broadcast Wave file.
        sidecar: Everything needed to make it again.
        seed: Of its noise.
        samples: Its length.
        sample_rate: Samples per second.
        warnings: What may be wrong with it.
        fresh: Whether this run made it.
    """

    job: Job
    wav: Path
    sidecar: Path
    seed: int
    samples: int
    sample_rate: int
    warnings: tuple[str, ...]
    fresh: bool

    def to_json(self) -> dict[str, Any]:
        """Return the index's entry."""
        return {
            "number": self.job.number,
            "name": self.job.placed.name,
            "track": self.job.track,
            "stem": self.job.stem,
            "wav": f"{SOUNDS}/{self.wav.name}",
            "sidecar": f"{SOUNDS}/{self.sidecar.name}",
            "seed": self.seed,
            "samples": self.samples,
            "sample_rate": self.sample_rate,
            "warnings": list(self.warnings),
        }


class Sounding:
    """One run over a plan.

    Args:
        engine: Makes the sounds.
        plan: What to make.
        request: What to hear; its seed is the first clip's, the next ones count up from it.
        folder: Where everything goes.
        prompts: What to hear in clips that it names.
        alone: Whether no other run writes to the folder now; else the index is left to the run
            that comes after all.
    """

    def __init__(
        self,
        engine: Engine,
        plan: Plan,
        request: Request,
        folder: Path,
        *,
        prompts: PromptSheet = NO_PROMPTS,
        alone: bool = True,
    ) -> None:
        self._engine = engine
        self._plan = plan
        self._request = request
        self._folder = folder
        self._prompts = prompts
        self._alone = alone
        self._index = ResultIndex(folder, request.seed)
        self._sums: dict[Path, str] = {}
        self._kept: tuple[int, Take] | None = None  # the last clip's, for its other stems
        self._pack = measure(engine.pack.folder / MANIFEST_NAME).sha256

    @property
    def index(self) -> Path:
        """Where the index of results lies."""
        return self._index.path

    @property
    def seed(self) -> int:
        """The first clip's; what was begun in the folder goes on with the same."""
        return self._index.seed

    def run(
        self,
        progress: Progress,
        cancelled: Cancelled,
        on_result: Callable[[Result], None] = lambda _result: None,
    ) -> list[Result]:
        """Make what is not there yet, and return all results in the plan's order.

        Raises:
            LumiphoneError: Whatever went wrong; finished sounds stay, nothing else does.
        """
        sounds = self._folder / SOUNDS
        with writing(sounds):
            sounds.mkdir(parents=True, exist_ok=True)
        self._write_index()  # so that a run that is stopped at once goes on with the same seed
        results: list[Result] = []
        for job, tell in self._jobs(progress):
            result = self._found(job) or self._made(job, tell, cancelled)
            results.append(result)
            self._index.add(result.to_json())
            self._write_index()
            on_result(result)
        return results

    def _write_index(self) -> None:
        if self._alone:
            self._index.write()

    def _jobs(self, progress: Progress) -> Iterator[tuple[Job, Progress]]:
        """Each job, and whom to tell how far it is so that the whole run is told."""
        done = Fraction(0)
        for number, job in enumerate(self._plan.jobs, 1):
            yield job, self._teller(progress, number, job, done)
            done += job.span.duration

    def _teller(self, progress: Progress, number: int, job: Job, done: Fraction) -> Progress:
        label = f"{number} of {len(self._plan.jobs)}, {job.placed.name}"[:24]
        start, length = (float(x / self._plan.duration) for x in (done, job.span.duration))

        def tell(stage: str, part: float) -> None:
            progress(label, start + length * part_done(stage, part))

        return tell

    def _wish(self, job: Job) -> Request:
        seed = (self.seed + job.number - 1) % (MAX_SEED + 1)
        wish = replace(self._request, takes=1, seed=seed, stems=self._stems(job))
        return self._prompts.wish(wish, job.names)

    def _stems(self, job: Job) -> tuple[Stem, ...]:
        """The stems that are made together with this one; they share one gain."""
        jobs = self._plan.jobs
        return tuple(other.stem for other in jobs if other.number == job.number and other.stem)

    def _take(self, job: Job, progress: Progress, cancelled: Cancelled) -> Take:
        """The clip's take, of which each of its jobs writes one stem."""
        if self._kept is None or self._kept[0] != job.number:
            path = job.clip.path
            if path not in self._sums:
                self._sums[path] = sum_of(path, cancelled)
            source = Source(job.clip, job.span, self._sums[path], job.placed.name)
            (take,) = self._engine.takes(source, self._wish(job), progress, cancelled)
            self._kept = (job.number, take)
        return self._kept[1]

    def _digest(self, job: Job) -> str:
        """The sum of everything that the sound depends on, wherever its files lie."""
        media = job.clip.path.stat()
        plain = {
            # Not all file systems of a farm count nanoseconds.
            "media": [job.clip.path.name, media.st_size, media.st_mtime_ns // 1000],
            "span": [str(x) for x in (job.span.rate, job.span.frames, job.span.media_start)],
            "speed": str(job.span.speed),
            "place": [self._plan.edit.start, job.first, self._plan.edit.drop_frame],
            "fades": [job.placed.fade_in, job.placed.fade_out],
            "request": asdict(self._wish(job)),
            "stem": job.stem,
            "pack": self._pack,
        }
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()

    def _paths(self, job: Job) -> tuple[Path, Path]:
        wav = self._folder / SOUNDS / f"{job.name}.wav"
        return wav, wav.with_suffix(".json")

    def _found(self, job: Job) -> Result | None:
        wav, sidecar = self._paths(job)
        try:
            known = json.loads(sidecar.read_text("utf-8"))
            right = known["timeline"]["digest"] == self._digest(job)
            whole = wav.stat().st_size == known["timeline"]["bytes"]
            if not (right and whole):
                return None
            return self._result(job, known, fresh=False)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _result(self, job: Job, known: dict[str, Any], *, fresh: bool) -> Result:
        return Result(
            job,
            *self._paths(job),
            seed=int(known["seed"]),
            samples=int(known["samples"]),
            sample_rate=int(known["sample_rate"]),
            warnings=tuple(known["timeline"]["warnings"]),
            fresh=fresh,
        )

    def _made(self, job: Job, progress: Progress, cancelled: Cancelled) -> Result:
        wav, sidecar = self._paths(job)
        sidecar.unlink(missing_ok=True)  # while the sound changes, nothing says that it is whole
        digest = self._digest(job)
        take = self._take(job, progress, cancelled)
        self._write(take, job, wav)
        timeline = {
            "digest": digest,
            "bytes": wav.stat().st_size,
            "number": job.number,
            "first": job.first,
            "handles": [job.before, job.after],
            "fades": [job.placed.fade_in, job.placed.fade_out],
            "warnings": list(take.observation.warnings),
        }
        data = take.to_json() | {"wav": wav.name, "stem": job.stem, "timeline": timeline}
        write_json(sidecar, data)
        return self._result(job, data, fresh=True)

    def _write(self, take: Take, job: Job, wav: Path) -> None:
        edit, placed = self._plan.edit, job.placed
        sound = take.stems[job.stem] if job.stem else take.samples
        samples = faded(sound, take.sample_rate, edit.rate, placed.fade_in, placed.fade_out)
        made = take.provenance
        heard = made.stems[job.stem].heard if job.stem else made.heard
        info = BroadcastInfo(
            description=heard or placed.name,
            start=(edit.start + job.first) / edit.rate,
            rate=edit.rate,
            drop_frame=edit.drop_frame,
            project=edit.name,
            scene=placed.name,
            tape=job.clip.path.stem,
            provenance=portable(take.to_json()),
        )
        write_bwf(wav, samples, take.sample_rate, info)

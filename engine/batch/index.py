"""A job's results: ``index.json`` for programs, ``index.txt`` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.job_file import INDEX, READABLE, kept_seed, read_index, write_lines
from engine.take_folder import write_json

if TYPE_CHECKING:
    from pathlib import Path

    from engine.batch.clips import BatchClip
    from engine.batch.plan import Job

_SCHEMA = 1
_PACE = ("steps", "sound", "seconds")
_LONGEST = 1e12  # seconds; a greater figure is no pace, nor is NaN, which JSON from Python can hold
_WORDS = {"done": "done", "waiting": "not yet", "failed": "FAILED"}


class JobIndex:
    """The results of all runs into one folder.

    Args:
        folder: Where it lies; what an earlier run wrote there is taken over.
        seed: That all clips' seeds follow from; None: the earlier run's, or a new one.

    Attributes:
        path: The file for programs.
        readable: The file for people.
        seed: That all clips' seeds follow from.
    """

    def __init__(self, folder: Path, seed: int | None = None) -> None:
        self.path, self.readable = folder / INDEX, folder / READABLE
        self._folder = folder
        known = read_index(self.path)
        self.seed = kept_seed(known, seed)
        self._pace = _known_pace(known.get("pace"))
        entries = known.get("clips")
        self._entries: dict[str, dict[str, Any]] = {
            str(entry["clip"]): entry
            for entry in (entries if isinstance(entries, list) else ())
            if isinstance(entry, dict) and _can_be_shown(entry)
        }

    def sum_of(self, clip: BatchClip) -> str:
        """Return the SHA-256 of a file that is as an earlier run found it; empty if unknown."""
        entry = self._entries.get(clip.key, {})
        return str(entry.get("sha256") or "") if entry.get("file") == _stamp(clip.path) else ""

    def pace(self, steps: int) -> float | None:
        """Return seconds per second of sound with so many steps, as this job had it before."""
        pace = self._pace
        if pace.get("steps") != steps or not pace.get("sound"):
            return None
        return pace["seconds"] / pace["sound"]

    def learn(self, steps: int, sound: float, seconds: float) -> None:
        """Take note of how long it took to make some seconds of sound."""
        if self._pace.get("steps") != steps:
            self._pace = {"steps": steps, "sound": 0.0, "seconds": 0.0}
        self._pace["sound"] += sound
        self._pace["seconds"] += seconds

    def put(self, job: Job, takes: list[dict[str, Any]], why: str = "") -> None:
        """Say how far a clip is.

        Args:
            job: The clip.
            takes: Its takes that are there, in the form of :func:`take_entry`.
            why: It failed, if it did.
        """
        failed = bool(why or job.obstacle)
        done = len(takes) == len(job.request.seeds())
        self._entries[job.clip.key] = {
            "clip": job.clip.key,
            "path": str(job.clip.path.absolute()),
            "file": _stamp(job.clip.path),
            "sha256": job.source.sha256 if job.source else None,
            "seconds": round(float(job.duration), 3),
            "state": "failed" if failed else "done" if done else "waiting",
            "why": why or job.obstacle,
            "prompt": job.request.prompt,
            "takes": takes,
        }

    def take_entry(self, sidecar: Path, facts: dict[str, Any]) -> dict[str, Any]:
        """Return what the index says of a take; paths count from the job's folder."""

        def place(name: object) -> str | None:
            file = sidecar.with_name(str(name))
            return file.relative_to(self._folder).as_posix() if name else None

        return {
            "seed": facts["seed"],
            "wav": place(facts["wav"]),
            "stems": {
                name: place(stem["wav"]) for name, stem in facts["stems"].items() if "wav" in stem
            },
            "video": place(facts.get("video")),
            "sidecar": place(sidecar.name),
            "heard": facts.get("prompt") or facts.get("suggested_prompt") or "",
        }

    def write(self) -> None:
        """Write both files, each whole or not at all.

        Raises:
            OutputError: They cannot be written.
        """
        entries = list(self._entries.values())
        data = {"schema": _SCHEMA, "seed": self.seed, "pace": self._pace, "clips": entries}
        write_json(self.path, data)
        write_lines(self.readable, _lines(entries))


def _known_pace(found: object) -> dict[str, float]:
    """The pace that an index states; empty (not known) if its figures are none."""
    if not isinstance(found, dict):
        return {}
    figures = {
        name: figure
        for name in _PACE
        if isinstance(figure := found.get(name), int | float) and 0 <= figure <= _LONGEST
    }
    return figures if len(figures) == len(_PACE) else {}


def _stamp(path: Path) -> list[int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns // 1000]


def _can_be_shown(entry: dict[str, Any]) -> bool:
    """Whether an entry has what this module writes; one changed by hand is made anew instead."""
    try:
        _lines([entry])
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
    return True


def _lines(entries: list[dict[str, Any]]) -> list[str]:
    lines = []
    for entry in entries:
        state = _WORDS.get(entry.get("state", ""), "?")
        lines.append(f"{state:<8}{entry['clip']}  ({entry.get('seconds', 0):.1f} s)")
        if entry.get("why"):
            lines.append(f"        {entry['why']}")
        lines += [
            f"        {take['wav']}  seed {take['seed']}  {take['heard']}".rstrip()
            for take in entry.get("takes", ())
        ]
    states = [entry.get("state") for entry in entries]
    counts = (f"{states.count(state)} {word.lower()}" for state, word in _WORDS.items())
    return [f"{len(entries)} clips: {', '.join(counts)}", "", *lines]

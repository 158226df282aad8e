"""Building the bank: every described file decoded, checked, appended; resumable at any moment."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.training.bank.licences import Licences
from engine.training.bank.procedural import LICENCE, PACKAGE, VERSION
from engine.training.bank.recording import (
    SAMPLE_RATE,
    Recording,
    UnusableRecordingError,
    cleaned,
    read_recording,
)
from engine.training.bank.store import AUDIO, INDEX, Entry, Split, assign_splits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from engine.training.bank.packages import UnpackedPackage
    from engine.training.bank.procedural import Procedure
    from engine.training.bank.table import Description, Table

MUSIC_SHARE = 0.25
_MUSIC_SECONDS = (10.0, 60.0)  # per piece, whatever the share
_MUSIC_START = 0.3  # pieces begin and end thinly
_DROPPED = "dropped.jsonl"


@dataclass(frozen=True, slots=True)
class Source:
    """One sound that is to enter the bank.

    Attributes:
        package: Debian package, or "procedural".
        version: Its version.
        path: Installed path, or the procedural sound's name.
        licence: Short name of the licence.
        description: What it is.
        read: Makes the recording; takes the greatest length in seconds (None: all of it).
    """

    package: str
    version: str
    path: str
    licence: str
    description: Description
    read: Callable[[float | None], Recording]

    @property
    def key(self) -> str:
        """Unique name."""
        return f"{self.package}:{self.path}"


@dataclass(slots=True)
class Survey:
    """What lies in the packages and what the table says to it."""

    sources: list[Source] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def survey(packages: Iterable[UnpackedPackage], table: Table) -> Survey:
    """Ask the table and the licences about every file of the packages; same content counts once."""
    found = Survey()
    seen: set[bytes] = set()
    for package in packages:
        licences = Licences(package.copyright)
        for path in package.audio_paths():
            rule = table.find(package.name, path)
            notice = licences.notice(path)
            if rule is None:
                found.unmatched.append(f"{package.name}: {path}")
            elif rule.description is None:
                found.left_out[f"{package.name}: {rule.reason}"] += 1
            elif not notice.usable:
                found.left_out[f"{package.name}: licence {notice.licence}"] += 1
            elif (digest := _digest(package.folder / path)) in seen:
                found.left_out[f"{package.name}: same content as another file"] += 1
            else:
                seen.add(digest)
                found.sources.append(
                    Source(
                        package.name,
                        package.version,
                        path,
                        notice.licence,
                        rule.description,
                        _file_reader(package.folder / path),
                    )
                )
    return found


def procedural_sources(procedures: Iterable[Procedure], table: Table) -> Iterator[Source]:
    """Yield the synthetic sounds that the table describes as sources."""
    for procedure in procedures:
        rule = table.find(PACKAGE, procedure.name)
        if rule is not None and rule.description is not None:
            read = _renderer(procedure)
            yield Source(PACKAGE, VERSION, procedure.name, LICENCE, rule.description, read)


def build(
    sources: list[Source],
    folder: Path,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[list[Entry], list[str]]:
    """Write ``audio.s16`` and ``index.jsonl``; goes on where an interrupted run stopped.

    Args:
        sources: All sounds; music is shortened so that it stays under a quarter of the bank.
        folder: Where the bank is to lie.
        progress: Told (done, total) after every file.

    Returns:
        The index, and one line per dropped file with the reason.
    """
    ordered = sorted(sources, key=lambda source: source.description.role == "music")
    splits = _splits(ordered)
    pieces = sum(source.description.role == "music" for source in ordered)
    with closing(_Appender(folder)) as appender:
        for number, source in enumerate(ordered, 1):
            if source.key not in appender.known:
                music = source.description.role == "music"
                seconds = _music_seconds(appender.sound_samples, pieces) if music else None
                appender.add(source, splits[source.key], seconds)
            progress(number, len(ordered))
        appender.publish()
    return appender.entries, appender.dropped


def _music_seconds(other_samples: int, pieces: int) -> float:
    budget = other_samples / SAMPLE_RATE * MUSIC_SHARE / (1 - MUSIC_SHARE)
    low, high = _MUSIC_SECONDS
    return min(high, max(low, budget / max(1, pieces)))


def _splits(sources: list[Source]) -> dict[str, Split]:
    strata: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        made = " procedural" if source.package == PACKAGE else ""
        what = source.description
        strata[f"{what.category} {what.role}{made}"].append(source.key)
    return assign_splits(strata)


class _Appender:
    """The two files in the making (``*.part``); the audio is never longer than the index says."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._audio_part = folder / f"{AUDIO}.part"
        self._index_part = folder / f"{INDEX}.part"
        self._dropped_part = folder / f"{_DROPPED}.part"
        self.entries = [Entry.from_json(line) for line in _complete_lines(self._index_part)]
        lines = [json.loads(line) for line in _complete_lines(self._dropped_part)]
        self.dropped = [f"{line['key']}: {line['reason']}" for line in lines]
        self.known = {f"{entry.package}:{entry.path}" for entry in self.entries}
        self.known |= {line["key"] for line in lines}
        self._size = sum(entry.samples for entry in self.entries)
        self._audio = self._audio_part.open("ab")
        self._audio.truncate(self._size * 2)
        self._index = self._index_part.open("a", encoding="utf-8")
        self._dropped = self._dropped_part.open("a", encoding="utf-8")

    @property
    def sound_samples(self) -> int:
        """Samples of everything but music so far."""
        return sum(entry.samples for entry in self.entries if entry.role != "music")

    def add(self, source: Source, split: Split, seconds: float | None) -> None:
        try:
            recording = source.read(seconds)
        except UnusableRecordingError as error:
            self._dropped.write(json.dumps({"key": source.key, "reason": str(error)}) + "\n")
            self.dropped.append(f"{source.key}: {error}")
            return
        what = source.description
        entry = Entry(
            self._size,
            len(recording.samples),
            source.package,
            source.version,
            source.path,
            source.licence,
            recording.source_rate,
            recording.bandwidth,
            round(recording.rms_db, 1),
            what.category,
            what.role,
            what.captions,
            what.subject,
            what.action,
            what.material,
            split,
        )
        self._audio.write(np.round(recording.samples * 32767).astype("<i2").tobytes())
        self._audio.flush()
        self._index.write(entry.to_json() + "\n")
        self._index.flush()
        self.entries.append(entry)
        self._size += entry.samples

    def close(self) -> None:
        """Close the files; what was added so far is kept for the next run."""
        for file in (self._audio, self._index, self._dropped):
            file.close()

    def publish(self) -> None:
        """Give the complete files their names."""
        self.close()
        self._audio_part.replace(self._folder / AUDIO)
        self._index_part.replace(self._folder / INDEX)
        self._dropped_part.replace(self._folder / _DROPPED)


def _complete_lines(path: Path) -> list[str]:
    """Lines of a file that may have been cut off while one was written; the rest is removed."""
    if not path.exists():
        return []
    text = path.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, "utf-8")
    return whole.splitlines()


def _file_reader(path: Path) -> Callable[[float | None], Recording]:
    return lambda seconds: read_recording(path, _MUSIC_START, seconds)


def _renderer(procedure: Procedure) -> Callable[[float | None], Recording]:
    return lambda _seconds: cleaned(procedure.render(), SAMPLE_RATE)


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()

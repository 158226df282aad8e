"""What made a file, read from its sidecar or from the file itself, and making it again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from engine.codec import fraction
from engine.cues import CueSheet
from engine.errors import InputError, LumiphoneError, MediaError, PackError
from engine.media.container import opened
from engine.media.ixml import NAME, read_provenance
from engine.media.riff import read_chunks
from engine.packs.manifest import MANIFEST_NAME
from engine.packs.verify import measure
from engine.provenance import SCHEMA, TAG
from engine.request import Request
from engine.source import Source
from engine.span import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.packs.manifest import Stem
    from engine.packs.registry import Pack
    from engine.progress import Cancelled

_SOURCES = {
    "prompt": "as asked",
    "pictures": "from the pictures",
    "pack": "the pack's own words",
}
_WAVES = frozenset({".wav", ".wave", ".bwf", ".rf64"})


@dataclass(frozen=True, slots=True)
class Inspection:
    """A file of ours and what is known of it.

    Attributes:
        file: What was looked at.
        place: Where it was read: the sidecar, or the file.
        facts: The sidecar's values; of the clip's path a delivered file has only the name.
    """

    file: Path
    place: Path
    facts: dict[str, Any]

    @classmethod
    def of(cls, file: Path) -> Self:
        """Read a sidecar, or a WAV or video with or without its sidecar beside it.

        Raises:
            InputError: There is no such file, or nothing says that it is ours.
        """
        if not file.is_file():
            raise InputError(f"{file} is no file", "Give a WAV, a video or a take's sidecar")
        beside = (file.with_suffix(".json"), *sorted(file.parent.glob("take-*.json")))
        for sidecar in (file, *beside):
            facts = read_sidecar(sidecar)
            if facts and (sidecar == file or file.name in _files(facts)):
                return cls(file, sidecar, facts)
        if facts := _embedded(file):
            return cls(file, file, facts)
        raise InputError(
            f"{file} does not say that Lumiphone made it",
            "Give a Broadcast Wave file or video of its making, or the take's sidecar",
        )

    def source(self, clip: Path | None, cancelled: Cancelled) -> Source:
        """Open the stretch that was sounded.

        Args:
            clip: Where the clip lies now; None: where it lay, or beside the file.
            cancelled: Whether to stop.

        Raises:
            InputError: The clip is not there or not the same, or the facts are damaged.
            CancelledError: ``cancelled`` returned True.
        """
        try:
            known, span = self.facts["clip"], self.facts["span"]
            path, sum_ = Path(known["path"]), known["sha256"]
            stretch = fraction(span["rate"]), int(span["frames"]), fraction(span["media_start"])
            speed = fraction(span["speed"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise self._damaged() from error
        places = (clip,) if clip else (path, self.file.parent / path.name)
        found = next((place for place in places if place.is_file()), None)
        if found is None:
            raise InputError(f"The clip {path.name} is not there", "Say where: --clip PATH")
        source = Source.of_span(Span(found, *stretch, speed), cancelled)
        if source.sha256 != sum_:
            raise InputError(
                f"{found} is not the clip that was sounded, or was changed since",
                "Say where the original lies: --clip PATH",
            )
        return source

    def request(self) -> Request:
        """Return the wish that makes this one take.

        Raises:
            InputError: The facts are damaged.
        """
        facts = self.facts
        try:
            cues = facts["cues"]
            stems = {cast("Stem", name): known for name, known in stems_in(facts).items()}
            return Request(
                prompt=_words(facts["prompt"]),
                negative=_words(facts["negative"]),
                seed=int(facts["seed"]),
                steps=int(facts["steps"]),
                guidance={name: float(value) for name, value in facts["guidance"].items()},
                cues=CueSheet.from_json(cues, self.place.name) if isinstance(cues, dict) else None,
                stems=tuple(stems),
                prompts=_own(stems, "prompt"),
                negatives=_own(stems, "negative"),
                levels={
                    stem: float(known["level"]) for stem, known in stems.items() if "level" in known
                },
            )
        except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
            if isinstance(error, LumiphoneError):
                raise
            raise self._damaged() from error

    def check_pack(self, pack: Pack) -> None:
        """Refuse a pack that is not the one that made the take.

        Raises:
            PackError: It has other contents.
        """
        if measure(pack.folder / MANIFEST_NAME).sha256 != self.facts["pack"]["sha256"]:
            raise PackError(
                f"Pack '{pack.manifest.id}' in {pack.folder} is not the one that made {self.file}",
                "Install the edition with the sum that `lumiphone inspect` prints",
            )

    def _damaged(self) -> InputError:
        return InputError(f"What {self.place} says of its making is damaged", "Use another copy")


def stems_in(facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a sidecar says of each stem; those of older versions name the only one."""
    stems, only = facts.get("stems"), facts.get("stem")
    if isinstance(stems, dict):
        return {stem: known if isinstance(known, dict) else {} for stem, known in stems.items()}
    return {only: {}} if isinstance(only, str) else {}


def stem_in_words(known: Mapping[str, Any]) -> str:
    """Say what a sidecar says of a stem: how loud it is and what it was made of."""
    parts = [f"{known['level']:g} dB"] if "level" in known else []
    if known.get("heard"):
        parts.append(f"{known['heard']} ({_SOURCES.get(str(known.get('text_source')), 'unknown')})")
    if known.get("negative"):
        parts.append(f"without {known['negative']}")
    return ", ".join(parts)


def _own(stems: Mapping[Stem, dict[str, Any]], what: str) -> dict[Stem, str]:
    """The words that stems have of their own."""
    words = {stem: _words(known.get(what)) for stem, known in stems.items()}
    return {stem: said for stem, said in words.items() if said is not None}


def _files(facts: Mapping[str, Any]) -> set[str]:
    """Names of the files that a sidecar belongs to."""
    stems = facts.get("stems")
    entries = [facts, *(stems.values() if isinstance(stems, dict) else ())]
    return {
        str(entry[what])
        for entry in entries
        if isinstance(entry, dict)
        for what in ("wav", "video")
        if entry.get(what)
    }


def _words(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError


def read_sidecar(path: Path) -> dict[str, Any] | None:
    """Return a sidecar's values, or None if it is not one of ours."""
    if path.suffix != ".json":
        return None
    try:
        return _ours(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        return None


def _ours(data: object) -> dict[str, Any] | None:
    """The values of a sidecar's form; None for anything else."""
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        return None
    parts = [data.get(name) for name in ("clip", "span", "pack", "program")]
    named = all(isinstance(part, dict) for part in parts) and "id" in data["pack"]
    return data if named and "path" in data["clip"] and "seed" in data else None


def _embedded(path: Path) -> dict[str, Any] | None:
    try:
        if path.suffix.lower() in _WAVES:
            return _ours(read_provenance(read_chunks(path, {NAME}).get(NAME, b"")))
        with opened(path) as (container, _):
            tags = {name.lower(): text for name, text in container.metadata.items()}
        return _ours(json.loads(tags.get(TAG, "null")))
    except (MediaError, ValueError):
        return None

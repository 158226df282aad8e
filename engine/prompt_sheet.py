"""A file that says, clip by clip, what to hear: a table (CSV) or TOML.

    clip,prompt,negative                ["street*"]
    street*,"rain, cars passing",       prompt = "rain, cars passing"
    door.mov,a heavy door,voices        ["door.mov"]
                                        prompt = "a heavy door"
                                        negative = "voices"

A column (or key) named after a stem, such as "ambience", holds what to hear in that stem.

A clip is named by its file (with or without suffix), by what the timeline calls it, or by its
number there; ``*`` and ``?`` stand for any letters, and case does not matter. Of several entries
that fit, the first counts. What an entry leaves empty is as for the clips that are not named.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Self

from engine.errors import InputError
from engine.stems import STEMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from engine.packs.manifest import Stem
    from engine.request import Request

_COLUMNS = ("clip", "prompt", "negative", *STEMS)
_REMEDY = "Write a table with the columns clip, prompt and negative, as CSV in UTF-8, or TOML"


@dataclass(frozen=True, slots=True)
class Entry:
    """What to hear in some clips.

    Attributes:
        clip: Which, as a pattern in small letters.
        prompt: What to hear; empty: as for the others.
        negative: What not to hear; empty: as for the others.
        stems: What to hear in single stems; of those left out as for the others.
    """

    clip: str
    prompt: str = ""
    negative: str = ""
    stems: Mapping[Stem, str] = field(default_factory=dict)

    def fits(self, names: Iterable[str]) -> bool:
        """Return whether a clip of these names is meant."""
        return any(fnmatchcase(name.casefold(), self.clip) for name in names)


@dataclass(frozen=True, slots=True)
class PromptSheet:
    """All entries of a file, in their order."""

    entries: tuple[Entry, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file.

        Raises:
            InputError: It is missing, damaged, or says something else.
        """
        try:
            text = path.read_text("utf-8-sig")
            rows = _of_toml(text) if path.suffix.lower() == ".toml" else _of_table(text)
            return cls(tuple(_entry(row) for row in rows))
        except (OSError, csv.Error, ValueError) as error:  # TOML's errors and UTF-8's are the last
            raise InputError(f"{path} cannot be read as prompts ({error})", _REMEDY) from error

    def wish(self, request: Request, names: Iterable[str]) -> Request:
        """Return the wish for a clip of these names: ``request`` with the words for it."""
        known = tuple(names)
        entry = next((entry for entry in self.entries if entry.fits(known)), None)
        if entry is None:
            return request
        return replace(
            request,
            prompt=entry.prompt or request.prompt,
            negative=entry.negative or request.negative,
            prompts={**request.prompts, **entry.stems},
        )

    def unused(self, clips: Iterable[Iterable[str]]) -> list[str]:
        """Return the entries that fit none of the clips, each of which has several names."""
        known = [name for names in clips for name in names]
        return [entry.clip for entry in self.entries if not entry.fits(known)]


def names_of(path: Path, *others: str) -> tuple[str, ...]:
    """Return the names by which an entry can mean a file's clip."""
    return (path.name, path.stem, *others)


def _of_table(text: str) -> Iterator[dict[str, Any]]:
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)  # spreadsheets of some countries write semicolons
    yield from csv.DictReader(text.splitlines(), delimiter=separator, strict=True)


def _of_toml(text: str) -> Iterator[dict[str, Any]]:
    for clip, words in tomllib.loads(text).items():
        if not isinstance(words, dict):
            raise ValueError(f"'{clip}' is no clip's table")  # noqa: TRY004 - the file's fault
        yield {"clip": clip, **words}


def _entry(row: dict[str, Any]) -> Entry:
    cells = {str(name or "?").strip().lower(): value for name, value in row.items()}
    if unknown := [name for name in cells if name not in _COLUMNS]:
        raise ValueError(f"there is no column '{unknown[0]}'")
    given = {name: cells.get(name) or "" for name in _COLUMNS}
    if not all(isinstance(value, str) for value in given.values()) or not given["clip"].strip():
        raise ValueError("an entry names no clip, or its words are no text")
    words = {name: value.strip() for name, value in given.items()}
    stems = {stem: words[stem] for stem in STEMS if words[stem]}
    return Entry(words["clip"].casefold(), words["prompt"], words["negative"], stems)

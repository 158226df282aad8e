"""The curated table: which file of which package is what sound, and how people would ask for it.

One CSV file per package lies in ``table/`` (columns separated by ";", captions by "|"); rules are
tried from the top and the first whose glob matches the path's end counts. Category "-" leaves a
file out (the captions say why); "-music" sends it to ``music.csv``, whose rules describe the tone.
Categories are CatIDs of the Universal Category System 8.2 (https://universalcategorysystem.com).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, cast, get_args

from engine.errors import InputError

Role = Literal["event", "step", "sequence", "bed", "music"]
TABLE = Path(__file__).parent / "table"
# Alone these ask for nothing in particular.
_VAGUE = frozenset({"animal", "air", "band", "blade", "block", "body", "hand", "machine", "man"})
_VAGUE |= {"object", "person", "shot", "string", "tool", "woman"}
_COLUMNS = ("pattern", "category", "role", "subject", "action", "material", "captions")


@dataclass(frozen=True, slots=True)
class Description:
    """What a sound is.

    Attributes:
        category: UCS CatID.
        role: One sound ("event", "step" for a footfall), several in their own time ("sequence"),
            something continuous ("bed"), or "music".
        subject: What sounds ("dog").
        action: What it does ("barking"), or "".
        material: What it is made of or on ("gravel"), or "".
        captions: Phrases that ask for it, the subject alone among them.
    """

    category: str
    role: Role
    subject: str
    action: str
    material: str
    captions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: a glob and what it describes, or the reason to leave files out."""

    pattern: str
    description: Description | None
    reason: str

    def covers(self, path: str) -> bool:
        """Return whether the glob matches the end of an installed path."""
        return fnmatchcase(f"/{path}", f"*{self.pattern}")


@dataclass(frozen=True, slots=True)
class Table:
    """The rules of all packages."""

    rules: dict[str, tuple[Rule, ...]]

    def find(self, package: str, path: str) -> Rule | None:
        """Return the rule for a file, or None when the table does not know it."""
        rule = _first(self.rules.get(package, ()), path)
        if rule is not None and rule.reason == "music":
            return _first(self.rules.get("music", ()), path)
        return rule


def _first(rules: tuple[Rule, ...], path: str) -> Rule | None:
    return next((rule for rule in rules if rule.covers(path)), None)


def load_table(folder: Path = TABLE) -> Table:
    """Read every CSV file of a folder.

    Raises:
        InputError: A line with missing or unknown values; the message names file and line.
    """
    rules: dict[str, tuple[Rule, ...]] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, delimiter=";", quoting=csv.QUOTE_NONE)
            if tuple(reader.fieldnames or ()) != _COLUMNS:
                raise InputError(f"{path} lacks the table's columns", f"Start it {_COLUMNS}")
            rules[path.stem] = tuple(
                _rule(row, f"{path.name}:{number}") for number, row in enumerate(reader, 2)
            )
    return Table(rules)


def _rule(row: dict[str, str], where: str) -> Rule:
    if None in row or None in row.values():
        raise InputError(f"{where} has not {len(_COLUMNS)} columns", "Correct that line")
    category = row["category"]
    if category.startswith("-"):
        reason = "music" if category == "-music" else row["captions"]
        return Rule(row["pattern"], None, reason or "left out")
    if row["role"] not in get_args(Role):
        raise InputError(f"{where} has no role '{row['role']}'", f"Use one of {get_args(Role)}")
    phrases = row["captions"].split("|")
    if row["role"] != "music" and row["subject"] not in _VAGUE:
        phrases.append(row["subject"])
    captions = tuple(dict.fromkeys(phrase.strip() for phrase in phrases if phrase.strip()))
    description = Description(
        category,
        cast("Role", row["role"]),
        row["subject"],
        row["action"],
        row["material"],
        captions,
    )
    return Rule(row["pattern"], description, "")

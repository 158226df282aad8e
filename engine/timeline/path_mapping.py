"""Folders that lie elsewhere on another machine, as farms say it (Open Job Description).

An edit names its files as the machine that wrote it sees them. A farm's workers mount the same
storage elsewhere, and are given a file with rules ("pathmapping-1.0") of where.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, Self

from engine.errors import InputError

if TYPE_CHECKING:
    from pathlib import PurePath

_FORMS: dict[str, type[PurePath]] = {"POSIX": PurePosixPath, "WINDOWS": PureWindowsPath}


@dataclass(frozen=True, slots=True)
class Rule:
    """What lay in one folder lies in another.

    Attributes:
        source: The folder as the edit names it, in the form of the system that wrote it.
        destination: The folder here.
    """

    source: PurePath
    destination: Path

    def applied(self, path: Path) -> Path | None:
        """Return where a file of the folder lies here; None if it is not one of its files."""
        named = type(self.source)(str(path))
        if not named.is_relative_to(self.source):
            return None
        return self.destination.joinpath(*named.relative_to(self.source).parts)


@dataclass(frozen=True, slots=True)
class PathMapping:
    """All rules, the deepest folders first."""

    rules: tuple[Rule, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file of rules; an empty object holds none.

        Raises:
            InputError: It is missing, damaged or of another form.
        """
        try:
            data = json.loads(path.read_text("utf-8"))
            rules = [_rule(entry) for entry in data.get("path_mapping_rules", ())]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"{path} cannot be read as rules for paths ({error})",
                "Give a file of the form pathmapping-1.0, as Open Job Description has it",
            ) from error
        return cls(tuple(sorted(rules, key=lambda rule: -len(rule.source.parts))))

    def applied(self, path: Path) -> Path:
        """Return where a file lies here: as it is named where no rule knows its folder."""
        found = (rule.applied(path) for rule in self.rules)
        return next((place for place in found if place is not None), path)


def _rule(entry: dict[str, Any]) -> Rule:
    form = _FORMS[entry["source_path_format"]]
    return Rule(form(entry["source_path"]), Path(entry["destination_path"]))

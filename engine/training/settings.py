"""The settings of a stage: from a file in version control, changed on the command line."""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def parse_settings(
    parser: argparse.ArgumentParser, stage: str, arguments: Sequence[str] | None = None
) -> argparse.Namespace:
    """Parse a stage's command; ``--config FILE`` gives options that the command line leaves out.

    Args:
        parser: The stage's parser, complete but for ``--config`` and ``--table``.
        stage: Name of its table in the file.
        arguments: In place of ``sys.argv``.

    Raises:
        InputError: The file cannot be read, or has no such table.
    """
    for each in (parser, finder := argparse.ArgumentParser(add_help=False, allow_abbrev=False)):
        each.add_argument("--config", type=Path, help="TOML file with options by name")
        each.add_argument("--table", default=stage, help=f"the table in it (default: {stage})")
    given = list(sys.argv[1:] if arguments is None else arguments)
    found, _rest = finder.parse_known_args(given)
    table = read_table(found.config, found.table) if found.config else {}
    # What comes later wins, so the command line has the last word.
    return parser.parse_args([*(f"--{name}={value}" for name, value in table.items()), *given])


def read_table(path: Path, name: str) -> Mapping[str, object]:
    """Return the settings of one table.

    Raises:
        InputError: The file cannot be read as TOML, or has no such table.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error})", "Give a TOML file") from error
    if not isinstance(table := tables.get(name), dict):
        raise InputError(f"{path} has no table [{name}]", f"It has {', '.join(tables) or 'none'}")
    return table


def recorded(settings: argparse.Namespace) -> Mapping[str, float | str | bool]:
    """Return the settings that a checkpoint keeps: all but where things lie on this machine."""
    return {
        name: value
        for name, value in sorted(vars(settings).items())
        if isinstance(value, bool | int | float | str)
    }

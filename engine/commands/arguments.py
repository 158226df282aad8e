"""Arguments that several commands share, and checks of their values."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Protocol

from engine.inference.guidance import MAX_GUIDANCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.commands.console import Console


class Command(Protocol):
    """What runs a command: parsed arguments, where to speak, and whether to stop."""

    def __call__(
        self, arguments: argparse.Namespace, console: Console, cancelled: Callable[[], bool]
    ) -> None:
        """Run; a LumiphoneError ends it."""


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Return a parser of whole numbers from ``low`` to ``high``."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from {low} to {high}")
        return value

    return parse


def guidance(text: str) -> tuple[str | None, float]:
    """Parse ``4.5`` (of the prompt, as (None, 4.5)) or ``cues=2`` (of what the pack calls so)."""
    name, _, number = text.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not 0 <= value <= MAX_GUIDANCE:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not a number from 0 to {MAX_GUIDANCE:g} or NAME=NUMBER"
        )
    return name or None, value


def add_json(parser: argparse.ArgumentParser) -> None:
    """Declare ``--json`` and ``--debug``, which every command has."""
    parser.add_argument(
        "--json", action="store_true", help="end stdout with one JSON object and print nothing else"
    )
    parser.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Declare which pack and device to use."""
    parser.add_argument("--pack", metavar="ID", help="model pack (see: lumiphone packs list)")
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: %(default)s"
    )


def add_stretch(parser: argparse.ArgumentParser) -> None:
    """Declare which part of a clip is meant."""
    form = "HH:MM:SS:FF, MM:SS.s, seconds or 240f, counted from the clip's first picture"
    parser.add_argument("--start", metavar="TC", help=f"first picture ({form})")
    parser.add_argument("--end", metavar="TC", help="the picture after the last (same forms)")

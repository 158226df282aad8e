"""``lumiphone``: the command line, its exit codes and its one edge for errors.

0 done, 2 bad input or usage, 3 the engine failed, 130 cancelled (Ctrl-C).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import signal
import sys
import threading
import traceback
from typing import TYPE_CHECKING, NoReturn

from engine import __version__
from engine.commands import (
    batch,
    bench,
    cues,
    doctor,
    farm,
    generate,
    inspect,
    install,
    loudness,
    packs,
    panel,
    report,
    serve,
    sign,
    suggest,
    timeline,
)
from engine.commands.console import Console
from engine.errors import CancelledError, InputError, LumiphoneError, unforeseen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

_COMMANDS = (
    generate,
    batch,
    timeline,
    farm,
    loudness,
    inspect,
    report,
    sign,
    cues,
    suggest,
    panel,
    packs,
    doctor,
    install,
    bench,
    serve,
)


class UsageError(InputError):
    """Arguments that make no sense."""

    code = "bad_usage"


class _Parser(argparse.ArgumentParser):
    """A parser whose errors look like all others, and that wants options spelt out."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings, allow_abbrev=False)  # type: ignore[arg-type] # passed on

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage and exiting.

        Raises:
            UsageError: Always.
        """
        what = message[:1].upper() + message[1:].rstrip(".")
        raise UsageError(what, f"See: {self.prog} --help")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = _Parser(
        prog="lumiphone",
        description="Gives silent pictures their sound, in sync, on your own machine.",
        epilog="Exit codes: 0 done, 2 bad input or usage, 3 the engine failed, 130 cancelled.",
    )
    top.add_argument("--version", action="version", version=f"lumiphone {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a label may not fit the code page
    # Known before parsing, so that usage errors are told in the right form too.
    console = Console(json="--json" in words)
    try:
        with _interruption() as cancelled:
            arguments = parser().parse_args(words)
            code: int | None = arguments.run(arguments, console, cancelled)
            return code or 0
    except LumiphoneError as error:
        return _fail(console, error, words)
    except KeyboardInterrupt:
        return _fail(console, CancelledError(), words)
    except Exception as error:  # noqa: BLE001 - the process's edge: nobody gets a bare traceback
        remedy = "Run it again with --debug and report what it prints"
        return _fail(console, unforeseen(error, remedy), words)


def _fail(console: Console, error: LumiphoneError, words: Sequence[str]) -> int:
    if "--debug" in words:
        traceback.print_exception(error)
    console.error(error)
    return error.exit_code


@contextlib.contextmanager
def _interruption() -> Iterator[Callable[[], bool]]:
    """Provide a question, "cancelled?", that Ctrl-C and SIGTERM answer with yes.

    The first asks for a clean end between two steps; the second interrupts at once.
    """
    asked = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set  # signals belong to the main thread's owner
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

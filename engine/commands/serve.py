"""``lumiphone serve``: the engine for editors and other programs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from engine.commands.arguments import whole_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.commands.console import Console

_LONGEST_IDLE = 1_000_000
_DESCRIPTION = """\
Do jobs that come as JSON lines on stdin, and answer with JSON lines on stdout; logs go to stderr.
This is how editors use the engine. The messages are described in engine/protocol.py; a first try:

  echo '{"type":"hello","version":1}' | lumiphone serve

Jobs are done in order and can be cancelled; the model stays loaded between them. The end of stdin
ends the service: open jobs are cancelled, finished takes stay.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "serve",
        help="do jobs for an editor or another program",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--idle",
        type=whole_number(0, _LONGEST_IDLE),
        default=600,
        metavar="SECONDS",
        help="release the model's memory after so long without a job (default: %(default)s)",
    )
    parser.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(
    arguments: argparse.Namespace,
    console: Console,  # noqa: ARG001 - the protocol has the streams
    cancelled: Callable[[], bool],
) -> None:
    """Serve until the client quits or is gone.

    Raises:
        CancelledError: An interrupt came; open jobs were cancelled.
    """
    from engine.service.stdio import claim_stdio

    requests, replies = claim_stdio()  # before libraries that print are loaded
    from engine.service.server import Service

    Service(requests, replies, arguments.idle).serve(cancelled)

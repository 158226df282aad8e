"""``lumiphone sign``: Content Credentials for finished files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.arguments import add_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.commands.console import Console

_ALGORITHMS = ("es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519")
_DESCRIPTION = """\
Put a signed C2PA manifest into WAV, MP4 and MOV files that Lumiphone wrote: the sound was generated
by a trained model. It takes your own certificate, and the package c2pa-python.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "sign",
        help="put Content Credentials (C2PA) into files",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--certificate",
        type=Path,
        metavar="PEM",
        required=True,
        help="the signer's certificate and those above it",
    )
    parser.add_argument(
        "--key", type=Path, metavar="PEM", required=True, help="its private key (PKCS#8)"
    )
    parser.add_argument(
        "--algorithm", choices=_ALGORITHMS, default="es256", help="default: %(default)s"
    )
    parser.add_argument(
        "--timestamp", metavar="URL", help="time-stamp authority (default: none, nothing online)"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, cancelled: Callable[[], bool]) -> None:
    """Sign each file.

    Raises:
        LumiphoneError: Whatever went wrong; files signed before stay signed.
    """
    from engine.credentials import Signatory
    from engine.errors import CancelledError
    from engine.inspection import Inspection

    signatory = Signatory(
        arguments.certificate, arguments.key, arguments.algorithm, arguments.timestamp
    )
    inspections = [Inspection.of(file) for file in arguments.files]
    for inspection in inspections:
        if cancelled():
            raise CancelledError
        signatory.sign(inspection.file, inspection.facts)
        console.line(f"signed: {inspection.file}")
    console.result({"signed": [str(file) for file in arguments.files]})

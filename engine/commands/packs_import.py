"""``lumiphone packs import``: weights of another family become a pack."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.arguments import add_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.commands.console import Console

VARIANTS = ("small_16k", "small_44k", "medium_44k", "large_44k", "large_44k_v2")
PRECISIONS = ("fp32", "fp16", "int8")

_DESCRIPTION = """\
Convert downloaded MMAudio weights into a pack. Needed are the published files, in one folder or in
folders below it, under their published names (docs/importers.md lists them), and the extra "train".

Every file is checked before the work begins. An import that was interrupted goes on where it
stopped. The weights' licence goes with the pack: MMAudio's forbids commercial use.
"""


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the action."""
    parser = actions.add_parser(
        "import",
        help="make a pack of another family's weights (MMAudio)",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("family", choices=("mmaudio",), metavar="FAMILY", help="mmaudio")
    parser.add_argument("--variant", choices=VARIANTS, required=True)
    parser.add_argument(
        "--weights", type=Path, metavar="DIR", required=True, help="where the files lie"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="the folder of packs that gets the new one (default: where packs are looked for)",
    )
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="fp32",
        help="how weights are kept (default: fp32; fp16 halves the pack, int8 is for processors)",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, cancelled: Callable[[], bool]) -> None:
    """Convert, and say what the licence allows.

    Raises:
        LumiphoneError: Whatever went wrong; what is finished stays for the next try.
    """
    from engine.commands.licence import announce
    from engine.pack_import import import_pack
    from engine.packs.manifest import read_manifest
    from engine.packs.registry import pack_folders

    words = ["--variant", arguments.variant, "--weights", str(arguments.weights.absolute())]
    output = arguments.output or pack_folders()[0]
    words += ["--output", str(output.absolute()), "--precision", arguments.precision]
    with console.progress() as progress:
        folder = import_pack(arguments.family, words, progress, cancelled)
    manifest = read_manifest(folder)
    console.line(f"{manifest.id}  {folder}")
    announce(manifest, console)
    console.result(
        {
            "id": manifest.id,
            "folder": str(folder),
            "licence": manifest.licence.name,
            "commercial_use": manifest.licence.commercial_use,
        }
    )

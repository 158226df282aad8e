"""``lumiphone packs``: which models there are, what they can do, and whether they are whole."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from engine.commands import packs_import
from engine.commands.arguments import add_json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from engine.commands.console import Console
    from engine.packs.registry import Pack
    from engine.progress import Progress


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its actions."""
    parser = commands.add_parser("packs", help="list, show, verify and import model packs")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    lister = actions.add_parser("list", help="list the packs that are installed")
    lister.set_defaults(run=list_all)
    shower = actions.add_parser("show", help="show what a pack can do and where it comes from")
    shower.add_argument("pack", metavar="ID")
    shower.set_defaults(run=show)
    verifier = actions.add_parser("verify", help="check every file of a pack, or of all")
    verifier.add_argument("pack", metavar="ID", nargs="?")
    verifier.set_defaults(run=verify_all)
    for action in (lister, shower, verifier):
        add_json(action)
    packs_import.add(actions)


def list_all(
    arguments: argparse.Namespace,  # noqa: ARG001 - every command gets them
    console: Console,
    cancelled: Callable[[], bool],  # noqa: ARG001 - ditto
) -> None:
    """List the packs."""
    from engine.packs.registry import list_packs

    listing = list_packs()
    rows = [
        (
            pack.manifest.id,
            pack.manifest.title,
            _licence(pack),
            f"{_megabytes(pack):.0f} MB",
            str(pack.folder),
        )
        for pack in listing.packs
    ]
    console.table(rows)
    for fault in listing.faults:
        console.warning(str(fault))
    if not rows:
        console.line("No pack is installed; `lumiphone doctor` says how to get one.")
    console.result(
        {
            "packs": [
                {
                    "id": pack.manifest.id,
                    "title": pack.manifest.title,
                    "licence": pack.manifest.licence.name,
                    "commercial_use": pack.manifest.licence.commercial_use,
                    "bytes": sum(entry.bytes for entry in pack.manifest.files.values()),
                    "folder": str(pack.folder),
                }
                for pack in listing.packs
            ],
            "faults": [str(fault) for fault in listing.faults],
        }
    )


def show(
    arguments: argparse.Namespace,
    console: Console,
    cancelled: Callable[[], bool],  # noqa: ARG001 - every command gets it
) -> None:
    """Show one pack.

    Raises:
        PackError: There is none of that id, or it cannot be used.
    """
    from engine.packs.registry import get_pack

    pack = get_pack(arguments.pack)
    console.table(list(_facts(pack).items()))
    console.result({"folder": str(pack.folder), "manifest": pack.manifest.to_json()})


def _facts(pack: Pack) -> dict[str, str]:
    manifest = pack.manifest
    audio, licence = manifest.audio, manifest.licence
    guidance = ", ".join(f"{name} {value:g}" for name, value in manifest.sampler.guidance.items())
    facts = {
        "id": manifest.id,
        "title": manifest.title,
        "folder": str(pack.folder),
        "source": manifest.source,
        "licence": licence.name,
        "commercial use": "allowed" if licence.commercial_use else "not allowed",
        "attribution": licence.attribution or "",
        "sound": f"{audio.sample_rate} Hz, {audio.output_channels} channels",
        "window": f"{float(audio.window / audio.latent_rate):.2f} s at once, at most"
        f" {audio.max_seconds} s",
        "stems": ", ".join(
            f"{stem} ({level:g} dB)" if (level := manifest.levels.get(stem)) else stem
            for stem in manifest.stems
        ),
        "abilities": ", ".join(manifest.abilities),
        "sampler": f"{manifest.sampler.method}, {manifest.sampler.steps} steps",
        "guidance": guidance,
        "size": f"{_megabytes(pack):.0f} MB, {manifest.precision}",
        "memory": f"{manifest.memory / 2**30:.1f} GiB",
        "data card": str(pack.folder / manifest.data_card) if manifest.data_card else "",
    }
    return {name: value for name, value in facts.items() if value}


def _licence(pack: Pack) -> str:
    licence = pack.manifest.licence
    return licence.name if licence.commercial_use else f"{licence.name} (not commercial)"


def _megabytes(pack: Pack) -> float:
    return sum(entry.bytes for entry in pack.manifest.files.values()) / 1e6


def _tell(progress: Progress, pack_id: str, done: int, total: int) -> None:
    progress(f"verifying {pack_id}", done / max(total, 1))


def verify_all(
    arguments: argparse.Namespace, console: Console, cancelled: Callable[[], bool]
) -> None:
    """Check one pack, or all of them.

    Raises:
        PackError: One is not whole; the message says what is wrong with the first.
    """
    from engine.errors import PackError
    from engine.packs.registry import get_pack, list_packs
    from engine.packs.verify import verify

    listing = list_packs()
    packs = (get_pack(arguments.pack),) if arguments.pack else listing.packs
    faults: list[Any] = [] if arguments.pack else list(listing.faults)
    for pack in packs:
        with console.progress() as progress:
            found = verify(pack, partial(_tell, progress, pack.manifest.id), cancelled)
        faults += found
        console.line(f"{pack.manifest.id}: {'damaged' if found else 'whole'}")
    for fault in faults[1:]:
        console.warning(str(fault))
    if faults:
        raise faults[0]
    if not packs:
        raise PackError("No pack is installed", "`lumiphone doctor` says how to get one")
    console.result({"verified": [pack.manifest.id for pack in packs]})

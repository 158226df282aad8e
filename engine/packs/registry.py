"""Where packs lie, and how one is found by its id."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from engine.errors import PackError, PackNotFoundError
from engine.packs.manifest import MANIFEST_NAME, Manifest, read_manifest

DEFAULT_PACK = "lumiphone-base"
PACKS_VARIABLE = "LUMIPHONE_PACKS"
BUNDLED = Path(__file__).parents[2] / "exported_models"


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack on disk.

    Attributes:
        folder: Holds pack.json and the files that it names.
        manifest: What pack.json says.
    """

    folder: Path
    manifest: Manifest

    def file(self, name: str) -> Path:
        """Return the path of one of the pack's files.

        Raises:
            PackError: It is not there.
        """
        path = self.folder / name
        if path.is_file():
            return path
        raise PackError(
            f"Pack '{self.manifest.id}' lacks its file {path}", "Copy or download the pack again"
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """The packs of all pack folders.

    Attributes:
        packs: Usable ones; where two bear one id, the one found first.
        faults: Why others are not among them.
    """

    packs: tuple[Pack, ...]
    faults: tuple[PackError, ...]


def pack_folders() -> tuple[Path, ...]:
    """Return the folders in which packs are looked for, those of LUMIPHONE_PACKS first."""
    listed = os.environ.get(PACKS_VARIABLE, "").split(os.pathsep)
    return (*(Path(entry).expanduser() for entry in listed if entry), BUNDLED)


def list_packs(folder: Path | None = None) -> Listing:
    """Return all packs.

    Args:
        folder: Look here alone: a folder of packs, or one pack's own folder.

    Raises:
        PackNotFoundError: ``folder`` does not exist.
    """
    if folder and not folder.is_dir():
        raise PackNotFoundError(f"There is no pack folder {folder}", "Correct its path")
    packs: dict[str, Pack] = {}
    faults: list[PackError] = []
    for place in _candidates((folder,) if folder else pack_folders()):
        try:
            manifest = read_manifest(place)
        except PackError as fault:
            faults.append(fault)
        else:
            packs.setdefault(manifest.id, Pack(place, manifest))
    return Listing(tuple(packs.values()), tuple(faults))


def _candidates(folders: tuple[Path, ...]) -> list[Path]:
    places: list[Path] = []
    for folder in folders:
        inside = sorted(folder.iterdir()) if folder.is_dir() else []
        places += [place for place in (folder, *inside) if (place / MANIFEST_NAME).is_file()]
    return places


def get_pack(pack_id: str | None = None, folder: Path | None = None) -> Pack:
    """Return one pack.

    Args:
        pack_id: Its id; None for the default pack, or the only one where that is missing.
        folder: Look here alone, see :func:`list_packs`.

    Raises:
        PackNotFoundError: There is none of that id; the message lists what there is.
        PackError: It is there, but its pack.json cannot be used.
    """
    listing = list_packs(folder)
    packs = {pack.manifest.id: pack for pack in listing.packs}
    wanted = pack_id or DEFAULT_PACK
    if wanted in packs:
        return packs[wanted]
    if pack_id is None and len(packs) == 1:
        return next(iter(packs.values()))
    for fault in listing.faults:
        if pack_id is None or f"'{wanted}'" in fault.what or f"/{wanted}/" in fault.what:
            raise fault
    found = f"found: {', '.join(sorted(packs))}" if packs else "none found at all"
    raise PackNotFoundError(
        f"There is no pack '{wanted}' ({found})",
        f"Put a pack's folder into {BUNDLED}, or set {PACKS_VARIABLE} to the folder that holds it"
        " (docs/packs.md tells how to get or train one)",
    )

"""What a bundle of Lumiphone holds, and the reproducible archive that it is put into.

The bundle is the run-time part of the tree under the same paths, so that an import means the same
in both. One archive from one tree is the same bytes on every machine: sorted names, one time stamp,
one set of permissions, and no compression, since its result depends on the zlib at hand (the
weights, most of the bundle, would shrink by 8 %).
"""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputError, LumiphoneError, OutputError, PackError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from engine.packs.registry import Pack

_STAMP = (2026, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16  # a plain file that everybody may read
_UNIX = 3
_BLOCK = 1 << 20
# Under addon/, these are placed by hand (at the root, or as far as the platform needs them).
_PLACED = ("blender_manifest.toml", "LICENCES.md", "requirements")
# Blender imports the bundle as one package and calls these two.
_EXTENSION = b"""# Lumiphone as a Blender extension.
from .addon.blender import register, unregister

__all__ = ["register", "unregister"]
"""
# Whoever has Resolve runs this once, with the Python that is to run Lumiphone.
_INSTALLER = b"""# Puts Lumiphone into Resolve's menu: python3 install.py [--remove] [--all-users]
import runpy
import sys

if sys.version_info[:2] not in ((3, 11), (3, 13)):
    sys.exit("Lumiphone needs Python 3.11 or 3.13; this is %d.%d." % sys.version_info[:2])
sys.argv[1:1] = ["--private"]
runpy.run_module("addon.resolve", run_name="__main__", alter_sys=True)
"""
BLENDER, RESOLVE = "blender", "resolve"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a bundle.

    Attributes:
        name: Its path in the bundle, with forward slashes.
        content: Its bytes, or the file that has them.
        sha256: What its checksum must be; None where nothing states it.
    """

    name: str
    content: bytes | Path
    sha256: str | None = None

    @property
    def origin(self) -> str:
        """What to call it in a message."""
        return str(self.content) if isinstance(self.content, Path) else self.name


def program(root: Path, editor: str = BLENDER) -> Iterator[Entry]:
    """Yield the add-on and the engine, without what only training, building or others need.

    Args:
        root: The tree.
        editor: For whom, "blender" or "resolve".
    """
    other = RESOLVE if editor == BLENDER else BLENDER
    for package, left_out in (("addon", (*_PLACED, other)), ("engine", ("training",))):
        for path in _files(root / package):
            if path.relative_to(root / package).parts[0] not in left_out:
                yield Entry(path.relative_to(root).as_posix(), path)
    yield Entry("LICENSE", root / "LICENSE")
    yield Entry("LICENCES.md", root / "addon" / "LICENCES.md")
    if editor == BLENDER:
        yield Entry("__init__.py", _EXTENSION)
    else:
        yield Entry("install.py", _INSTALLER)
        yield Entry("resolve.md", root / "docs" / "resolve.md")


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if path.is_file() and not hidden and path.suffix != ".pyc":
            yield path


def extension_manifest(root: Path, version: str, platforms: Iterable[str]) -> Entry:
    """Return blender_manifest.toml for one version and its platforms.

    Raises:
        InputError: Blender cannot read such a version.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", version):
        raise InputError(
            f"Version {version} is none that Blender reads (three numbers: 1.2.3)",
            "Correct __version__ in engine/__init__.py",
        )
    text = (root / "addon" / "blender_manifest.toml").read_text("utf-8")
    listed = ", ".join(f'"{platform}"' for platform in platforms)
    text = text.replace("@version@", version).replace('"@platforms@"', f"[{listed}]")
    return Entry("blender_manifest.toml", text.encode())


def locks(root: Path, platforms: Iterable[str]) -> Iterator[Entry]:
    """Yield the lock files of the platforms.

    Raises:
        InputError: A platform has none.
    """
    folder = root / "addon" / "requirements"
    for platform in platforms:
        found = sorted(folder.glob(f"{platform}-cp*.txt"))
        if not found:
            raise InputError(
                f"{folder} has no lock file for {platform}",
                f"Run tools/lock_requirements.py {platform}",
            )
        yield from (Entry(path.relative_to(root).as_posix(), path) for path in found)


def pack_files(pack: Pack) -> Iterator[Entry]:
    """Yield pack.json and the files that it names, with the checksums that it states.

    Raises:
        PackError: A file is missing, or the pack comes without the text of its licence.
    """
    manifest = pack.manifest
    if not manifest.licence.file:
        raise PackError(
            f"Pack '{manifest.id}' in {pack.folder} comes without the text of its licence",
            "Put the text beside pack.json and name it there as the licence's file",
        )
    folder = f"exported_models/{manifest.id}"
    yield Entry(f"{folder}/pack.json", pack.file("pack.json"))
    for name, stated in manifest.files.items():
        yield Entry(f"{folder}/{name}", pack.file(name), stated.sha256)


def write(
    entries: Iterable[Entry], destination: Path, check: Callable[[Path], None] = lambda _: None
) -> None:
    """Write the archive; it appears under its name when it is whole and checked, or not at all.

    Args:
        entries: What it holds.
        destination: Its path; an older one there is replaced.
        check: Given the finished archive under another path, raises if it must not be used.

    Raises:
        InputError: Two entries have one name.
        PackError: A file is not what its checksum says.
        OutputError: The archive cannot be written.
    """
    in_order = sorted(entries, key=lambda entry: entry.name)
    names = [entry.name for entry in in_order]
    if twice := {name for name in names if names.count(name) > 1}:
        raise InputError(f"{', '.join(sorted(twice))} would be in the bundle twice", "Keep one")
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=destination.parent, prefix=".building-") as scratch:
            unfinished = Path(scratch, destination.name)
            with zipfile.ZipFile(unfinished, "w") as archive:
                for entry in in_order:
                    _add(archive, entry)
            check(unfinished)
            unfinished.replace(destination)
    except LumiphoneError:
        raise
    except OSError as error:
        raise OutputError(
            f"{destination} cannot be written ({error})",
            "Check that its folder can be written to and that the disk has space",
        ) from error


def _add(archive: zipfile.ZipFile, entry: Entry) -> None:
    info = zipfile.ZipInfo(entry.name, _STAMP)
    info.create_system = _UNIX
    info.external_attr = _MODE
    digest = hashlib.sha256()
    content = entry.content
    info.file_size = len(content) if isinstance(content, bytes) else content.stat().st_size
    source = io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")
    with source, archive.open(info, "w") as target:
        while block := source.read(_BLOCK):
            digest.update(block)
            target.write(block)
    if entry.sha256 and entry.sha256 != digest.hexdigest():
        raise PackError(
            f"{entry.origin} is damaged: its checksum is not the one stated for it",
            "Copy or download it again",
        )

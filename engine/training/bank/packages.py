"""The Debian packages that the bank is made of: fetched by name, their audio taken out."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.training.bank.groups import read_group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGES = (
    "0ad-data",
    "bucklespring-data",
    "colobot-common-sounds",
    "extremetuxracer-data",
    "lincity-ng-data",
    "minetest-data",
    "minetest-mod-homedecor",
    "openclonk-data",
    "scratch",
    "sonic-pi-samples",
    "supertuxkart-data",
    "tuxpaint-stamps-default",
    "unknown-horizons",
    "widelands-data",
)
AUDIO_SUFFIXES = frozenset({".ogg", ".oga", ".wav", ".flac", ".mp3", ".opus", ".aif", ".aiff"})
_COMPLETE = ".complete"


@dataclass(frozen=True, slots=True)
class UnpackedPackage:
    """One package's audio on disk.

    Attributes:
        name: Debian's name.
        version: Debian's version.
        folder: Holds the audio files under their installed paths.
        copyright: The text of debian/copyright.
    """

    name: str
    version: str
    folder: Path
    copyright: str

    def audio_paths(self) -> list[str]:
        """Return the paths of all audio files below the folder, sorted."""
        found = (path for path in self.folder.rglob("*") if path.suffix.lower() in AUDIO_SUFFIXES)
        return sorted(path.relative_to(self.folder).as_posix() for path in found)


def find_deb(name: str, folders: tuple[Path, ...]) -> Path | None:
    """Return the newest .deb of a package in the folders, or None."""
    for folder in folders:
        if found := sorted(folder.glob(f"{name}_*.deb")):
            return found[-1]
    return None


def fetch_deb(name: str, folder: Path) -> Path:
    """Fetch a package with ``apt-get download`` and return its .deb.

    Raises:
        InputError: No apt-get, no such package, or no network.
    """
    folder.mkdir(parents=True, exist_ok=True)
    remedy = (
        f"On Debian or Ubuntu run: apt-get update; or put {name}_*.deb in a folder, pass --debs"
    )
    try:
        subprocess.run(
            ["apt-get", "download", name], cwd=folder, check=True, capture_output=True, text=True
        )
    except FileNotFoundError as error:
        raise InputError(f"{name} cannot be fetched: no apt-get here", remedy) from error
    except subprocess.CalledProcessError as error:
        reason = error.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise InputError(f"{name} cannot be fetched ({reason[0]})", remedy) from error
    deb = find_deb(name, (folder,))
    if deb is None:
        raise InputError(f"apt-get left no {name}_*.deb in {folder}", remedy)
    return deb


def unpack(name: str, deb: Path, target: Path) -> UnpackedPackage:
    """Take a package's audio files and copyright text out of its .deb, once.

    Archives inside (0ad's public.zip, OpenClonk's groups) are opened; their members lie below a
    folder of the archive's name.

    Raises:
        InputError: The .deb cannot be read.
    """
    folder = target / name
    marker = folder / _COMPLETE
    if not marker.exists():
        partial = target / f".{name}.part"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            version = _deb_output(["dpkg-deb", "-f", str(deb), "Version"])
            _extract(deb, partial)
        except (OSError, subprocess.CalledProcessError, tarfile.TarError) as error:
            raise InputError(f"{deb} cannot be unpacked ({error})", "Fetch it again") from error
        (partial / _COMPLETE).write_text(version, "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        partial.replace(folder)
    text = folder / "copyright"
    notice = text.read_text("utf-8", "replace") if text.exists() else ""
    return UnpackedPackage(name, marker.read_text("utf-8"), folder, notice)


def _deb_output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _extract(deb: Path, target: Path) -> None:
    command = ["dpkg-deb", "--fsys-tarfile", str(deb)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        if process.stdout is None:  # cannot be with PIPE; tells the type checker
            raise OSError("no output from dpkg-deb")
        with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None:
                    _keep(member.name.removeprefix("./"), content.read, target)
    if process.returncode:
        raise OSError(f"dpkg-deb ended with {process.returncode}")


def _keep(path: str, read: Callable[[], bytes], target: Path) -> None:
    suffix = os.path.splitext(path)[1].lower()  # noqa: PTH122 - a path inside an archive
    if path.endswith("/copyright") and path.startswith("usr/share/doc/"):
        (target / "copyright").write_bytes(read())
    elif suffix in AUDIO_SUFFIXES:
        _write(target / path, read())
    elif path.endswith("/public/public.zip"):
        for name, content in _zip_audio(read()):
            _write(target / path / name, content)
    elif path.endswith("/Sound.ocg"):
        for name, content in read_group(read(), path):
            if name == "authors.txt" or Path(name).suffix.lower() in AUDIO_SUFFIXES:
                _write(target / path / name, content)


def _zip_audio(data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if Path(name).suffix.lower() in AUDIO_SUFFIXES:
                yield name, archive.read(name)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)

"""One run of pip into a folder: where pip comes from, how far it is, why it failed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import AddonError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

MEGABYTE = 1_000_000
# What these wheels take once unpacked, in multiples of their own size (measured: docs/addon.md).
UNPACKED = 3
_POLL = 0.2  # seconds
_DOWNLOADING = 0.8  # of the progress; the rest is unpacking
# Settings of the user's pip that choose another place than ours. The others (proxy, index,
# certificates) are what makes pip work in the user's network, and stay.
_UNWANTED = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_REQUIRE_VIRTUALENV")

OFFLINE_REMEDY = (
    "Connect this computer to the internet and try again, or install the variant of the add-on"
    " that carries the packages (docs/addon.md)"
)
# What stands in pip's output for a cause, most telling first.
_CAUSES = (
    (r"No space left|Errno 28|WinError 112", "no_space", "The disk is full", "Free some space"),
    (
        r"DO NOT MATCH THE HASHES",
        "damaged",
        "A package that arrived is not the one this add-on was tested with",
        "Try again; if it happens again, your network or its package mirror alters downloads",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "offline",
        "The package server's certificate was not accepted",
        "Check this computer's clock and whether your network intercepts encrypted connections",
    ),
    (
        r"NewConnectionError|NameResolutionError|Timeout|ProxyError|unreachable|versions: none",
        "offline",
        "The package server cannot be reached",
        OFFLINE_REMEDY,
    ),
    (r"Permission ?denied|Errno 13", "not_writable", "A folder is not writable", "Make it so"),
)


class InstallError(AddonError):
    """The packages cannot be installed.

    Args:
        reason: cancelled, offline, no_space, damaged, not_writable, no_pip, unsupported or failed.
        what: What happened, without a full stop.
        remedy: What the user can do about it, without a full stop.
    """

    code = "install_failed"

    def __init__(self, reason: str, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PipRun:
    """What pip shall install, and where.

    Attributes:
        lock: The requirements with their hashes.
        wheels: A folder that has all of them; None to download.
        download: Bytes of all wheels.
        staging: An empty folder on the disk of the destination; all of pip's scratch goes there.
        log: Gets pip's output.
    """

    lock: Path
    wheels: Path | None
    download: int
    staging: Path
    log: Path

    @property
    def target(self) -> Path:
        """The folder that has the packages when the run is over."""
        return self.staging / "packages"

    def execute(
        self, progress: Callable[[float, str], None], cancelled: Callable[[], bool]
    ) -> None:
        """Run pip to its end.

        Raises:
            InstallError: It failed, or ``cancelled`` said so; the folder may hold anything.
        """
        scratch = self.staging / "scratch"
        scratch.mkdir()
        arguments = [*find_pip(), "install", "--target", str(self.target), *self._options()]
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=_environment(scratch),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        try:
            while process.poll() is None:
                if cancelled():
                    raise InstallError(
                        "cancelled", "The installation was cancelled", "Nothing was left behind"
                    )
                progress(*self._advance())
                time.sleep(_POLL)
        finally:
            _end(process)
        if process.returncode:
            raise self._fault(process.returncode)

    def _options(self) -> Iterator[str]:
        yield from ("--require-hashes", "--no-deps", "--only-binary", ":all:")
        yield from ("--requirement", str(self.lock), "--no-cache-dir", "--no-input")
        yield from ("--disable-pip-version-check", "--progress-bar", "off")
        yield from ("--retries", "2", "--timeout", "20")
        if self.wheels:
            yield from ("--no-index", "--find-links", str(self.wheels))

    def _advance(self) -> tuple[float, str]:
        """Measure how far pip is by what it has written: the same in all versions of pip."""
        if "Installing collected packages" in self._output():
            share = bytes_below(self.staging) / (self.download * UNPACKED)
            return _DOWNLOADING + (1 - _DOWNLOADING) * min(share, 1.0), "Unpacking"
        if self.wheels:
            return 0.0, "Checking the packages"
        done = min(bytes_below(self.staging, ".whl"), self.download)
        text = f"Downloading: {done // MEGABYTE} of {self.download // MEGABYTE} MB"
        return _DOWNLOADING * done / self.download, text

    def _output(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def _fault(self, status: int) -> InstallError:
        output = self._output()
        for pattern, reason, what, remedy in _CAUSES:
            if re.search(pattern, output, re.IGNORECASE):
                return InstallError(reason, what, f"{remedy} (pip's own words: {self.log})")
        last = next((line for line in reversed(output.splitlines()) if line.strip()), "no output")
        return InstallError(
            "failed", f"pip failed with status {status}: {last}", f"Look into {self.log}"
        )


def find_pip() -> Sequence[str]:
    """Return the command line of pip, without changing the interpreter.

    The wheel that Python itself keeps for ``ensurepip`` comes first: it is run in place, and no
    add-on can have changed it.

    Raises:
        InstallError: This Python has none.
    """
    folders = [Path(sysconfig.get_path("stdlib"), "ensurepip", "_bundled")]
    if system_folder := sysconfig.get_config_var("WHEEL_PKG_DIR"):
        folders.insert(0, Path(system_folder))
    for folder in folders:
        for wheel in sorted(folder.glob("pip-*.whl"), reverse=True):
            return [sys.executable, "-I", str(wheel / "pip")]
    command = [sys.executable, "-I", "-m", "pip"]
    if subprocess.run([*command, "--version"], capture_output=True, check=False).returncode == 0:
        return command
    raise InstallError(
        "no_pip",
        f"The Python of this editor ({sys.executable}) comes without pip",
        "Use the Blender from blender.org, or install your system's package of pip for it",
    )


def _environment(scratch: Path) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
    # False wins over a configuration file that says otherwise.
    kept |= {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    return kept | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))


def bytes_below(folder: Path, ending: str = "") -> int:
    """Return the size of all files below a folder whose names end so, while pip moves them about.

    Unlike ``Path.rglob``, ``os.walk`` passes over folders that vanish in between.
    """
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            if name.endswith(ending):
                try:
                    total += Path(root, name).lstat().st_size
                except OSError:  # pip moved it away in this moment
                    continue
    return total


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

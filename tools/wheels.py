"""The wheels of the lock files, for a bundle that carries them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from engine.errors import LumiphoneError
from tools.bundle import Entry
from tools.lock_requirements import PLATFORMS, PYTHONS, lock_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def carried_wheels(platforms: Iterable[str], folder: Path) -> Iterator[Entry]:
    """Download every locked wheel of the platforms and yield it; pip checks the checksums.

    Raises:
        LumiphoneError: One cannot be had.
    """
    for platform in platforms:
        for python in PYTHONS:
            _download(platform, python, folder)
    yield from (Entry(f"wheels/{path.name}", path) for path in sorted(folder.glob("*.whl")))


def _download(platform: str, python: str, folder: Path) -> None:
    lock = lock_path(platform, python)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += [
        "--require-hashes",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--requirement",
        str(lock),
    ]
    command += ["--dest", str(folder)]
    command += ["--implementation", "cp", "--python-version", python]
    for tag in PLATFORMS[platform]:
        command += ["--platform", tag]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or "no output").splitlines()[-1]
        raise LumiphoneError(
            f"The wheels of {lock} cannot be downloaded ({last})",
            "Check the network, or make the lock files anew with tools/lock_requirements.py",
        )

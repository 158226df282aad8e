"""The wheels of the lock files, for a bundle that carries them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import LumiphoneError
from tools.bundle import Entry
from tools.lock_requirements import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def carried_wheels(locks: Iterable[Entry], folder: Path) -> Iterator[Entry]:
    """Download every wheel of the lock files and yield it; pip checks the checksums.

    Args:
        locks: Lock files, named after their targets (``.../linux-x64-cp311.txt``).
        folder: An empty one, in which the wheels must stay until they are in the bundle.

    Raises:
        LumiphoneError: One cannot be had.
    """
    for lock in locks:
        platform, _, python = Path(lock.name).stem.rpartition("-cp")
        _download(Path(lock.origin), PLATFORMS[platform], python, folder)
    yield from (Entry(f"wheels/{path.name}", path) for path in sorted(folder.glob("*.whl")))


def _download(lock: Path, tags: Iterable[str], python: str, folder: Path) -> None:
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
    for tag in tags:
        command += ["--platform", tag]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or "no output").splitlines()[-1]
        raise LumiphoneError(
            f"The wheels of {lock} cannot be downloaded ({last})",
            "Check the network, or make the lock files anew with tools/lock_requirements.py",
        )

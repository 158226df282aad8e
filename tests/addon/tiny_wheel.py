"""Wheels of a few hundred bytes, so that tests of installing run the true pip without a network."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from typing import TYPE_CHECKING

from addon.runtime import platform_name

if TYPE_CHECKING:
    from pathlib import Path

# The libraries that the engine imports, as empty modules; one tells what it sees when it is run.
LIBRARIES = ("numpy", "av", "cv2", "onnxruntime", "tokenizers", "tqdm")
WITNESS = """
import json, sys
from addon.boot import sibling
print(json.dumps({
    "arguments": sys.argv[1:], "path": sys.path, "sibling": sibling("json.tool", "x"),
    "isolated": sys.flags.isolated, "site": not sys.flags.no_site, "utf8": sys.flags.utf8_mode,
}))
"""


def write_wheel(folder: Path, name: str, modules: dict[str, str], version: str = "1.0") -> Path:
    """Write a wheel that holds modules, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        for module, text in modules.items():
            wheel.writestr(f"{module}.py", text)
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return path


def write_libraries(folder: Path, version: str = "1.0", *, without: str = "") -> list[Path]:
    """Write two wheels that stand for the engine's libraries, and return their paths."""
    first = {name: "" for name in LIBRARIES[:3] if name != without}
    second = {name: "" for name in LIBRARIES[3:] if name != without}
    return [
        write_wheel(folder, "first", {**first, "witness": WITNESS}, version),
        write_wheel(folder, "second", second, version),
    ]


def write_lock(bundle: Path, wheels: list[Path], *, size: int | None = None) -> Path:
    """Write the bundle's lock file for this machine and Python, and return its path."""
    folder = bundle / "addon" / "requirements"
    folder.mkdir(parents=True, exist_ok=True)
    total = size if size is not None else sum(wheel.stat().st_size for wheel in wheels)
    lines = [f"# wheels: {total} bytes"]
    for wheel in wheels:
        name, version, *_ = wheel.name.split("-")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{name}=={version} --hash=sha256:{digest}")
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    path = folder / f"{platform_name()}-{python}.txt"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path

"""Blender's own opinion of an extension's archive."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from engine.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

# Prints the path of Blender's extension tool, without loading bpy (which takes seconds).
_LOCATE = """
import importlib.util, pathlib
found = importlib.util.find_spec("bpy")
tools = pathlib.Path(found.origin).parent.glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py")
print(next(tools))
"""


def find_programs(root: Path) -> list[Path]:
    """Return the Pythons with bpy that `make test` has set up in the tree."""
    return sorted(root.glob(".venv-bpy-*/bin/python"))


def check_extension(archive: Path, program: Path) -> None:
    """Let Blender check an extension.

    Args:
        archive: The extension's zip.
        program: A Blender, or a Python that has bpy.

    Raises:
        InputError: ``program`` cannot be run or is neither, or it refuses the extension.
    """
    try:
        if program.stem.startswith("python"):
            command = [str(program), "-I", _extension_tool(program), "validate", str(archive)]
        else:
            command = [str(program), "--background", "--factory-startup"]
            command += ["--command", "extension", "validate", str(archive)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise InputError(
            f"{program} cannot be run ({error})",
            "Name a Blender 4.2 or later, or a Python that has bpy",
        ) from error
    if done.returncode:
        said = " ".join((done.stdout + done.stderr).split())
        raise InputError(
            f"{program} refuses {archive.name}: {said}", "Correct addon/blender_manifest.toml"
        )


def _extension_tool(python: Path) -> str:
    located = subprocess.run(
        [str(python), "-I", "-c", _LOCATE], capture_output=True, text=True, check=False
    )
    if located.returncode:
        raise InputError(f"{python} has no bpy of Blender 4.2 or later", "Name one that has")
    return located.stdout.strip()

"""Where takes go."""

from __future__ import annotations

from pathlib import Path

import bpy

from . import preferences

BESIDE = "lumiphone"


def takes_folder() -> Path:
    """Return the folder for takes: the chosen one, else the project's, else one of the add-on's."""
    chosen = preferences.current().folder
    if chosen and (bpy.data.filepath or not chosen.startswith("//")):
        return Path(bpy.path.abspath(chosen)).resolve()
    if bpy.data.filepath:
        return Path(bpy.data.filepath).resolve().parent / BESIDE
    return preferences.own_folder() / "takes"


def remark() -> str:
    """Return what the user should know of the folder; empty if nothing."""
    chosen = preferences.current().folder
    if bpy.data.filepath or (chosen and not chosen.startswith("//")):
        return ""
    return f"The project is not saved yet: takes go to {takes_folder()}"


def for_strip(path: str) -> str:
    """Return a file's path as a strip should have it: relative to the project where that works."""
    if not bpy.data.filepath or not preferences.current().relative:
        return path
    try:
        return str(bpy.path.relpath(path))
    except ValueError:  # another drive
        return path

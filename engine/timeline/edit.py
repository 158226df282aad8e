"""Edits as files: which form a file has, and what to do about forms that cannot serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.timeline import fcp7_reader, otio_reader

if TYPE_CHECKING:
    from pathlib import Path

    from engine.timeline.sequence import Sequence

_REMEDY = "Export the timeline as OTIO (.otio) or as Final Cut Pro 7 XML (.xml)"
_UNFIT = {
    ".edl": "is an EDL, which names neither files nor tracks of sound",
    ".aaf": "is an AAF, whose files are named by ids that only its editor can look up",
    ".fcpxml": "is an XML of Final Cut Pro X, whose readers lose 24000/1001",
    ".fcpxmld": "is an XML of Final Cut Pro X, whose readers lose 24000/1001",
    ".drp": "is a project of DaVinci Resolve",
    ".prproj": "is a project of Premiere Pro",
    ".kdenlive": "is a project of Kdenlive",
    ".blend": "is a project of Blender, which the Blender add-on works in",
}


def read_edit(path: Path) -> Sequence:
    """Read an edit.

    Raises:
        InputError: Missing, damaged, empty, or of a form that cannot serve.
    """
    suffix = path.suffix.lower()
    if not path.is_file():
        raise InputError(f"There is no edit {path}", "Check the path")
    if suffix in _UNFIT:
        raise InputError(f"{path} {_UNFIT[suffix]}", _REMEDY)
    if suffix == ".otio":
        sequence = otio_reader.read(path)
    elif suffix in (".xml", ".xmeml"):
        sequence = fcp7_reader.read(path)
    else:
        raise InputError(f"{path} is no edit that Lumiphone knows", _REMEDY)
    if not any(track.clips for track in sequence.tracks if track.kind == "video"):
        raise InputError(f"{path} has no pictures", "Export a timeline with clips on it")
    return sequence

"""The edit with its sound, in both forms, beside the sounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.timeline import fcp7_writer, otio_writer
from engine.timeline.sound_tracks import lay_tracks

if TYPE_CHECKING:
    from collections.abc import Sequence as Row
    from pathlib import Path

    from engine.packs.manifest import Stem
    from engine.timeline.sequence import Sequence
    from engine.timeline.sounding import Result


def assemble(
    edit: Sequence, source: Path, results: Row[Result], default_stem: Stem, folder: Path
) -> dict[str, Path]:
    """Write ``<edit>.otio`` and ``<edit>.xml`` with the sounds, and return both by their form.

    Args:
        edit: The edit.
        source: The file that it was read from.
        results: The sounds.
        default_stem: What they are where their job does not say.
        folder: Where to write.

    Raises:
        InputError: That would replace the edit itself, or the edit cannot be read any more.
        OutputError: They cannot be written.
    """
    tracks = lay_tracks(results, default_stem)
    targets = {form: folder / f"{source.stem}.{form}" for form in ("otio", "xml")}
    if source.resolve() in {path.resolve() for path in targets.values()}:
        raise InputError(f"{source} would be replaced", "Choose another folder with -o")
    clip = results[0].job.clip
    otio_writer.write(targets["otio"], edit, source, tracks)
    fcp7_writer.write(targets["xml"], edit, source, tracks, (clip.width, clip.height))
    return targets


def copy_edit(source: Path, folder: Path) -> Path:
    """Write an edit's file into another folder and return its path there.

    Raises:
        InputError: That is the edit itself, or it cannot be read.
        OutputError: It cannot be written.
    """
    path = folder / source.name
    if path.resolve() == source.resolve():
        raise InputError(f"{source} would be replaced", "Choose another folder with -o")
    writer = otio_writer if source.suffix.lower() == ".otio" else fcp7_writer
    writer.copy(source, path)
    return path

"""The clips of a job: files that are named, and all films below folders that are named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.media.films import films_in, folders_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class BatchClip:
    """One clip.

    Attributes:
        path: The file.
        place: Folder of the results in which its own lies, as the file's in the folder named.
    """

    path: Path
    place: Path = Path()

    @property
    def key(self) -> str:
        """Its name in the job, "day 1/street.mp4"."""
        return (self.place / self.path.name).as_posix()


def batch_clips(paths: Iterable[Path], results: Path) -> list[BatchClip]:
    """Return the clips that are meant, each once.

    Args:
        paths: Files, and folders whose films are meant with those of their folders.
        results: Where the results go; what lies there is none of the clips.

    Raises:
        InputError: There is no clip, or a folder that is not there.
    """
    found: dict[Path, BatchClip] = {}
    named = list(paths)
    for path in named:
        clips = _below(path, Path(), results.resolve()) if path.is_dir() else [BatchClip(path)]
        for clip in clips:
            found.setdefault(clip.path.resolve(), clip)
    if not found:
        raise InputError(
            f"{', '.join(map(str, named))} holds no films", "Give clips, or folders with clips"
        )
    return list(found.values())


def _below(folder: Path, place: Path, results: Path) -> Iterator[BatchClip]:
    if folder.resolve() == results:
        return
    try:
        for film in films_in(folder):
            yield BatchClip(film, place)
        for inner in folders_in(folder):
            yield from _below(inner, place / inner.name, results)
    except OSError as error:
        raise InputError(
            f"{folder} cannot be read ({error.strerror})", "Check its permissions and its drive"
        ) from error

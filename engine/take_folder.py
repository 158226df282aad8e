"""``DIR/<clip name>``: where the takes of one clip lie, numbered, and never overwritten.

What is being made lies in a hidden folder beside the finished takes and is moved out whole.
Whatever ends a run, a cancel or a full disk, the hidden folder goes, and so do folders in which
nothing came to lie. A killed process can leave a hidden folder behind; the next one removes it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import LumiphoneError, OutputError
from engine.media.staging import staged
from engine.media.strays import is_stray, writers_mark
from engine.provenance import Origin, read_origin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.cues import CueSheet

_UNSAFE = re.compile(r'[\x00-\x1f\x7f\ud800-\udfff<>:"/\\|?*]')  # somewhere, in a file's name
_LONGEST_NAME = 60
_TAKE = re.compile(r"\.?take-(\d+)\.")
_WRITER = ".writer-"
_REMEDY = "Choose another folder, or make room and allow writing there"


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the system's refusals to write ``path`` into an error with a remedy.

    Raises:
        OutputError: Writing failed.
    """
    try:
        yield
    except LumiphoneError:  # already says it
        raise
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise OutputError(f"{path} cannot be written ({reason})", _REMEDY) from error


def write_json(path: Path, data: object) -> None:
    """Write readable JSON, whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    with staged(path) as draft:
        # What a file name has that is no text becomes a JSON escape.
        draft.write_text(text, "utf-8", errors="backslashreplace")


@dataclass(frozen=True, slots=True)
class TakeSlot:
    """A take's number, and the hidden folder in which its files are made.

    Attributes:
        number: From 1; not used by any other take in the folder.
        work: Where to write ``take-<number>.*``; what lies there is moved out when all went well.
    """

    number: int
    work: Path

    def path(self, suffix: str) -> Path:
        """Return where to write the take's file with this suffix (".wav")."""
        return self.work / f"take-{self.number}{suffix}"


class TakeFolder:
    """The folder of one clip's takes.

    Attributes:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    @contextlib.contextmanager
    def of_clip(cls, root: Path, origin: Origin, name: str = "") -> Iterator[TakeFolder]:
        """Provide the clip's folder inside ``root``; if nothing is put there, nothing stays.

        It is named as a timeline calls the clip, or else after its file. Another clip of that name
        that already has takes there keeps its folder; this one then gets ``clip.mov`` or
        ``clip-2``.

        Raises:
            OutputError: The folder cannot be made.
        """
        path = _free_folder(root, origin, name)
        made = [folder for folder in (path, *path.parents) if not folder.exists()]
        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
            _remove_strays(path)
        try:
            yield cls(path)
        finally:
            with contextlib.suppress(OSError):  # the first that is not empty ends it
                for folder in made:
                    folder.rmdir()

    @contextlib.contextmanager
    def slot(self) -> Iterator[TakeSlot]:
        """Provide a place for the next take; on a normal exit its files join the finished ones.

        Raises:
            OutputError: The folder cannot be written.
        """
        with writing(self.path):
            slot = self._reserve()
            try:
                yield slot
                self._publish(slot)
            except OutputError as error:
                # The hidden folder means nothing to a user.
                what = error.what.replace(str(slot.work), str(self.path))
                raise OutputError(what, error.remedy) from error
            finally:
                shutil.rmtree(slot.work, ignore_errors=True)

    def _reserve(self) -> TakeSlot:
        number = self._next_number()
        while True:
            work = self.path / f".take-{number}.partial"
            try:
                work.mkdir()  # also keeps the number from another process
            except FileExistsError:
                number += 1
                continue
            if number == self._next_number(but=work.name):
                (work / f"{_WRITER}{writers_mark()}").touch()
                return TakeSlot(number, work)
            work.rmdir()  # the other process finished that number meanwhile
            number += 1

    def _next_number(self, but: str = "") -> int:
        names = (entry.name for entry in self.path.iterdir() if entry.name != but)
        return max((int(match[1]) for name in names if (match := _TAKE.match(name))), default=0) + 1

    def _publish(self, slot: TakeSlot) -> None:
        published: list[Path] = []
        try:
            files = [file for file in slot.work.iterdir() if not file.name.startswith(_WRITER)]
            # The sidecar last: where it lies, the take is whole.
            for file in sorted(files, key=lambda file: file.suffix == ".json"):
                target = self.path / file.name
                os.replace(file, target)  # noqa: PTH105 - the two names read better side by side
                published.append(target)
        except OSError:
            for target in published:
                target.unlink(missing_ok=True)
            raise

    def place_cues(self, sheet: CueSheet) -> Path:
        """Write ``cues.json`` and return its path; a different one, edited by hand, is left alone.

        Raises:
            OutputError: It cannot be written.
        """
        data = sheet.to_json()
        path, number = self.path / "cues.json", 1
        while path.exists():
            if _read_json(path) == data:
                return path
            number += 1
            path = self.path / f"cues-{number}.json"
        write_json(path, data)
        return path


def _remove_strays(folder: Path) -> None:
    for work in folder.glob(".take-*.partial"):
        mark = next((file.name.removeprefix(_WRITER) for file in work.glob(f"{_WRITER}*")), "")
        if is_stray(work, mark):
            shutil.rmtree(work, ignore_errors=True)


def _free_folder(root: Path, origin: Origin, name: str) -> Path:
    """The first name in ``root`` that no other clip's takes hold."""
    clip = origin.path
    wanted = _UNSAFE.sub("_", name)[:_LONGEST_NAME].strip() or clip.stem
    stem = wanted.rstrip(" .") or "clip"  # Windows drops these at a name's end
    number = 1
    for candidate in (stem, clip.name):
        if _belongs(root / candidate, origin):
            return root / candidate
    while True:
        number += 1
        if _belongs(root / f"{stem}-{number}", origin):
            return root / f"{stem}-{number}"


def _belongs(folder: Path, origin: Origin) -> bool:
    if not folder.exists():
        return True
    if not folder.is_dir():
        return False
    owners = (read_origin(sidecar) for sidecar in sorted(folder.glob("take-*.json")))
    owner = next((owner for owner in owners if owner), None)
    return owner is None or owner.same_clip(origin)


def _read_json(path: Path) -> Any:  # noqa: ANN401 - whatever lies there
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None

"""Features that were computed once, on disk: for other takes, prompts, packs and days.

A feature is filed under what decides it: the pictures (the file's sum and the stretch), how they
are prepared, and the sums of the graph's files. Packs that share a graph share its features.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.codec import encode
from engine.media.staging import staged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.inference.arrays import Floats
    from engine.packs.registry import Pack
    from engine.source import Source

CACHE_VARIABLE = "LUMIPHONE_CACHE"
CAPACITY = 2**29  # bytes; eight seconds of pictures are about one megabyte
_LEAST = 2**14  # bytes that a small file counts as, so that there are never too many
_FORM = 1  # to be raised when pictures are prepared in another way


def cache_folder() -> Path:
    """Return the folder for what can be computed again, as the system's rules place it."""
    if given := os.environ.get(CACHE_VARIABLE):
        return Path(given)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
        return Path(local, "Lumiphone", "Cache")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "Lumiphone"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lumiphone"


def default_store() -> FeatureStore:
    """Return the store that all engines of this user share."""
    return FeatureStore(cache_folder() / "features")


class FeatureStore:
    """A folder of features; what was not used for longest goes first.

    A store that cannot be read or written costs time, never a take.

    Args:
        folder: Where they lie.
        capacity: Bytes that they may take.
    """

    def __init__(self, folder: Path, capacity: int = CAPACITY) -> None:
        self._folder = folder
        self._capacity = capacity

    def recall(self, key: str) -> Floats | None:
        """Return the feature filed under ``key``, if it is there and whole."""
        path = self._path(key)
        try:
            values: Floats = np.load(path, allow_pickle=False)
            os.utime(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            return None
        return values

    def keep(self, key: str, values: Floats) -> None:
        """File a feature, and make room for it."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with staged(self._path(key)) as draft, draft.open("wb") as file:
                np.save(file, values)
            self._make_room()

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.npy"

    def _make_room(self) -> None:
        files = [(path, path.stat()) for path in self._folder.glob("*.npy")]
        taken = sum(max(state.st_size, _LEAST) for _, state in files)
        for path, state in sorted(files, key=lambda file: file[1].st_mtime_ns):
            if taken <= self._capacity:
                return
            path.unlink(missing_ok=True)
            taken -= max(state.st_size, _LEAST)


def picture_keys(pack: Pack, source: Source) -> dict[str, str]:
    """Return under what each of a pack's picture features of a span is filed, by stage."""
    manifest, span = pack.manifest, source.span
    stretch = [source.sha256, str(span.duration), str(span.media_start), str(span.speed)]
    return {
        name: _key(
            stretch,
            encode(manifest.pictures[stage.pictures]),
            [stage.input, stage.output, str(stage.rate), stage.segment, stage.stride],
            _sums(pack, manifest.graphs[stage.graph].file),
        )
        for name, stage in manifest.features.items()
    }


def text_key(pack: Pack, words: str) -> str:
    """Return under what a prompt's features are filed.

    Raises:
        ValueError: The pack takes no prompts.
    """
    stage = pack.manifest.text
    if stage is None:
        raise ValueError("a pack without text has no text features")
    files = (pack.manifest.graphs[stage.graph].file, stage.tokenizer)
    return _key(words, encode(stage), *(_sums(pack, file) for file in files))


def _sums(pack: Pack, file: str) -> Mapping[str, str]:
    """The sums of a graph's file and of those that hold its weights, which begin with its name."""
    files = pack.manifest.files
    return {name: entry.sha256 for name, entry in files.items() if name.startswith(file)}


def _key(*parts: Any) -> str:  # noqa: ANN401 - JSON values
    text = json.dumps([_FORM, *parts], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()

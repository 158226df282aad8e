"""The finished bank on disk: one memory-mapped file of samples and an index that describes it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from engine.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from engine.training.bank.table import Role

AUDIO = "audio.s16"
INDEX = "index.jsonl"
Split = Literal["train", "held-out"]
HELD_OUT = 0.08


@dataclass(frozen=True, slots=True)
class Entry:
    """One recording of the bank.

    Attributes:
        offset: First sample in the bank's audio file.
        samples: Length at 48 kHz.
        package: Debian package, or "procedural".
        version: Its version.
        path: Installed path inside the package; archive members below the archive's name.
        licence: Short name of the licence.
        source_rate: Sample rate of the source file.
        bandwidth_hz: Highest frequency with content.
        rms_db: Level of the whole in dBFS; the peak lies at -1.5 dBFS.
        category: UCS CatID.
        role: How it can be used, see :class:`engine.training.bank.table.Description`.
        captions: Phrases that ask for it.
        subject: What sounds.
        action: What it does, or "".
        material: What it is made of or on, or "".
        split: "train" or "held-out".
    """

    offset: int
    samples: int
    package: str
    version: str
    path: str
    licence: str
    source_rate: int
    bandwidth_hz: int
    rms_db: float
    category: str
    role: Role
    captions: tuple[str, ...]
    subject: str
    action: str
    material: str
    split: Split

    def to_json(self) -> str:
        """Return the entry as one line of the index."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> Entry:
        """Read one line of the index."""
        values = json.loads(line)
        values["captions"] = tuple(values["captions"])
        return cls(**values)


class Bank:
    """Read access to a finished bank."""

    def __init__(self, folder: Path) -> None:
        """Open a bank.

        Args:
            folder: Where ``python -m engine.training.bank`` wrote it.

        Raises:
            InputError: No bank there, or its two files do not fit each other.
        """
        remedy = f"Build it: python -m engine.training.bank --work {folder}"
        try:
            lines = (folder / INDEX).read_text("utf-8").splitlines()
            self.entries = tuple(Entry.from_json(line) for line in lines)
            self._audio = np.memmap(folder / AUDIO, np.int16, "r")
        except (OSError, ValueError, TypeError) as error:
            raise InputError(f"{folder} holds no audio bank ({error})", remedy) from error
        if sum(entry.samples for entry in self.entries) != len(self._audio):
            raise InputError(f"{folder}: {INDEX} does not fit {AUDIO}", remedy)

    def samples(
        self, entry: Entry, start: int = 0, count: int | None = None
    ) -> npt.NDArray[np.float32]:
        """Return float32 samples of an entry, or of a stretch of it."""
        count = entry.samples - start if count is None else min(count, entry.samples - start)
        first = entry.offset + start
        scaled: npt.NDArray[np.float32] = self._audio[first : first + count] * np.float32(1 / 32767)
        return scaled


def assign_splits(strata: dict[str, list[str]]) -> dict[str, Split]:
    """Hold out about 8 % of every stratum, by the hash of the paths.

    Args:
        strata: Group name to the keys of its members; groups under four give nothing away.

    Returns:
        Key to split. Depends on nothing but the names.
    """
    splits: dict[str, Split] = {}
    for name, keys in strata.items():
        ordered = sorted(keys, key=_hashed)
        share = len(keys) * HELD_OUT if len(keys) >= 4 else 0.0
        held = int(share) + (_hashed(name) < share % 1)
        splits |= {key: "held-out" if i < held else "train" for i, key in enumerate(ordered)}
    return splits


def _hashed(text: str) -> float:
    """A number from 0 to 1 that is always the same for a text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / (1 << 48)

"""The bank as the composer sees it: grouped by what sounds, so that rare kinds get heard."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.training.clips.onsets import Onset, Samples, detect_onsets

if TYPE_CHECKING:
    from engine.training.bank.store import Bank, Entry, Split

_MIN_ONSET_DB = 20.0  # onsets of one file so much below its strongest belong to its tail
_LEAD = 2400  # silence before a file, so that what starts at once is an onset as well
_SOFT_ATTACK = 2880  # 60 ms
_ONE_EVENT = 4320  # 90 ms
_LONGEST_EVENT = 6 * 48_000


@dataclass(frozen=True, slots=True)
class Group:
    """Recordings of one thing doing one thing.

    Attributes:
        key: "role|category|subject|action|material".
        entries: The recordings.
        weight: How often it is drawn.
    """

    key: str
    entries: tuple[Entry, ...]
    weight: float


class Palette:
    """Draws recordings of one split, by role."""

    def __init__(self, bank: Bank, split: Split) -> None:
        """Group a bank's recordings.

        Args:
            bank: The audio bank.
            split: Only recordings of this part are used.
        """
        self._bank = bank
        self._onsets: dict[int, tuple[Onset, ...]] = {}
        members: dict[str, list[Entry]] = defaultdict(list)
        for entry in bank.entries:
            if entry.split == split:
                role = _used_as(entry)
                what = (role, entry.category, entry.subject, entry.action, entry.material)
                members["|".join(what)].append(entry)
        groups = [
            Group(key, tuple(entries), float(np.sqrt(1 + len(entries)) * _interest(key)))
            for key, entries in sorted(members.items())
        ]
        self._by_role = {
            role: [group for group in groups if group.key.startswith(f"{role}|")]
            for role in ("event", "step", "sequence", "bed", "music")
        }

    def has(self, role: str) -> bool:
        """Return whether there is anything of a role."""
        return bool(self._by_role[role])

    def group(self, roles: tuple[str, ...], random: np.random.Generator) -> Group:
        """Draw a group among several roles.

        Raises:
            LookupError: The bank has nothing of these roles.
        """
        groups = [group for role in roles for group in self._by_role[role]]
        if not groups:
            raise LookupError(f"the bank has no {' or '.join(roles)}")
        weights = np.cumsum([group.weight for group in groups])
        return groups[int(np.searchsorted(weights, random.random() * weights[-1], "right"))]

    def samples(self, entry: Entry, start: int = 0, count: int | None = None) -> Samples:
        """Return a recording's samples, or a stretch of them."""
        return self._bank.samples(entry, start, count)

    def onsets(self, entry: Entry) -> tuple[Onset, ...]:
        """Return where a placed recording sounds; at least one onset, measured once."""
        if entry.offset not in self._onsets:
            self._onsets[entry.offset] = event_onsets(self.samples(entry))
        return self._onsets[entry.offset]


def event_onsets(samples: Samples) -> tuple[Onset, ...]:
    """Return a single sound's onsets: where it becomes loud and what clearly sets in after that.

    Two onsets within 90 ms (heel and toe) are one event to an eye.
    """
    padded = np.concatenate([np.zeros(_LEAD, np.float32), samples])
    found = [Onset(max(0, onset.sample - _LEAD), onset.level_db) for onset in detect_onsets(padded)]
    loud = _first_loud(samples)
    if not found or found[0].sample > loud + _SOFT_ATTACK:
        part = samples[loud : loud + 1440]
        found.insert(0, Onset(loud, 10 * float(np.log10(np.square(part).mean() + 1e-12))))
    least = max(onset.level_db for onset in found) - _MIN_ONSET_DB
    kept: list[Onset] = []
    for onset in found:
        if onset.level_db < least:
            continue
        if kept and onset.sample - kept[-1].sample < _ONE_EVENT:
            kept[-1] = Onset(kept[-1].sample, max(kept[-1].level_db, onset.level_db))
        else:
            kept.append(onset)
    return tuple(kept)


def _first_loud(samples: Samples) -> int:
    """The first 5 ms block within 14 dB of the loudest."""
    count = max(1, len(samples) // 240)
    blocks = np.square(samples[: count * 240].reshape(count, -1)).mean(axis=1)
    return int(np.argmax(blocks > 0.04 * blocks.max())) * 240


def _used_as(entry: Entry) -> str:
    """A long "event" is rather an excerpt, a very short "bed" too."""
    if entry.role == "event" and entry.samples > _LONGEST_EVENT:
        return "sequence"
    return entry.role


_DULL = ("UI", "BEEP", "MUSCStngr", "SCI", "GORE", "CREA", "VOXScrm", "VOXEfrt", "TOON", "MAG")
_WANTED = ("FEET", "DOOR", "GLAS", "WATR", "RAIN", "WIND", "ANMLDog", "ANMLCat", "IMPT", "VEH")


def _interest(key: str) -> float:
    """Game noises less often, what films are full of more often."""
    category = key.split("|")[1]
    if category.startswith(_DULL):
        return 0.45
    return 1.5 if category.startswith(_WANTED) or category.endswith("Impt") else 1.0

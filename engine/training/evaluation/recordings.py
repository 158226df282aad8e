"""Real recordings, laid out in time as the takes are that they are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InputError
from engine.training.clips.onsets import SAMPLE_RATE
from engine.training.clips.palette import Palette
from engine.training.clips.placing import Sound, excerpt, place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.cues import CueEvent
    from engine.training.bank.store import Bank, Entry, Split
    from engine.training.clips.onsets import Samples
    from engine.training.evaluation.prompts import Prompt

_LONGEST_EVENT = 4 * SAMPLE_RATE
_PEAK = 0.7


@dataclass(frozen=True, slots=True)
class Chosen:
    """The recordings that stand for a prompt.

    Attributes:
        entries: Of the bank; at least one.
        held_out: Whether training has never used them.
    """

    entries: tuple[Entry, ...]
    held_out: bool


class Recordings:
    """A bank's recordings by prompt.

    Args:
        bank: The audio bank.
    """

    def __init__(self, bank: Bank) -> None:
        self._entries = bank.entries
        self._palette = Palette(bank, "held-out")  # which measures and cuts entries of any split

    def choose(self, prompt: Prompt) -> Chosen:
        """Return the held-out recordings of a prompt or, if the bank holds out none, all of them.

        Raises:
            InputError: The bank has none at all.
        """
        held_out = self.of_split(prompt, "held-out")
        entries = held_out or self.of_split(prompt, "train")
        if not entries:
            raise InputError(
                f"The audio bank has no {' or '.join(prompt.recordings)}, for '{prompt.words}'",
                "Build it with all packages: python -m engine.training.bank --help",
            )
        return Chosen(entries, bool(held_out))

    def of_split(self, prompt: Prompt, split: Split) -> tuple[Entry, ...]:
        """Return a prompt's recordings in one part of the bank, maybe none; no synthetic ones."""
        longest = None if prompt.every is None else _LONGEST_EVENT
        return tuple(
            entry
            for entry in self._entries
            if entry.split == split
            and entry.package != "procedural"
            and f"{entry.category}/{entry.subject}" in prompt.recordings
            and (longest is None or entry.samples <= longest)
        )

    def single(self, prompt: Prompt) -> tuple[Entry, ...]:
        """Return the recordings of a prompt that sound once: held-out ones if there are any.

        Raises:
            InputError: The bank has none of these.
        """
        chosen = self.choose(prompt).entries
        for entries in (chosen, self.of_split(prompt, "train")):
            if single := tuple(e for e in entries if len(self._palette.onsets(e)) == 1):
                return single
        raise InputError(
            f"The audio bank has no single sound for '{prompt.words}'",
            "Build it with all packages: python -m engine.training.bank --help",
        )

    def music(self) -> tuple[Entry, ...]:
        """Return the held-out music."""
        return tuple(e for e in self._entries if e.split == "held-out" and e.role == "music")

    def beds(self) -> tuple[Entry, ...]:
        """Return the held-out recordings of places and weather, that go on by themselves."""
        return tuple(e for e in self._entries if e.split == "held-out" and e.role == "bed")

    def lasting(self, entries: Sequence[Entry], count: int, random: np.random.Generator) -> Samples:
        """Return ``count`` samples of one of the recordings, repeated if it is shorter."""
        entry = entries[int(random.integers(len(entries)))]
        return _levelled(excerpt(self._palette, entry, count, random))

    def placed(
        self,
        entries: Sequence[Entry],
        events: Sequence[CueEvent],
        count: int,
        random: np.random.Generator,
    ) -> Samples:
        """Return ``count`` samples with one of the recordings at each event, as loud as it asks."""
        mix = np.zeros(count, np.float32)
        for event in events:
            entry = entries[int(random.integers(len(entries)))]
            samples = self._palette.samples(entry) * np.float32(event.strength)
            sound = Sound(samples, self._palette.onsets(entry))
            place(mix, sound, round(event.seconds * SAMPLE_RATE))
        return _levelled(mix)


def _levelled(samples: Samples) -> Samples:
    peak = float(np.abs(samples).max(initial=0.0))
    return samples * np.float32(_PEAK / max(peak, 1e-6))

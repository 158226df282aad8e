"""Captions of composed clips: every clip gets a few phrasings of the same content."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from engine.training.bank.store import Entry

CAPTIONS = 4
_LOW_RATE = 12_000


def of_entry(entry: Entry, random: np.random.Generator) -> list[str]:
    """Return up to four of a recording's phrases in random order."""
    order = random.permutation(len(entry.captions))
    drawn = [entry.captions[i] for i in order]
    drawn.sort(key=lambda phrase: phrase == entry.subject)  # the bare thing says least
    return drawn[:CAPTIONS]


def of_pattern(entry: Entry, pace: str, random: np.random.Generator) -> list[str]:
    """Return phrases for a repeated sound; the pace is named in some."""
    base = of_entry(entry, random)
    if pace in ("walking", "running"):
        on = f" on {entry.material}" if entry.material else ""
        gaits = [f"{pace}{on}", f"footsteps {pace}{on}", f"someone {pace}{on}", f"footsteps{on}"]
        return [gaits[i] for i in random.permutation(len(gaits))]
    if not pace:
        return base
    return [f"{phrase}, {pace}" if random.random() < 0.5 else phrase for phrase in base]


def joined(first: list[str], second: list[str], random: np.random.Generator) -> list[str]:
    """Return phrases for two sources, the dominant one first."""
    forms = ("{0} with {1}", "{0}, {1} in the background", "{0} and {1}", "{0}, {1}")
    return [
        forms[int(random.integers(len(forms)))].format(
            first[k % len(first)], second[k % len(second)]
        )
        for k in range(max(2, min(CAPTIONS, len(first))))
    ]


def tagged(phrases: list[str], tags: list[str], random: np.random.Generator) -> list[str]:
    """Add what the recording is like ("distant", "old recording"): always to the first phrase."""
    if not tags:
        return phrases
    return [
        ", ".join([phrase, *(tag for tag in tags if k == 0 or random.random() < 0.6)])
        for k, phrase in enumerate(phrases)
    ]


def quality_tags(entry: Entry) -> list[str]:
    """Return what to say of a recording whose sample rate leaves it without highs."""
    return ["low quality recording"] if entry.source_rate < _LOW_RATE else []

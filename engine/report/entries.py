"""The sounds of a folder, measured, for the report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.cues import CueSheet
from engine.errors import CancelledError, CueSheetError, InputError
from engine.inspection import read_sidecar, stems_in
from engine.media.outline import outline
from engine.media.programme_loudness import measure_loudness
from engine.media.soundtrack import read_sound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from engine.media.programme_loudness import Loudness
    from engine.progress import Cancelled, Progress

COLUMNS = 1000  # of a waveform


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One sound.

    Attributes:
        wav: Its file.
        stem: Which stem it is, or "mix" with the stems that it is of.
        facts: Its sidecar's values.
        seconds: How long it is.
        channels: How many it has.
        sample_rate: Samples per second.
        loudness: As measured now.
        lows: Lowest sample in each of up to 1000 equal parts of it.
        highs: Highest.
        cues: What happens when; None if the sheet is not there.
    """

    wav: Path
    stem: str
    facts: dict[str, Any]
    seconds: float
    channels: int
    sample_rate: int
    loudness: Loudness
    lows: npt.NDArray[np.float32]
    highs: npt.NDArray[np.float32]
    cues: CueSheet | None


def collect(folder: Path, progress: Progress, cancelled: Cancelled) -> list[Entry]:
    """Read and measure every sound under ``folder`` that has its sidecar.

    Raises:
        InputError: There is none.
        MediaError: A WAV is missing or damaged.
        CancelledError: ``cancelled`` returned True.
    """
    paths = sorted(folder.rglob("*.json")) if folder.is_dir() else []
    found = [(path, facts) for path in paths if (facts := read_sidecar(path)) and "wav" in facts]
    if not found:
        raise InputError(
            f"{folder} holds no takes", "Give a folder that `lumiphone generate` has written to"
        )
    sounds = [(path, facts, *sound) for path, facts in found for sound in _sounds(facts)]
    entries = []
    for done, sound in enumerate(sounds):
        if cancelled():
            raise CancelledError
        progress("measuring", done / len(sounds))
        entries.append(_entry(*sound))
    return entries


def _sounds(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """A take's files, its stems after their mix, each with what it is."""
    stems = stems_in(facts)
    apart = {stem: origin["wav"] for stem, origin in stems.items() if "wav" in origin}
    alone = facts.get("stem") or ", ".join(stems)
    yield str(facts["wav"]), f"mix ({alone})" if apart else alone
    yield from ((str(wav), stem) for stem, wav in apart.items())


def _entry(sidecar: Path, facts: dict[str, Any], name: str, stem: str) -> Entry:
    wav = sidecar.with_name(name)
    samples, rate = read_sound(wav)
    return Entry(
        wav,
        stem,
        facts,
        samples.shape[1] / rate,
        samples.shape[0],
        rate,
        measure_loudness(samples, rate),
        *outline(samples, COLUMNS),
        _cues(sidecar, facts),
    )


def _cues(sidecar: Path, facts: dict[str, Any]) -> CueSheet | None:
    """The sheet that was given, or the one beside the take."""
    try:
        if isinstance(facts.get("cues"), dict):
            return CueSheet.from_json(facts["cues"], sidecar.name)
        path = sidecar.with_name(str(facts["cue_sheet"]))
        return CueSheet.from_json(json.loads(path.read_text("utf-8")), path.name)
    except (OSError, ValueError, KeyError, CueSheetError):
        return None

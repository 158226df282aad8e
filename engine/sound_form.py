"""In which form a take's sound is delivered: plain WAV or Broadcast Wave, level and name."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from engine import __version__
from engine.errors import InputError
from engine.media.bwf import BroadcastInfo, write_bwf
from engine.media.programme_loudness import TARGETS, Loudness, measure_loudness, normalise
from engine.provenance import portable
from engine.timebase import parse_time

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.media.reader import Clip
    from engine.naming import UcsName
    from engine.take_folder import TakeSlot
    from engine.takes import Take

WavFormat = Literal["wav", "bwf"]


class WrittenSound(NamedTuple):
    """A take's WAV.

    Attributes:
        path: Where it lies.
        facts: What the sidecar says, "loudness" included where it was measured.
        warnings: What a person should know of its level.
    """

    path: Path
    facts: dict[str, Any]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SoundForm:
    """How takes are written as sound.

    Attributes:
        wav_format: "wav", or "bwf" for Broadcast Wave with timecode, loudness and provenance.
        target: The take is the full mix: bring it to this loudness, a name in ``TARGETS``. None
            leaves it at the level at which it is to be mixed.
        ucs: Name the WAV after UCS; None names it ``take-<k>``.
    """

    wav_format: WavFormat = "wav"
    target: str | None = None
    ucs: UcsName | None = None

    def write(self, take: Take, slot: TakeSlot) -> WrittenSound:
        """Write a take's WAV into its slot.

        Raises:
            OutputError: It cannot be written.
        """
        facts: dict[str, Any] = {"wav_format": self.wav_format}
        warnings: tuple[str, ...] = ()
        loudness: Loudness | None = None
        if self.target is not None:
            target = TARGETS[self.target]
            result = normalise(take.samples, take.sample_rate, target)
            take, loudness = replace(take, samples=result.samples), result.loudness
            facts["loudness_target"] = self.target
            warnings = tuple(text for text in (result.warning, target.remark) if text)
        elif self.wav_format == "bwf":
            loudness = measure_loudness(take.samples, take.sample_rate)
        if loudness is not None:
            facts["loudness"] = loudness.to_json()
        facts = take.to_json() | facts
        path = self._path(take, slot)
        if self.wav_format == "bwf":
            info = broadcast_info(take, facts, loudness, slot.number)
            write_bwf(path, take.samples, take.sample_rate, info)
        else:
            take.save(path)
        return WrittenSound(path, facts, warnings)

    def _path(self, take: Take, slot: TakeSlot) -> Path:
        if self.ucs is None:
            return slot.path(".wav")
        number = slot.number
        while True:
            name = f"{self.ucs.file_name(heard(take), number)}.wav"
            if not (slot.work.parent / name).exists():  # left where its sidecar was deleted
                return slot.work / name
            number += 1


def heard(take: Take) -> str:
    """Return in words what a take is: the prompt, or what was seen."""
    return take.provenance.prompt or take.provenance.suggested_prompt


def broadcast_info(
    take: Take, facts: Mapping[str, Any], loudness: Loudness | None, number: int
) -> BroadcastInfo:
    """Return what a Broadcast Wave file says of a take.

    Args:
        take: The take.
        facts: Its sidecar's values.
        loudness: As measured.
        number: Of the take.
    """
    source, made = take.observation.source, take.provenance
    timecode = source.clip.timecode or ""
    carried = portable(facts)
    words = json.dumps(carried, sort_keys=True).encode()
    return BroadcastInfo(
        description=heard(take),
        start=timecode_start(source.clip) + source.span.media_start,
        rate=source.clip.rate if timecode else None,
        drop_frame=timecode[-3:-2] in {";", ",", "."},
        originated=datetime.now().astimezone(),
        reference=hashlib.sha256(words).hexdigest()[:32],
        maker=f"Lumiphone {__version__} {made.pack}",
        loudness=loudness,
        scene=source.name or source.clip.path.stem,
        take=str(number),
        tape=source.clip.path.name,
        tracks=_track_names(made.stem, take.samples.shape[0]),
        provenance=carried,
    )


def timecode_start(clip: Clip) -> Fraction:
    """Return the clip's first picture in seconds since midnight; 0 without a timecode."""
    if not clip.timecode:
        return Fraction(0)
    try:
        return parse_time(clip.timecode, clip.rate) / clip.rate
    except InputError:  # counted at another rate than it has
        return Fraction(0)


def _track_names(stem: str, channels: int) -> tuple[str, ...]:
    if channels == 1:
        return (stem,)
    return tuple(f"{stem} {side}" for side in ("L", "R")[:channels])

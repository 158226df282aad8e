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
from engine.media.mixing import Mixed, normalise_stems
from engine.media.programme_loudness import TARGETS, measure_loudness, normalise
from engine.media.writer import write_wav
from engine.provenance import portable
from engine.timebase import parse_time

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.media.programme_loudness import Loudness, Normalised, Target
    from engine.media.reader import Clip
    from engine.naming import UcsName
    from engine.packs.manifest import Stem
    from engine.take_folder import TakeSlot
    from engine.takes import Take

WavFormat = Literal["wav", "bwf"]


class WrittenSound(NamedTuple):
    """A take's WAVs.

    Attributes:
        path: Where it lies.
        stems: Where each of its stems lies; none, if it has only one.
        facts: What the sidecar says, "loudness" included where it was measured.
        warnings: What a person should know of its level.
    """

    path: Path
    stems: dict[Stem, Path]
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
        """Write a take's WAV into its slot, and one for each of its stems if it has several.

        Raises:
            OutputError: It cannot be written.
        """
        facts: dict[str, Any] = {"wav_format": self.wav_format}
        warnings: tuple[str, ...] = ()
        if self.target is not None:
            target = TARGETS[self.target]
            take, result = brought_to(take, target)
            facts |= {"loudness_target": self.target, "loudness": result.loudness.to_json()}
            warnings = tuple(text for text in (result.warning, target.remark) if text)
        elif self.wav_format == "bwf":
            facts["loudness"] = measure_loudness(take.samples, take.sample_rate).to_json()
        facts = take.to_json() | facts
        mix = slot.work / f"{self._base(take, slot)}.wav"
        stems = {stem: self._beside(mix, stem) for stem in take.stems} if _several(take) else {}
        for stem, path in stems.items():
            facts["stems"][stem]["wav"] = path.name
        self._write_wav(take, mix, facts, slot.number, None)
        for stem, path in stems.items():
            self._write_wav(take, path, facts, slot.number, stem)
        return WrittenSound(mix, stems, facts, warnings)

    def _write_wav(
        self, take: Take, path: Path, facts: Mapping[str, Any], number: int, stem: Stem | None
    ) -> None:
        samples = take.stems[stem] if stem else take.samples
        if self.wav_format == "bwf":
            loudness = measure_loudness(samples, take.sample_rate)
            info = broadcast_info(take, facts, loudness, number, stem)
            write_bwf(path, samples, take.sample_rate, info)
        else:
            write_wav(path, samples, take.sample_rate)

    def _base(self, take: Take, slot: TakeSlot) -> str:
        """The name without suffix of the take's mix."""
        if self.ucs is None:
            return slot.path("").name
        number = slot.number
        while True:
            base = self.ucs.file_name(take.provenance.heard, number)
            if not any(slot.work.parent.glob(f"{base}[._]*")):
                return base
            number += 1  # some were left where their sidecar was deleted

    def _beside(self, mix: Path, stem: Stem) -> Path:
        """Where a stem lies; UCS has its last field for what the user wants to add."""
        return mix.with_name(f"{mix.stem}{'.' if self.ucs is None else '_'}{stem}.wav")


def _several(take: Take) -> bool:
    return len(take.stems) > 1


def brought_to(take: Take, target: Target) -> tuple[Take, Normalised]:
    """Return a take at a target's loudness, its stems with it, and what came of it."""
    if _several(take):
        mixed, result = normalise_stems(
            Mixed(dict(take.stems), take.samples), take.sample_rate, target
        )
        return replace(take, samples=mixed.mix, stems=mixed.stems), result
    result = normalise(take.samples, take.sample_rate, target)
    stems = dict.fromkeys(take.stems, result.samples)
    return replace(take, samples=result.samples, stems=stems), result


def broadcast_info(
    take: Take,
    facts: Mapping[str, Any],
    loudness: Loudness,
    number: int,
    stem: Stem | None = None,
) -> BroadcastInfo:
    """Return what a Broadcast Wave file says of a take.

    Args:
        take: The take.
        facts: Its sidecar's values.
        loudness: Of what the file holds.
        number: Of the take.
        stem: Which of its stems the file holds; None: all.
    """
    source, made = take.observation.source, take.provenance
    timecode = source.clip.timecode or ""
    carried = portable(facts)
    words = json.dumps([carried, stem] if stem else carried, sort_keys=True).encode()
    return BroadcastInfo(
        description=made.stems[stem].heard if stem else made.heard,
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
        tracks=_track_names(stem or "+".join(made.stems), take.samples.shape[0]),
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

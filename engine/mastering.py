"""Finished mixes: how loud they are, and bringing them to a delivery's loudness."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.errors import InputError, LumiphoneError
from engine.inspection import Inspection
from engine.media.broadcast import BroadcastInfo
from engine.media.bwf import write_bwf
from engine.media.frames import opened_frames
from engine.media.mux import mux
from engine.media.programme_loudness import TARGETS, measure_loudness, normalise
from engine.media.reader import never, open_clip
from engine.media.soundtrack import read_soundtrack
from engine.provenance import portable, tags_of
from engine.sound_form import timecode_start
from engine.span import Span

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from engine.media.clip import Clip
    from engine.media.mux import SoundCodec
    from engine.media.programme_loudness import Loudness, Target
    from engine.media.soundtrack import Soundtrack
    from engine.progress import Cancelled

FILM_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv")
_WAVE = ".wav"
# What a container says of itself, not of what it holds.
_FORM_WORDS = frozenset({"major_brand", "minor_version", "compatible_brands", "encoder"})


class Mastered(NamedTuple):
    """A mix that was written.

    Attributes:
        path: The file.
        gain: What was added before any limiting, in dB.
        loudness: As it is now.
        warning: What could not be reached; empty if all was.
    """

    path: Path
    gain: float
    loudness: Loudness
    warning: str


@dataclass(frozen=True, slots=True)
class Mix:
    """A file whose sound is a whole mix.

    Attributes:
        path: The file.
        track: Its sound.
        clip: Its pictures; None if it has none.
        samples: float32 [channels, n], from the first picture on.
        loudness: As measured.
    """

    path: Path
    track: Soundtrack
    clip: Clip | None
    samples: npt.NDArray[np.float32]
    loudness: Loudness

    @classmethod
    def open(cls, path: Path, cancelled: Cancelled = never) -> Mix:
        """Read and measure a file's sound.

        Raises:
            MediaError: It is not there, damaged, or holds no sound.
            InputError: It has more than two channels.
            CancelledError: ``cancelled`` returned True.
        """
        track = read_soundtrack(path, cancelled)
        clip, samples = None, track.sound.samples
        if track.pictures:
            clip = open_clip(path)
            with opened_frames(path) as frames:
                samples = track.placed(frames.origin)
        return cls(path, track, clip, samples, measure_loudness(samples, track.sound.sample_rate))

    def write(
        self, out: Path, target: str | None, codec: SoundCodec | None, cancelled: Cancelled = never
    ) -> Mastered:
        """Write the mix, as Broadcast Wave or as film with its pictures untouched.

        Args:
            out: Its suffix says which; a film's changes if that container cannot hold the streams.
            target: A name in ``TARGETS``; None: it keeps its level.
            codec: Of a film's sound; None: AAC, or PCM where the sound was PCM.
            cancelled: Whether to stop.

        Raises:
            InputError: ``out`` is the file itself, or of no form that can be written.
            OutputError: It cannot be written.
            CancelledError: ``cancelled`` returned True.
        """
        if out.resolve() == self.path.resolve():
            raise InputError(f"{out} would be replaced", "Choose another name with -o")
        suffix = out.suffix.lower()
        if suffix != _WAVE and (self.clip is None or suffix not in FILM_SUFFIXES):
            films = "" if self.clip is None else f" or {', '.join(FILM_SUFFIXES)}"
            raise InputError(f"{self.path} cannot be written as {out.name}", f"Use {_WAVE}{films}")
        samples, rate = self.samples, self.track.sound.sample_rate
        gain, loudness, warning = 0.0, self.loudness, ""
        if target:
            samples, gain, loudness, warning = normalise(samples, rate, TARGETS[target])
        facts = self._facts(target, loudness)
        if suffix == _WAVE:
            write_bwf(out, samples, rate, self._info(loudness, facts))
        else:
            out = self._write_film(out, samples, codec, facts, cancelled)
        return Mastered(out, gain, loudness, warning)

    def _write_film(
        self,
        out: Path,
        samples: npt.NDArray[np.float32],
        codec: SoundCodec | None,
        facts: dict[str, Any] | None,
        cancelled: Cancelled,
    ) -> Path:
        if self.clip is None:
            raise AssertionError  # refused above
        words = {k: v for k, v in self.track.words.items() if k.lower() not in _FORM_WORDS}
        kind = codec or ("pcm" if self.track.codec.startswith("pcm") else "aac")
        with tempfile.TemporaryDirectory(prefix="lumiphone-mix-") as folder:
            wav = Path(folder) / "mix.wav"
            write_bwf(wav, samples, self.track.sound.sample_rate, BroadcastInfo())
            span = Span(self.path, self.clip.rate, self.clip.frames)
            tags = words | (tags_of(facts) if facts else {})
            return mux(span, wav, out, kind, cancelled, tags=tags)

    def _facts(self, target: str | None, loudness: Loudness) -> dict[str, Any] | None:
        """What made the sound, if Lumiphone did: made again, it comes to the target again."""
        try:
            facts = portable(Inspection.of(self.path).facts)
        except LumiphoneError:
            return None
        level = {"loudness_target": target} if target else {}
        return facts | level | {"loudness": loudness.to_json(), "wav_format": "bwf"}

    def _info(self, loudness: Loudness, facts: dict[str, Any] | None) -> BroadcastInfo:
        words = self.track.words
        info = BroadcastInfo(
            description=words.get("comment") or words.get("title") or "",
            originated=datetime.now().astimezone(),
            loudness=loudness,
            scene=self.path.stem,
            tape=self.path.name,
            provenance=facts,
        )
        if self.clip is None:
            start = int(words.get("time_reference") or 0)
            return replace(info, start=Fraction(start, self.track.sound.sample_rate))
        timecode = self.clip.timecode or ""
        return replace(
            info,
            start=timecode_start(self.clip),
            rate=self.clip.rate if timecode else None,
            drop_frame=timecode[-3:-2] in {";", ",", "."},
        )


def met_by(loudness: Loudness) -> list[str]:
    """Return the names of the targets that a mix meets as it is."""
    return [name for name, target in TARGETS.items() if meets(loudness, target)]


def meets(loudness: Loudness, target: Target) -> bool:
    """Return whether a mix lies within a target's tolerance and under its ceiling."""
    near = abs(loudness.integrated - target.integrated) <= target.tolerance
    return near and loudness.true_peak <= target.ceiling

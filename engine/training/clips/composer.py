"""Composes training clips: sounds of the bank placed in time, with captions and cue sheets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.cues import CueEvent, CueSheet
from engine.errors import InputError
from engine.training.clips import patterns, phrases
from engine.training.clips.onsets import (
    ENERGY_RATE,
    SAMPLE_RATE,
    Onset,
    Samples,
    detect_onsets,
    energy_curve,
    strength,
)
from engine.training.clips.placing import excerpt, place, varied
from engine.training.clips.rooms import Surroundings, draw_surroundings, surround

if TYPE_CHECKING:
    from engine.training.bank.store import Entry
    from engine.training.clips.palette import Palette

CLIP_SAMPLES = 376 * 1024
STEMS = ("effects", "ambience", "score")
_CAPTION_FREE = 0.1
_CLOSE_UP = 0.06
_TEXTURE = 9  # onsets a second of something continuous: no eye could see them one by one

MODES = {
    "rhythm": 0.34,
    "excerpt": 0.24,
    "scene": 0.20,
    "single": 0.11,
    "music": 0.10,
    "quiet": 0.01,
}


@dataclass(frozen=True, slots=True)
class Clip:
    """One training example.

    Attributes:
        audio: float32 [n], mono, 48 kHz.
        captions: Phrasings of the same content, the fullest first.
        caption_free: Whether training should use the clip without a caption.
        category: UCS CatID of the dominant sound.
        mode: How it was composed, a key of :data:`MODES`.
        stem: Which of :data:`STEMS` alone would hold it; None: it takes several.
        sheet: True events and the curve "energy".
    """

    audio: Samples
    captions: tuple[str, ...]
    caption_free: bool
    category: str
    mode: str
    stem: str | None
    sheet: CueSheet


@dataclass(frozen=True, slots=True)
class _Layer:
    samples: Samples
    onsets: tuple[Onset, ...]
    captions: list[str]
    tags: list[str]
    category: str
    stem: str | None


class Composer:
    """Makes clips; the same random state makes the same clip."""

    def __init__(self, palette: Palette, samples: int = CLIP_SAMPLES) -> None:
        """Prepare for clips of a length.

        Args:
            palette: Where the sounds come from.
            samples: Length of every clip, from 48,000 (a second) to 385,024 (8.02 s).

        Raises:
            InputError: Another length.
        """
        if not SAMPLE_RATE <= samples <= CLIP_SAMPLES:
            raise InputError(
                f"Clips of {samples} samples cannot be composed",
                f"Choose a length from {SAMPLE_RATE} to {CLIP_SAMPLES}",
            )
        self._palette = palette
        self._samples = samples
        self._duration = samples / SAMPLE_RATE

    def compose(self, random: np.random.Generator) -> Clip:
        """Return one clip."""
        mode = self._mode(random)
        layer = {
            "rhythm": self._rhythm,
            "excerpt": self._excerpt,
            "scene": self._scene,
            "single": self._single,
            "music": self._music,
            "quiet": self._quiet,
        }[mode](random)
        where = Surroundings() if mode in ("music", "quiet") else draw_surroundings(random)
        return self._finished(mode, layer, where, random)

    def _mode(self, random: np.random.Generator) -> str:
        missing = {
            "rhythm": not (self._palette.has("event") or self._palette.has("step")),
            "single": not self._palette.has("event"),
            "scene": not (self._palette.has("bed") and self._palette.has("event")),
            "excerpt": not (self._palette.has("bed") or self._palette.has("sequence")),
            "music": not self._palette.has("music"),
        }
        weights = {m: 0.0 if missing.get(m) else w for m, w in MODES.items()}
        bounds = np.cumsum(list(weights.values()))
        drawn = random.random() * bounds[-1]
        return list(weights)[int(np.searchsorted(bounds, drawn, "right"))]

    def _rhythm(self, random: np.random.Generator) -> _Layer:
        """Repeat one kind of sound in its own way of happening."""
        steps = self._palette.has("step") and random.random() < 0.26
        roles = ("step",) if steps or not self._palette.has("event") else ("event",)
        group = self._palette.group(roles, random)
        pattern = _pattern_for(group.entries[0], self._duration, random)
        count = min(len(group.entries), int(random.integers(1, 9)))
        order = random.permutation(len(group.entries))[:count]
        chosen = [group.entries[i] for i in order]
        onsets: list[Onset] = []
        mix = np.zeros(self._samples, np.float32)
        tune = random.uniform(-2.5, 2.5)
        for beat in pattern.beats:
            entry = chosen[int(random.integers(len(chosen)))]
            pitch = 2 ** ((tune + random.normal(0, 0.35)) / 12)
            sound = varied(self._palette, entry, pitch, beat.level_db)
            onsets += place(mix, sound, round(beat.seconds * SAMPLE_RATE))
        return _Layer(
            mix,
            tuple(onsets),
            phrases.of_pattern(chosen[0], pattern.pace, random),
            phrases.quality_tags(chosen[0]),
            chosen[0].category,
            "effects",
        )

    def _single(self, random: np.random.Generator) -> _Layer:
        """One sound, once, with silence around it."""
        entry = _any(self._palette.group(("event",), random).entries, random)
        mix = np.zeros(self._samples, np.float32)
        sound = varied(self._palette, entry, 2 ** (random.uniform(-2, 2) / 12), 0.0)
        latest = max(1, min(self._samples - len(sound.samples), self._samples * 3 // 4))
        onsets = place(mix, sound, int(random.integers(latest)))
        captions = phrases.of_entry(entry, random)
        if len(onsets) == 1 and random.random() < 0.3:
            captions = [f"{phrase}, once" for phrase in captions]
        tags = phrases.quality_tags(entry)
        return _Layer(mix, tuple(onsets), captions, tags, entry.category, "effects")

    def _excerpt(self, random: np.random.Generator) -> _Layer:
        """A stretch of something that goes on, or a sequence of events as it was recorded."""
        roles = ("sequence", "bed") if random.random() < 0.5 else ("bed",)
        roles = roles if self._palette.has("bed") else ("sequence",)
        entry = _any(self._palette.group(roles, random).entries, random)
        samples = excerpt(self._palette, entry, self._samples, random)
        onsets = tuple(detect_onsets(samples))
        if entry.role == "bed" and len(onsets) > _TEXTURE * self._duration:
            onsets = ()
        return _Layer(
            samples,
            onsets,
            phrases.of_entry(entry, random),
            phrases.quality_tags(entry),
            entry.category,
            "ambience" if entry.role == "bed" else "effects",
        )

    def _music(self, random: np.random.Generator) -> _Layer:
        entry = _any(self._palette.group(("music",), random).entries, random)
        samples = excerpt(self._palette, entry, self._samples, random)
        captions = phrases.of_entry(entry, random)
        onsets = tuple(detect_onsets(samples))
        return _Layer(samples, onsets, captions, [], entry.category, "score")

    def _scene(self, random: np.random.Generator) -> _Layer:
        """An ambience with one or two kinds of events in it."""
        bed = _any(self._palette.group(("bed",), random).entries, random)
        ambience = excerpt(self._palette, bed, self._samples, random)
        event = self._rhythm(random)
        if random.random() < 0.25:
            event = _mixed(event, self._rhythm(random), -random.uniform(0, 8), random)
        under = float(random.uniform(-26, 6))  # of the ambience against the events
        captions = phrases.of_entry(bed, random)
        tags = phrases.quality_tags(bed)
        background = _Layer(ambience, (), captions, tags, bed.category, "ambience")
        if under > 0:
            scene = _mixed(background, event, -under, random)
        else:
            scene = _mixed(event, background, under, random)
        return scene

    def _quiet(self, random: np.random.Generator) -> _Layer:
        """Almost nothing: what a model must also be able to play."""
        noise = random.standard_normal(self._samples, dtype=np.float32)
        noise[1:] += 0.9 * noise[:-1]
        captions = ["silence", "quiet room tone", "nothing happens"]
        return _Layer(noise * np.float32(0.1), (), captions, [], "AMBRoom", "ambience")

    def _finished(
        self, mode: str, layer: _Layer, where: Surroundings, random: np.random.Generator
    ) -> Clip:
        heard = surround(layer.samples, where, random)
        peak_db = _peak_db(mode, where, random)
        peak = float(np.abs(heard).max(initial=0.0))
        gain = 10 ** (peak_db / 20) / max(peak, 1e-6)
        audio = heard * np.float32(gain)
        if random.random() < 0.4:  # real recordings are never digital silence
            floor = 10 ** (random.uniform(-78, -62) / 20)
            audio += random.standard_normal(len(audio), dtype=np.float32) * np.float32(floor)
        close = where.plain and mode in ("rhythm", "single") and random.random() < _CLOSE_UP / 0.5
        tags = [*layer.tags, *where.phrases(), *(["close up"] if close else [])]
        captions = phrases.tagged(layer.captions, tags, random)
        gain_db = 20 * np.log10(gain)
        events = tuple(
            CueEvent(onset.sample / SAMPLE_RATE, round(strength(onset.level_db + gain_db), 3))
            for onset in sorted(layer.onsets, key=lambda each: each.sample)
        )
        curve = tuple(float(value) for value in energy_curve(audio))
        return Clip(
            np.clip(audio, -1, 1),
            tuple(dict.fromkeys(captions)),
            bool(random.random() < _CAPTION_FREE),
            layer.category,
            mode,
            layer.stem,
            CueSheet(ENERGY_RATE, events, {"energy": curve}),
        )


def _peak_db(mode: str, where: Surroundings, random: np.random.Generator) -> float:
    if mode == "quiet":
        return float(random.uniform(-62, -46))
    loudest = -14 * where.distance
    return loudest - float(random.uniform(1, 7) if random.random() < 0.7 else random.uniform(7, 24))


def _any(entries: tuple[Entry, ...], random: np.random.Generator) -> Entry:
    return entries[int(random.integers(len(entries)))]


def _mixed(first: _Layer, second: _Layer, second_db: float, random: np.random.Generator) -> _Layer:
    """Lay two layers over each other, the second so many dB below the first (by loudest 50 ms)."""
    gain = 10 ** (second_db / 20) * _loudness(first.samples) / _loudness(second.samples)
    second_onsets = (Onset(o.sample, o.level_db + 20 * np.log10(gain)) for o in second.onsets)
    return _Layer(
        first.samples + np.float32(gain) * second.samples,
        (*first.onsets, *second_onsets),
        phrases.joined(first.captions, second.captions, random),
        first.tags,
        first.category,
        first.stem if first.stem == second.stem else None,
    )


def _loudness(samples: Samples) -> float:
    count = len(samples) // 2400
    blocks = np.square(samples[: count * 2400].reshape(count, 2400)).mean(axis=1)
    return float(np.sqrt(np.max(blocks, initial=0.0))) + 1e-5


_FLURRIES = ("CMPTKey", "WEAP", "WATRDrip", "UI", "OBJCoin", "FIRE", "MUSCPerc")


def _pattern_for(entry: Entry, duration: float, random: np.random.Generator) -> patterns.Pattern:
    """Draw a way of happening that suits the sound."""
    if entry.role == "step":
        return patterns.gait(duration, random)
    short = entry.samples < 0.7 * SAMPLE_RATE
    choices: list[patterns.Draw] = [patterns.sparse, patterns.steady]
    if short and entry.category.endswith(("Impt", "Court")):
        choices.append(patterns.bounce)
    if short and entry.category.startswith(_FLURRIES):
        choices += [patterns.flurry, patterns.flurry]
    if not short:
        choices.append(patterns.sparse)
    return choices[int(random.integers(len(choices)))](duration, random)

"""Conditions as they are in training: true cues, worn the way a motion encoder wears them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.cues import CueEvent, CueSheet
from engine.training.clips.composer import STEMS

if TYPE_CHECKING:
    from collections.abc import Sequence

FloatArray = NDArray[np.float32]
CUED_STEMS = ("effects",)  # the others are made from words alone


@dataclass(frozen=True, slots=True)
class Wear:
    """How training conditions differ from the truth, and how often they are missing.

    Attributes:
        jitter: Standard deviation of an event's time, in seconds.
        missed: Share of events that are left out.
        false_rate: Invented events a second.
        no_text: Share of clips without text.
        no_cues: Share of clips without any cue.
        no_cues_beside: The same for clips of stems that are made without cues.
        no_onsets: Share, of the others, whose onsets are unknown.
        no_energy: Share, of the others, whose energy is unknown.
        no_stem: Share of clips that are not told which stem they are.
    """

    jitter: float = 0.012
    missed: float = 0.08
    false_rate: float = 0.05
    no_text: float = 0.15
    no_cues: float = 0.12
    no_cues_beside: float = 0.7
    no_onsets: float = 0.08
    no_energy: float = 0.5
    no_stem: float = 0.1


def worn_sheet(
    sheet: CueSheet, seconds: float, wear: Wear, random: np.random.Generator
) -> CueSheet:
    """Return ``sheet`` with jittered, missed and invented events and a coarser energy curve."""
    events = [
        CueEvent(
            max(0.0, event.seconds + random.normal(0, wear.jitter)),
            float(np.clip(event.strength * random.uniform(0.7, 1.3), 0, 1)),
            event.kind,
        )
        for event in sheet.events
        if random.random() >= wear.missed
    ]
    events += [
        CueEvent(random.uniform(0, seconds), random.uniform(0.1, 0.5))
        for _ in range(random.poisson(wear.false_rate * seconds))
    ]
    curves = {name: _worn_curve(values, random) for name, values in sheet.curves.items()}
    return CueSheet(sheet.rate, tuple(sorted(events)), curves)


def _worn_curve(values: Sequence[float], random: np.random.Generator) -> tuple[float, ...]:
    curve = np.asarray(values)
    width = int(random.integers(1, 8))
    if len(curve) >= width:
        curve = np.convolve(curve, np.full(width, 1 / width), mode="same")
    curve = curve * random.uniform(0.8, 1.2) + random.normal(0, 0.03, curve.shape)
    return tuple(np.clip(curve, 0, 1).tolist())


def drop_cues(
    cues: FloatArray, stem: str | None, wear: Wear, random: np.random.Generator
) -> FloatArray:
    """Return cues [frames, 4] with streams made unknown (zeros) at the shares of ``wear``."""
    beside = stem in STEMS and stem not in CUED_STEMS
    if random.random() < (wear.no_cues_beside if beside else wear.no_cues):
        return np.zeros_like(cues)
    kept = cues.copy()
    if random.random() < wear.no_onsets:
        kept[:, :2] = 0
    if random.random() < wear.no_energy:
        kept[:, 2:] = 0
    return kept


def mixed_text(embeddings: FloatArray, wear: Wear, random: np.random.Generator) -> FloatArray:
    """Return one text vector [384] for a clip's captions [n, 384]; zeros for no text.

    Now and then two captions are mixed, since a scene's vector is a mixture of label embeddings.
    """
    if not len(embeddings) or random.random() < wear.no_text:
        return np.zeros(embeddings.shape[1], np.float32)
    vector = embeddings[random.integers(len(embeddings))].astype(np.float32)
    if random.random() < 0.3:
        other = embeddings[random.integers(len(embeddings))].astype(np.float32)
        vector = vector + random.uniform(0, 1) * other
    out: FloatArray = vector / max(float(np.linalg.norm(vector)), 1e-6)
    return out


def stem_code(stem: str | None, wear: Wear, random: np.random.Generator) -> FloatArray:
    """Return [stems] with a one at the stem's place; zeros where it is none or left open."""
    told = stem is not None and random.random() >= wear.no_stem
    return np.array([told and name == stem for name in STEMS], np.float32)

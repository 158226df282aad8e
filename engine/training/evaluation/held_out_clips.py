"""Clips with known contacts that no training touched, in ``samples/held_out``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import engine
from engine.cues import CueSheet
from engine.errors import InputError

_SAMPLES = Path(engine.__file__).parents[1] / "samples"
SHIPPED = _SAMPLES / "held_out"
PICTURES = _SAMPLES / "pictured"


@dataclass(frozen=True, slots=True)
class HeldOutClip:
    """One clip.

    Attributes:
        path: The video.
        words: What a person would ask for.
        contacts: Cue sheet of the true contacts; without events in clips where nothing sounds.
    """

    path: Path
    words: str
    contacts: CueSheet

    @property
    def name(self) -> str:
        """What the scene is called."""
        return self.path.stem

    @property
    def times(self) -> tuple[float, ...]:
        """The contacts' times in seconds."""
        return tuple(event.seconds for event in self.contacts.events)


def load_clips(folder: Path = SHIPPED) -> tuple[HeldOutClip, ...]:
    """Return the clips of a folder, those with contacts first, each kind by name.

    Raises:
        InputError: There is no clip with its truth beside it.
        CueSheetError: A truth is no cue sheet.
    """
    clips = [load_clip(truth) for truth in sorted(folder.glob("*.json"))]
    if not any(clip.times for clip in clips):
        raise InputError(
            f"{folder} holds no clips with their true contacts",
            "Give the folder samples/held_out of a checkout with --clips",
        )
    return tuple(sorted(clips, key=lambda clip: not clip.times))


def load_clip(truth: Path) -> HeldOutClip:
    """Return the clip that lies beside a truth.

    Raises:
        CueSheetError: The truth is missing or no cue sheet.
    """
    sheet = CueSheet.load(truth)
    words = str(json.loads(truth.read_text("utf-8")).get("prompt", truth.stem))
    return HeldOutClip(truth.with_suffix(".mp4"), words, sheet)

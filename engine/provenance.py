"""Where a take comes from: everything needed to make it again, as a JSON file beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from engine import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.cues import CueSheet
    from engine.packs.manifest import Stem
    from engine.source import Source

SCHEMA = 1

TextSource = Literal["prompt", "pictures", "nothing"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a take was made from.

    Attributes:
        source: The clip and the stretch of it that was sounded.
        prompt: As asked; None if nobody asked.
        negative: What was refused; None if nothing.
        text_source: Whether the text condition is the prompt's, the recognised scene's, or none.
        suggested_prompt: What the scene suggests, whether it was used or not; empty if nothing.
        seed: Of the noise.
        method: The solver.
        steps: Its steps.
        guidance: Named guidance values.
        pack: Id of the pack.
        pack_sha256: Of its pack.json, which holds the sums of all its files.
        cues: The cue sheet, where it was given rather than read from the pictures.
        device: What computed it, "cpu" or "cuda".
        stem: What was made, such as "effects".
    """

    source: Source
    prompt: str | None
    negative: str | None
    text_source: TextSource
    suggested_prompt: str
    seed: int
    method: str
    steps: int
    guidance: Mapping[str, float]
    pack: str
    pack_sha256: str
    cues: CueSheet | None
    device: str
    stem: Stem

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; times are exact fractions, written "48048/1001"."""
        span = self.source.span
        return {
            "schema": SCHEMA,
            "program": {"name": "lumiphone", "version": __version__},
            "clip": self.source.origin.to_json(),
            "span": {
                "rate": str(span.rate),
                "frames": span.frames,
                "media_start": str(span.media_start),
                "speed": str(span.speed),
            },
            "prompt": self.prompt,
            "negative": self.negative,
            "text_source": self.text_source,
            "suggested_prompt": self.suggested_prompt,
            "seed": self.seed,
            "method": self.method,
            "steps": self.steps,
            "guidance": dict(self.guidance),
            "pack": {"id": self.pack, "sha256": self.pack_sha256},
            "cues": self.cues.to_json() if self.cues else "from the pictures",
            "device": self.device,
            "stem": self.stem,
        }


@dataclass(frozen=True, slots=True)
class Origin:
    """Which clip a sidecar names: enough to tell whether two takes belong to one clip."""

    path: Path
    sha256: str

    def to_json(self) -> dict[str, str]:
        """Return what :func:`read_origin` reads."""
        return {"path": str(self.path), "sha256": self.sha256}

    def same_clip(self, other: Origin) -> bool:
        """Return whether both are one clip: at one place (edited since), or one content (moved)."""
        return self.sha256 == other.sha256 or self.path == other.path


def read_origin(sidecar: Path) -> Origin | None:
    """Return which clip a sidecar names, or None if it is not one of ours."""
    try:
        clip = json.loads(sidecar.read_text("utf-8"))["clip"]
        return Origin(Path(clip["path"]), str(clip["sha256"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None

"""Where a take comes from: everything needed to make it again, as a JSON file beside it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from engine import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.cues import CueSheet
    from engine.packs.manifest import Stem
    from engine.source import Source

SCHEMA = 1
TAG = "lumiphone"  # under which a video carries it

TextSource = Literal["prompt", "pictures", "pack", "nothing"]


@dataclass(frozen=True, slots=True)
class StemOrigin:
    """What one stem of a take was made from.

    Attributes:
        prompt: Its own; None: it has none, the take's counts.
        negative: Its own; None: it has none, the take's counts.
        text_source: Whether the text condition is a prompt's, what the pictures show, what the pack
            has for such cases, or none.
        heard: The text condition in words; empty if there are none.
        level: dB at which it entered the mix.
    """

    prompt: str | None
    negative: str | None
    text_source: TextSource
    heard: str
    level: float

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a take was made from.

    Attributes:
        source: The clip and the stretch of it that was sounded.
        prompt: As asked for all stems; None if nobody asked.
        negative: What was refused for all stems; None if nothing.
        suggested_prompt: What the scene suggests, whether it was used or not; empty if nothing.
        seed: Of the noise.
        method: The solver.
        steps: Its steps.
        guidance: Named guidance values.
        pack: Id of the pack.
        pack_sha256: Of its pack.json, which holds the sums of all its files.
        cues: The cue sheet, where it was given rather than read from the pictures.
        device: What computed it, "cpu" or "cuda".
        stems: What was made, such as "effects", and of what.
    """

    source: Source
    prompt: str | None
    negative: str | None
    suggested_prompt: str
    seed: int
    method: str
    steps: int
    guidance: Mapping[str, float]
    pack: str
    pack_sha256: str
    cues: CueSheet | None
    device: str
    stems: Mapping[Stem, StemOrigin]

    @property
    def heard(self) -> str:
        """What the take is, in words: what was asked for, or else what was seen."""
        said = dict.fromkeys(origin.heard for origin in self.stems.values() if origin.heard)
        return ", ".join(said) or self.suggested_prompt

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
            "suggested_prompt": self.suggested_prompt,
            "seed": self.seed,
            "method": self.method,
            "steps": self.steps,
            "guidance": dict(self.guidance),
            "pack": {"id": self.pack, "sha256": self.pack_sha256},
            "cues": self.cues.to_json() if self.cues else "from the pictures",
            "device": self.device,
            "stems": {stem: origin.to_json() for stem, origin in self.stems.items()},
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


def portable(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a sidecar's values as they travel inside a delivered file.

    Of the clip's path only the name stays: folders are nobody else's business.
    """
    clip = dict(facts["clip"])
    return {**facts, "clip": clip | {"path": Path(clip["path"]).name}}


def tags_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return what a video says of its sound: a sentence for people, everything for programs."""
    sentence = f"Sound generated by Lumiphone ({facts['pack']['id']}, seed {facts['seed']})"
    return {"comment": sentence, TAG: json.dumps(facts)}

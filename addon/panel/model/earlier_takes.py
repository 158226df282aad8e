"""Takes that lie on the disk from another day. No Qt here."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from addon.messages import Take

if TYPE_CHECKING:
    from addon.messages import Clip

_NUMBER = re.compile(r"take-(\d+)")


def earlier_takes(clip: Clip) -> list[Take]:
    """Return the takes of exactly this stretch of this file, oldest first.

    Whatever else lies in the clip's folder is passed over.
    """
    found = []
    for sidecar in Path(clip.folder).glob("*/take-*.json"):
        take = _take(sidecar, clip)
        if take is not None:
            found.append(take)
    return sorted(found, key=lambda take: take.number)


def _take(sidecar: Path, clip: Clip) -> Take | None:
    number = _NUMBER.fullmatch(sidecar.stem)
    try:
        data = json.loads(sidecar.read_text("utf-8"))
        if number is None or not _is_of(data, clip):
            return None
        wav = sidecar.with_name(data["wav"])
        if not wav.is_file():
            return None
        return Take(
            number=int(number[1]),
            seed=int(data["seed"]),
            wav=str(wav),
            sidecar=str(sidecar),
            samples=int(data["samples"]),
            sample_rate=int(data["sample_rate"]),
            prompt=str(data["prompt"] or ""),
            negative=str(data["negative"] or ""),
            suggested_prompt=str(data["suggested_prompt"] or ""),
            pack=str(data["pack"]["id"]),
            stems=_stems(data, sidecar),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError):
        return None


def _stems(data: dict[str, Any], sidecar: Path) -> dict[str, str]:
    """Files of the stems; sidecars from before there were any name none."""
    known = {
        stem: origin["wav"] for stem, origin in data.get("stems", {}).items() if "wav" in origin
    }
    paths = {stem: sidecar.with_name(str(wav)) for stem, wav in known.items()}
    return {stem: str(path) for stem, path in paths.items() if path.is_file()}


def _is_of(data: Any, clip: Clip) -> bool:  # noqa: ANN401 - whatever the file holds
    span = data["span"]
    stretch = (span["frames"], *(Fraction(span[k]) for k in ("rate", "media_start", "speed")))
    return Path(data["clip"]["path"]) == Path(clip.media) and stretch == (
        clip.frames,
        clip.rate,
        clip.media_start,
        clip.speed,
    )

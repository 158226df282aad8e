"""How what words name sounds in time: on and on (rain), or at moments, to ring for a while."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import PackError
from engine.inference.cue_raster import RING

if TYPE_CHECKING:
    from engine.inference.arrays import Floats
    from engine.packs.registry import Pack

SHORTEST, LONGEST = 0.1, 4.0  # seconds; what rings longer is music or weather


@dataclass(frozen=True, slots=True)
class Timing:
    """How words sound in time.

    Attributes:
        lasting: Whether they name what sounds on and on, between events as well.
        ring: Seconds that an event rings: the area under its energy, by its height.
    """

    lasting: bool = False
    ring: float = RING


class WordTiming:
    """A pack's rules: planes through the text space.

    Args:
        pack: The pack.

    Raises:
        PackError: A file of theirs is damaged.
    """

    def __init__(self, pack: Pack) -> None:
        cues = pack.manifest.cues
        text = pack.manifest.text
        self._lasting: Floats | None = None
        self._ringing: Floats | None = None
        if text and cues:
            width = pack.manifest.graphs[text.graph].outputs[text.output].shape[-1]
            self._lasting = _read(pack, cues.lasting, width) if cues.lasting else None
            self._ringing = _read(pack, cues.ringing, width) if cues.ringing else None

    def __call__(self, text: Floats) -> Timing:
        """Return the timing of text features [width]; without a rule, words sound on and on."""
        lasting = self._lasting is None or _beyond(text, self._lasting) > 0
        if self._ringing is None:
            return Timing(lasting)
        ring = math.exp(min(_beyond(text, self._ringing), math.log(LONGEST)))
        return Timing(lasting, max(SHORTEST, ring))


def _beyond(text: Floats, plane: Floats) -> float:
    """How far beyond a plane, in units of its normal."""
    return float(text @ plane[:-1] + plane[-1])


def _read(pack: Pack, name: str, width: int | str) -> Floats:
    """The plane [width + 1]: its normal, then its offset."""
    path = pack.file(name)
    try:
        plane: Floats = np.load(path, allow_pickle=False).astype(np.float32)
    except (OSError, ValueError, EOFError) as error:
        raise PackError(
            f"Pack '{pack.manifest.id}': {path.name} cannot be read ({error})", "Get the pack again"
        ) from error
    if plane.ndim != 1 or len(plane) - 1 != width or not np.isfinite(plane).all():
        raise PackError(
            f"Pack '{pack.manifest.id}': {path.name} is no plane through a text space of {width}",
            "Get the pack again",
        )
    return plane

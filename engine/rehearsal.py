"""How fast sound is made here, measured on a short piece of what is to be sounded."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.progress import part_done

if TYPE_CHECKING:
    from engine.pipeline import Engine
    from engine.progress import Cancelled, Progress
    from engine.request import Request
    from engine.source import Source

_WARM, _MEASURED = 1, 3  # seconds: the first take also loads the graphs


def measured_pace(
    engine: Engine, source: Source, request: Request, progress: Progress, cancelled: Cancelled
) -> float:
    """Return the seconds that a second of sound takes, looking at its pictures included.

    Args:
        engine: Makes it; nothing is written.
        source: Its first seconds are sounded.
        request: What to hear.
        progress: Told how far the measuring is.
        cancelled: Whether to stop.

    Raises:
        LumiphoneError: The take could not be made.
    """
    wish = replace(request, takes=1)

    def make(seconds: int, begin: float, end: float) -> float:
        """Make a piece, and return how long it is."""
        frames = max(1, min(source.span.frames, round(seconds * source.span.rate)))
        piece = replace(source, span=replace(source.span, frames=frames))

        def tell(stage: str, part: float) -> None:
            progress("measuring the pace", begin + (end - begin) * part_done(stage, part))

        for _take in engine.takes(piece, wish, tell, cancelled):
            pass
        return float(piece.span.duration)

    make(_WARM, 0.0, 0.4)
    begun = time.perf_counter()
    made = make(_MEASURED, 0.4, 1.0)
    return (time.perf_counter() - begun) / made

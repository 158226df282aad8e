"""How fast sound is made here, measured on a short piece of what is to be sounded."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.pipeline import Engine
    from engine.progress import Cancelled
    from engine.request import Request
    from engine.source import Source

_WARM, _MEASURED = 1, 3  # seconds: the first take also loads the graphs


def measured_pace(engine: Engine, source: Source, request: Request, cancelled: Cancelled) -> float:
    """Return the seconds that a second of sound takes, looking at its pictures included.

    Args:
        engine: Makes it; nothing is written.
        source: Its first seconds are sounded.
        request: What to hear.
        cancelled: Whether to stop.

    Raises:
        LumiphoneError: The take could not be made.
    """
    wish = replace(request, takes=1)
    _made(engine, source, wish, _WARM, cancelled)
    begun = time.perf_counter()
    seconds = _made(engine, source, wish, _MEASURED, cancelled)
    return (time.perf_counter() - begun) / seconds


def _made(
    engine: Engine, source: Source, request: Request, seconds: int, cancelled: Cancelled
) -> float:
    frames = max(1, min(source.span.frames, round(seconds * source.span.rate)))
    piece = replace(source, span=replace(source.span, frames=frames))
    for _take in engine.takes(piece, request, cancelled=cancelled):
        pass
    return float(piece.span.duration)

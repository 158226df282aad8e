"""Strips on their way to clips that the engine can read."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from ..messages import Clip
from . import folders, markers
from .pictures import Rendering, save_copy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .reading import Stretch


class Preparation:
    """Renders, one after the other, what is not plain.

    Args:
        stretches: The strips.
        cues_from_markers: Whether the clips get the cue sheets of the markers over them.

    Raises:
        HostError: The project cannot be copied.
    """

    def __init__(self, stretches: Sequence[Stretch], *, cues_from_markers: bool) -> None:
        self.stretches = tuple(stretches)
        self._markers = cues_from_markers
        self._folder = str(folders.takes_folder())
        self._waiting = [stretch for stretch in stretches if stretch.media is None]
        self._total = len(self._waiting)
        self._rendered: dict[str, Path] = {}
        self._rendering: Rendering | None = None
        self._copy = save_copy() if self._waiting else None

    @property
    def fraction(self) -> float:
        """How much of the pictures is rendered."""
        under_way = self._rendering.fraction if self._rendering else 0.0
        return (len(self._rendered) + under_way) / self._total if self._total else 1.0

    def advance(self) -> tuple[Clip, ...] | None:
        """Return the clips when all are ready, else None; never waits.

        Raises:
            HostError: Rendering failed.
        """
        if self._rendering and self._rendering.finished():
            self._rendered[self._rendering.stretch.id] = self._rendering.output
            self._rendering = None
        if not self._rendering and self._waiting and self._copy:
            self._rendering = Rendering(self._waiting.pop(0), self._copy)
        if self._rendering:
            return None
        if self._copy:
            self._copy.unlink(missing_ok=True)
        return tuple(self._clip(stretch) for stretch in self.stretches)

    def cancel(self) -> None:
        """Stop rendering and throw away what there is."""
        if self._rendering:
            self._rendering.cancel()
            self._rendering = None
        self._waiting.clear()
        if self._copy:
            with contextlib.suppress(OSError):
                shutil.rmtree(self._copy.parent)

    def _clip(self, stretch: Stretch) -> Clip:
        return Clip(
            id=stretch.id,
            name=stretch.strip,
            media=stretch.media or str(self._rendered[stretch.id]),
            frames=stretch.frames,
            rate=stretch.rate,
            folder=self._folder,
            media_start=stretch.media_start,
            cues=markers.sheet(stretch) if self._markers else None,
        )

"""Stretches on their way to clips that the engine can read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..messages import Clip
from . import markers
from . import timeline as timelines
from .rendering import Rendering
from .scripting import project_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .reading import Stretch

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def takes_folder(project: str) -> Path:
    """Return the folder for a project's takes: projects live in a database, not in a folder."""
    home = Path.home()
    films = next((home / name for name in ("Movies", "Videos") if (home / name).is_dir()), home)
    return films / "Lumiphone" / (_UNSAFE.sub("_", project).strip(" .") or "project")


class Preparation:
    """Has rendered, one after the other, what is not plain.

    Args:
        resolve: Resolve.
        stretches: What is to be sounded.
    """

    def __init__(self, resolve: Any, stretches: Sequence[Stretch]) -> None:
        self._resolve = resolve
        self._stretches = tuple(stretches)
        self._rendered: dict[Stretch, Path] = {}
        self._rendering: Rendering | None = None

    @property
    def rendering(self) -> bool:
        """Whether Resolve renders one of them now."""
        return self._rendering is not None

    def advance(self) -> tuple[Clip, ...] | None:
        """Return the clips when all are ready, else None; never waits.

        Raises:
            HostError: Rendering failed.
        """
        if self._rendering:
            rendering = self._rendering
            try:
                film = rendering.finished()
            except BaseException:
                self._rendering = None
                raise
            if film is None:
                return None
            self._rendered[rendering.stretch] = film
            self._rendering = None
        waiting = [
            each for each in self._stretches if not each.media and each not in self._rendered
        ]
        if waiting:
            self._rendering = Rendering(self._resolve, waiting[0])
            return None
        return tuple(self._clip(stretch) for stretch in self._stretches)

    def discard(self) -> None:
        """Stop rendering, and remove what was rendered."""
        if self._rendering:
            self._rendering.cancel()
            self._rendering = None
        for film in self._rendered.values():
            shutil.rmtree(film.parent, ignore_errors=True)

    def _clip(self, stretch: Stretch) -> Clip:
        timeline = timelines.find(project_of(self._resolve), stretch.timeline)
        return Clip(
            id=stretch.id,
            name=stretch.name,
            media=stretch.media or str(self._rendered[stretch]),
            frames=stretch.frames,
            rate=stretch.rate,
            folder=str(takes_folder(stretch.project)),
            media_start=stretch.media_start,
            cues=markers.sheet(timeline, stretch) if timeline else None,
        )

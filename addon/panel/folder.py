"""Clips from files and folders, where there is no editor."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from addon.messages import Clip, Clips, Failed, Markers, Place, Refused, WantClips
from engine.errors import MediaError
from engine.media.films import films_in
from engine.media.reader import open_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from addon.messages import Message, PanelMessage

_TAKES = "lumiphone"


class Folder:
    """Files on the disk in an editor's place.

    Args:
        paths: Clips, and folders whose clips are meant.
        receive: Called in a thread with the answers.
    """

    is_editor = False

    def __init__(self, paths: Sequence[Path], receive: Callable[[Message], None]) -> None:
        self._paths = paths
        self._receive = receive

    def send(self, message: PanelMessage) -> None:
        """Answer a wish for clips; a wish for a timeline is refused."""
        if isinstance(message, WantClips):
            threading.Thread(target=self._look, args=(message.request,), daemon=True).start()
        elif isinstance(message, Markers):
            remedy = "Open the panel from an editor"
            self._receive(Refused(message.clip, "There is no timeline for markers", remedy))
        elif isinstance(message, Place) and not message.job:
            remedy = f"Open the panel from an editor; the take is {message.take.wav}"
            self._receive(Refused(message.clip, "There is no timeline for the take", remedy))

    def close(self) -> None:
        """Nothing is held."""

    def _look(self, request: str) -> None:
        clips: list[Clip] = []
        for path in _films(self._paths):
            try:
                clips.append(_clip(path))
            except MediaError as error:
                self._receive(Failed(None, error.code, error.what, error.remedy))
        self._receive(Clips(tuple(clips), request))


def _films(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from films_in(path)
        else:
            yield path


def _clip(path: Path) -> Clip:
    clip = open_clip(path)
    place = path.absolute()
    return Clip(
        id=str(place),
        name=path.stem,
        media=str(place),
        frames=clip.frames,
        rate=clip.rate,
        folder=str(place.parent / _TAKES),
    )

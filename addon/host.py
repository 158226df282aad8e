"""What an editor must offer, whichever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from .errors import AddonError
from .messages import Markers, Place, Refused, WantClips

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .messages import Cue, Hello, HostMessage, Placed, Take

    Request = WantClips | Place | Markers


class Host(Protocol):
    """An editor with a timeline; called on its main thread only."""

    def identify(self) -> Hello:
        """Return which editor this is, in which version, with which project."""

    def offer_clips(self, request: str) -> None:
        """Send the selected clips as an answer, at once or when their pictures are rendered.

        Raises:
            HostError: Nothing is selected, or a clip's pictures cannot be had.
        """

    def place(self, order: Place) -> Placed:
        """Put a take on the timeline: at its clip's first frame, never over another strip.

        Raises:
            HostError: The clip is gone, no channel is free, or the file is missing.
        """

    def place_markers(self, clip: str, cues: Sequence[Cue]) -> None:
        """Write cues as timeline markers over a clip, in place of those written before.

        Raises:
            HostError: The clip is gone.
        """


class Reading(Protocol):
    """A clip as it lay on the timeline when it was read."""

    @property
    def id(self) -> str:
        """The clip's; several readings of one clip share it."""

    def samples(self, sample_rate: int) -> int:
        """Return how many samples its sound has."""


ReadingT = TypeVar("ReadingT", bound=Reading)


class Readings(Generic[ReadingT]):
    """What was read of the timeline, kept for when something is to be placed there."""

    def __init__(self) -> None:
        self._of_clip: dict[str, list[ReadingT]] = {}  # the newest last

    def keep(self, readings: Iterable[ReadingT]) -> None:
        """Keep readings as the newest of their clips."""
        for reading in readings:
            known = self._of_clip.setdefault(reading.id, [])
            if reading in known:
                known.remove(reading)
            known.append(reading)

    def newest(self, clip: str, take: Take | None = None) -> ReadingT | None:
        """Return the newest reading of a clip, or the one for which a take was made.

        Its length tells. None if there is no such reading.
        """
        found = reversed(self._of_clip.get(clip, []))
        return next(
            (r for r in found if not take or r.samples(take.sample_rate) == take.samples), None
        )

    def clear(self) -> None:
        """Forget them all."""
        self._of_clip.clear()


def answer(host: Host, request: Request, send: Callable[[HostMessage], None]) -> AddonError | None:
    """Do what the panel asks of an editor; what cannot be done it is told, and returned."""
    try:
        match request:
            case WantClips():
                about = request.request
                host.offer_clips(request.request)
            case Place():
                about = request.job
                send(host.place(request))
            case Markers():
                about = request.clip
                host.place_markers(request.clip, request.cues)
    except AddonError as error:
        send(Refused(about, error.what, error.remedy))
        return error
    return None

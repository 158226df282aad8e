"""What an editor must offer, whichever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .errors import AddonError
from .messages import Markers, Place, Refused, WantClips

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .messages import Cue, Hello, HostMessage, Placed

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

"""What an editor must offer, whichever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .messages import Cue, Hello, Place, Placed


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

"""This Resolve as the panel process sees it: clips to look at, a timeline to place takes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import messages
from ..errors import AddonError, HostError
from ..host import Host, Readings
from . import markers, placing, reading, scripting
from .preparation import Preparation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..messages import Cue, Hello, HostMessage, Place, Placed
    from .reading import Stretch


class ResolveHost(Host):
    """The timeline; see :class:`addon.host.Host`.

    Args:
        resolve: Resolve.
        send: Sends a message to the panel process.
        tell: Shows the user a line.
    """

    def __init__(
        self,
        resolve: Any,
        send: Callable[[HostMessage], None],
        tell: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._resolve = resolve
        self._send = send
        self._tell = tell
        self._asked: dict[str, Preparation] = {}  # by the panel's request
        self._read: Readings[Stretch] = Readings()
        self._prepared: list[Preparation] = []  # whose films are still of use

    @property
    def rendering(self) -> bool:
        """Whether Resolve renders for the panel; it edits nothing meanwhile."""
        return any(preparation.rendering for preparation in self._asked.values())

    def advance(self) -> None:
        """Answer the panel's requests whose clips are ready; never waits."""
        for request, preparation in list(self._asked.items()):
            try:
                clips = preparation.advance()
            except AddonError as error:
                del self._asked[request]
                self._send(messages.Refused(request, error.what, error.remedy))
                continue
            if clips is None:
                return  # the Deliver page serves one at a time
            del self._asked[request]
            self._send(messages.Clips(clips, request))

    def close(self) -> None:
        """Stop rendering, and remove what Resolve rendered for us."""
        self._asked.clear()
        for preparation in self._prepared:
            preparation.discard()
        self._prepared.clear()

    def identify(self) -> Hello:
        """Return which Resolve this is, with which project."""
        edition = scripting.application(self._resolve)
        project = scripting.project_of(self._resolve)
        version = messages.LINK_VERSION
        return messages.Hello(version, edition.name, edition.numbers, str(project.GetName()))

    def prepare(self) -> Preparation:
        """Return the chosen clips on their way.

        Raises:
            HostError: Nothing is chosen, or a file is missing.
        """
        stretches = reading.read_chosen(self._resolve)
        self._read.keep(stretches)
        self._prepared.append(Preparation(self._resolve, stretches))
        return self._prepared[-1]

    def offer_clips(self, request: str) -> None:
        """Begin to answer with the chosen clips; :meth:`advance` sends them when they are ready.

        Raises:
            HostError: Nothing is chosen, or a file is missing.
        """
        self._asked[request] = self.prepare()

    def place(self, order: Place) -> Placed:
        """Put a take on a track of ours.

        Raises:
            HostError: See :func:`placing.place`.
        """
        stretch = self._stretch(order.clip, order.take)
        lying = placing.place(
            self._resolve,
            stretch,
            order.take,
            chosen=order.chosen,
            level=order.level,
            apart=order.apart,
            tell=self._tell,
        )
        return messages.Placed(order.job, order.clip, order.take.number, lying.track, lying.name)

    def place_markers(self, clip: str, cues: Sequence[Cue]) -> None:
        """Write cues as markers over a clip.

        Raises:
            HostError: The clip was never read, or its timeline is gone.
        """
        stretch = self._stretch(clip)
        with placing.timeline_current(self._resolve, stretch) as timeline:
            markers.place(timeline, stretch, cues)

    def _stretch(self, clip: str, take: messages.Take | None = None) -> Stretch:
        """The clip as it was when the take was ordered."""
        stretch = self._read.newest(clip, take)
        if stretch is None:
            raise HostError(
                "The clip was not read from this timeline, or not with this length",
                "Choose it again and refresh the clips in the panel",
            )
        return stretch

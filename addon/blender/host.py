"""This Blender as the panel process sees it: clips to look at, a timeline to place takes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from .. import messages
from ..errors import AddonError, HostError
from ..host import Host, Readings
from . import insertion, markers, placing, reading, settings, stem_strips, strips
from .preparation import Preparation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..messages import Cue, Hello, HostMessage, Place, Placed, Settings
    from .job import Job
    from .reading import Stretch


class BlenderHost(Host):
    """The timeline; see :class:`addon.host.Host`.

    Args:
        jobs: What the user asked for in the sidebar, by id.
        send: Sends a message to the panel process.
    """

    def __init__(self, jobs: Mapping[str, Job], send: Callable[[HostMessage], None]) -> None:
        self._jobs = jobs
        self._send = send
        self._asked: dict[str, Preparation] = {}  # by the panel's request
        self._read: Readings[Stretch] = Readings()

    @property
    def busy(self) -> bool:
        """Whether clips that the panel wants are being rendered."""
        return bool(self._asked)

    def advance(self) -> None:
        """Answer the panel's requests whose clips are ready; never waits."""
        for request in list(self._asked):
            self._answer(request)

    def drop_requests(self) -> None:
        """Stop rendering clips for the panel."""
        for preparation in self._asked.values():
            preparation.cancel()
        self._asked.clear()

    def forget(self) -> None:
        """Forget what was read: another project is about to be opened."""
        self.drop_requests()
        self._read.clear()

    def remember(self, stretches: Sequence[Stretch]) -> None:
        """Keep what was read for when something is to be placed there."""
        self._read.keep(stretches)

    def identify(self) -> Hello:
        """Return which Blender this is, with which project."""
        version = messages.LINK_VERSION
        return messages.Hello(version, "blender", bpy.app.version_string, bpy.data.filepath)

    def offer_clips(self, request: str) -> None:
        """Begin to answer with the selected clips; :meth:`advance` sends them when they are ready.

        Raises:
            HostError: Nothing is selected, a file is missing, or the project cannot be copied.
        """
        stretches = reading.read_selected(bpy.context)
        self.remember(stretches)
        follow = strips.sequencer_scene(bpy.context).lumiphone.follow_markers
        self._asked[request] = Preparation(stretches, cues_from_markers=follow)

    def place(self, order: Place) -> Placed:
        """Put a take beside its strip.

        Raises:
            HostError: See :func:`placing.place`.
        """
        job = self._jobs.get(order.job)
        stretch = self._stretch(order.clip, job, order.take)
        wish = job.settings if job else _settings_of(order.take)
        old = job.instead_of.pop(order.clip, None) if job else None
        strip = placing.place(
            stretch,
            order.take,
            wish,
            chosen=order.chosen,
            instead_of=old,
            level=order.level,
            apart=order.apart or stem_strips.wanted(),
        )
        if job:
            job.placed.append(strip.name)
        return messages.Placed(order.job, order.clip, order.take.number, strip.channel, strip.name)

    def place_markers(self, clip: str, cues: Sequence[Cue]) -> None:
        """Write cues as markers over a strip, and end an undo step.

        Raises:
            HostError: The strip was never read, or its scene is gone.
        """
        markers.place(self._stretch(clip), cues)
        insertion.undo_step("markers placed")

    def _stretch(
        self, clip: str, job: Job | None = None, take: messages.Take | None = None
    ) -> Stretch:
        """The strip as it was when the take was ordered."""
        stretch = job.stretches[clip] if job else self._read.newest(clip, take)
        if stretch is None:
            raise HostError(
                f"Clip '{clip}' is not on the timeline of this project",
                "Select its strip and refresh the clips in the panel",
            )
        return stretch

    def _answer(self, request: str) -> None:
        """Answer the panel's question for clips as soon as their pictures are there."""
        preparation = self._asked[request]
        try:
            clips = preparation.advance()
            if clips is None:
                return
            self._send(messages.Clips(clips, request))
        except AddonError as error:
            self._send(messages.Refused(request, error.what, error.remedy))
        del self._asked[request]


def _settings_of(take: messages.Take) -> Settings:
    """What is known of the settings of a take that was ordered in the panel's window."""
    wish = settings.wish(strips.sequencer_scene(bpy.context))
    return messages.Settings(
        prompt=take.prompt,
        negative=take.negative,
        pack=take.pack or None,
        stems=wish.stems,
        effort=wish.effort,
        device=wish.device,
    )

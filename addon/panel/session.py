"""The panel process's heart: jobs between an editor that offers clips and an engine that sounds.

Single-threaded: whatever engine and host say waits in one queue until :meth:`Session.pump` takes
it, on the thread that runs the window or the loop without one.
"""

from __future__ import annotations

import itertools
import queue
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from addon import messages
from addon.messages import LINK_VERSION, new_id
from addon.panel import errands
from addon.panel.job import Job, clip_range
from addon.panel.listener import Listener, relay
from engine import __version__, protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from addon.messages import Clip, Cue, Message, PanelMessage, Settings, Take
    from addon.panel.errands import Errand

    ReceiveReply = Callable[[protocol.Reply], None]
    ReceiveMessage = Callable[[Message], None]


class EngineSide(Protocol):
    """The way to the engine; it starts, and restarts, with what is sent."""

    def send(self, request: protocol.Request) -> None:
        """Put a request on its way."""

    def close(self) -> None:
        """End the engine."""


class HostSide(Protocol):
    """The way to whoever offers the clips."""

    @property
    def is_editor(self) -> bool:
        """Whether there is a timeline on which takes can be placed."""

    def send(self, message: PanelMessage) -> None:
        """Put a message on its way."""

    def close(self) -> None:
        """Say no more."""


class Session:
    """Jobs, looks and clips.

    Args:
        start_engine: Given where replies go (from any thread), returns the way to the engine.
        join_host: Given where messages go (from any thread) and what to call when the host is gone,
            returns the way to it.
    """

    def __init__(
        self,
        start_engine: Callable[[ReceiveReply], EngineSide],
        join_host: Callable[[ReceiveMessage, Callable[[], None]], HostSide],
    ) -> None:
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._listener = Listener()
        self._ended = False
        self._host_name = ""
        self._jobs: dict[str, Job] = {}
        self._held: dict[str, Job] = {}  # by the request for their clips' current state
        self._errands: dict[str, Errand] = {}
        self._job_of_take: dict[str, str] = {}  # by the take's WAV
        self._numbers = itertools.count(1)
        self.default_pack: str | None = None
        self._engine = start_engine(lambda reply: self._inbox.put(partial(self._replied, reply)))
        self._host = join_host(
            lambda message: self._inbox.put(partial(self._told, message)),
            lambda: self._inbox.put(self._end),
        )

    # ------------------------------------------------------------ for the loop and the window

    @property
    def has_host(self) -> bool:
        """Whether there is an editor to place takes in."""
        return self._host.is_editor

    @property
    def ended(self) -> bool:
        """Whether the host is gone, or asked us to go."""
        return self._ended

    def listen(self, listener: Listener) -> None:
        """Tell this one from now on."""
        self._listener = listener
        if self._host_name:
            listener.on_host(self._host_name)

    def pump(self, timeout: float = 0.0) -> None:
        """Handle what has come in; if nothing has, wait for it up to ``timeout`` seconds."""
        try:
            handle = self._inbox.get(timeout=timeout) if timeout else self._inbox.get_nowait()
            while True:
                handle()
                handle = self._inbox.get_nowait()
        except queue.Empty:
            return

    def fail(self, code: str, what: str, remedy: str) -> None:
        """Tell editor and listener of a fault that belongs to no job."""
        self._tell(messages.Failed(None, code, what, remedy))

    def close(self) -> None:
        """Take leave of the host and end the engine."""
        self._host.send(messages.Bye())
        self._host.close()
        self._engine.close()

    # ------------------------------------------------------------ what the user does

    def refresh_clips(self) -> None:
        """Ask for the selected clips; ``on_clips`` or ``on_failed`` answers."""
        self._host.send(messages.WantClips(new_id()))

    def refresh_packs(self) -> None:
        """Ask for the packs; ``on_packs`` answers."""
        self._errands["packs"] = errands.packs()
        self._engine.send(protocol.Packs("packs"))

    def look(self, clip: Clip, pack: str | None = None, device: str = "auto") -> str:
        """Have a clip's cues read and a prompt suggested; return what a failure is about."""
        look, where = f"look-{next(self._numbers)}", clip_range(clip)
        self._errands[f"{look}-cues"] = errands.cues(clip.id, look)
        self._engine.send(protocol.Cues(f"{look}-cues", where, pack, device))
        self._errands[f"{look}-suggest"] = errands.suggestion(clip.id, look)
        self._engine.send(protocol.Suggest(f"{look}-suggest", where, pack, device))
        return look

    def generate(self, clips: Sequence[Clip], settings: Settings) -> str:
        """Make takes and send them to the editor; return the job.

        The clips are taken as they lie on the timeline now; a cue sheet that one has here counts.
        """
        job, request = Job(new_id(), tuple(clips), settings), new_id()
        self._held[request] = job
        self._host.send(messages.WantClips(request))
        return job.id

    def cancel(self, job: str) -> None:
        """Stop a job; ``on_cancelled`` follows, and finished takes stay."""
        for request, held in list(self._held.items()):
            if held.id == job:
                del self._held[request]
                self._tell(messages.Cancelled(job))
        if job in self._jobs:
            for order in self._jobs[job].open_orders:
                self._engine.send(protocol.Cancel(order))

    def place(self, clip: Clip, take: Take, level: float = 0.0, *, apart: bool = False) -> None:
        """Put a take, or its stems apart, on the timeline to sound; ``on_placed`` follows."""
        job = self._job_of_take.get(take.wav, "")
        self._host.send(messages.Place(job, clip.id, take, level=level, apart=apart))

    def place_markers(self, clip: Clip, cues: Sequence[Cue]) -> None:
        """Write cues as timeline markers over a clip."""
        self._host.send(messages.Markers(clip.id, tuple(cues)))

    # ------------------------------------------------------------ what the host says

    def _told(self, message: Message) -> None:
        match message:
            case messages.Hello():
                self._greeted(message)
            case messages.Clips():
                self._offered(message)
            case messages.Generate(job, clips, settings):
                self._begin(Job(job, clips, settings))
            case messages.Cancel(job):
                self.cancel(job)
            case messages.Show():
                self._listener.on_show()
            case messages.Quit():
                self._end()
            case messages.Placed():
                self._listener.on_placed(message.clip, message.take, f"channel {message.channel}")
            case messages.Refused(about, what, remedy):
                self._refused(about, what, remedy)
            case messages.Failed(about, _, what, remedy):
                self._listener.on_failed(about, what, remedy)
            case _:
                pass  # the panel's own words, from a host that is none

    def _greeted(self, hello: messages.Hello) -> None:
        self._host.send(messages.Welcome(LINK_VERSION, __version__))
        if hello.version == LINK_VERSION:
            self._host_name = f"{hello.host} {hello.host_version}".strip()
            self._listener.on_host(self._host_name)
        else:
            self._end()  # the host says why, it has both versions

    def _offered(self, offer: messages.Clips) -> None:
        held = self._held.pop(offer.request or "", None)
        if held is None:
            self._listener.on_clips(offer.clips)
            return
        now = {clip.id: clip for clip in offer.clips}
        clips = tuple(replace(now.get(clip.id, clip), cues=clip.cues) for clip in held.clips)
        self._begin(replace(held, clips=clips))

    def _refused(self, about: str, what: str, remedy: str) -> None:
        held = self._held.pop(about, None)
        if held:
            self._begin(held)  # with the clips as they were last seen
        else:
            self._listener.on_failed(about, what, remedy)

    def _end(self) -> None:
        self._ended = True

    # ------------------------------------------------------------ what the engine says

    def _replied(self, reply: protocol.Reply) -> None:
        if isinstance(reply, protocol.Ready):
            self.default_pack = reply.pack
            return
        name = reply.id or ""
        job = self._jobs.get(name.rpartition("/")[0])
        if job:
            for message in job.replied(reply):
                self._tell(message)
            if job.over:
                del self._jobs[job.id]
        elif name in self._errands:
            if self._errands[name](self._listener, reply):
                self._errands.pop(name, None)
        elif isinstance(reply, protocol.Error):
            self.fail(reply.code, reply.what, reply.remedy)

    def _begin(self, job: Job) -> None:
        self._listener.on_job(job.id, job.clips, job.settings)
        if not job.clips:
            remedy = "Select a strip in the timeline"
            self._tell(messages.Failed(job.id, "no_clips", "No clip is selected", remedy))
            return
        self._jobs[job.id] = job
        for request in job.requests():
            self._engine.send(request)

    def _tell(self, message: PanelMessage) -> None:
        """Tell editor and window alike."""
        if isinstance(message, messages.Place):
            self._job_of_take[message.take.wav] = message.job
        self._host.send(message)
        relay(message, self._listener)

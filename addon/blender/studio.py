"""Between the timeline and the panel process: what is under way, what came of it, what went wrong.

There is one per Blender. All of it runs on Blender's main thread: a timer calls :meth:`Studio.pump`
while something is under way; without a window :meth:`Studio.wait` does.
"""

from __future__ import annotations

import time
import traceback
from typing import TYPE_CHECKING

import bpy

from .. import messages
from ..errors import AddonError, HostError
from ..launcher import Launcher
from . import markers, placing, preferences, reading, settings, strips
from .job import RENDERING, Job
from .preparation import Preparation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..messages import Cue, Hello, Message, Place, Placed, Settings
    from .reading import Stretch

TICK = 0.1  # seconds between two looks
_PATIENCE = 0.02  # seconds between two looks without a window
_INSTALL = "Press 'Install engine' in the sidebar or in the add-on's preferences"


class PanelError(AddonError):
    """What the panel process or the engine reported."""

    code = "panel_failed"


class Studio:
    """This Blender as a host of the panel process (see :class:`addon.host.Host`).

    Attributes:
        jobs: The jobs that are not over, by id.
        error: What went wrong last; None after a success.
        warnings: What the last job had to say about the pictures.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.error: AddonError | None = None
        self.warnings: tuple[str, ...] = ()
        self._launcher: Launcher | None = None
        self._asked: dict[str, Preparation] = {}  # by the panel's request
        self._read: dict[str, list[Stretch]] = {}  # by clip, the newest last

    # ------------------------------------------------------------ what operators ask

    def generate(
        self,
        stretches: Sequence[Stretch],
        wish: Settings,
        instead_of: dict[str, str] | None = None,
    ) -> Job:
        """Begin a job.

        Raises:
            AddonError: The engine is not installed, or the project cannot be copied.
        """
        self._panel()
        preparation = Preparation(stretches, cues_from_markers=wish.cues_from_markers)
        by_id = {stretch.id: stretch for stretch in stretches}
        job = Job(by_id, wish, preparation, instead_of or {})
        job.stage = RENDERING if any(not stretch.media for stretch in stretches) else job.stage
        self.jobs[job.id] = job
        self.error, self.warnings = None, ()
        self._tick_along()
        return job

    def cancel(self, job: Job) -> None:
        """Stop a job; its finished takes stay."""
        if job.ended:
            return
        if job.preparation:
            job.preparation.cancel()
            self._end(job, "cancelled")
        elif self._launcher and self._launcher.running:
            job.stage = "cancelling"
            self._launcher.send(messages.Cancel(job.id))
        else:
            self._end(job, "cancelled")

    def wait(self, jobs: Sequence[Job]) -> None:
        """Return when the jobs are over."""
        while any(not job.ended for job in jobs):
            self.pump()
            time.sleep(_PATIENCE)

    def show_panel(self) -> None:
        """Open the panel's window, or bring it to the front.

        Raises:
            AddonError: The engine is not installed, or the process cannot be started.
        """
        self._panel().send(messages.Show())
        self._tick_along()

    def close(self) -> None:
        """End everything that was started."""
        for job in list(self.jobs.values()):
            if job.preparation:
                job.preparation.cancel()
            self._end(job, "cancelled")
        for preparation in self._asked.values():
            preparation.cancel()
        self._asked.clear()
        if self._launcher:
            self._launcher.close()
        self._launcher = None
        if bpy.app.timers.is_registered(self._tick):
            bpy.app.timers.unregister(self._tick)

    def forget(self) -> None:
        """Cancel everything: another project is about to be opened."""
        for job in list(self.jobs.values()):
            self.cancel(job)
            self._end(job, "cancelled")
        self._read.clear()
        self.error, self.warnings = None, ()

    # ------------------------------------------------------------ Host

    def identify(self) -> Hello:
        """Return which Blender this is, with which project."""
        version = messages.LINK_VERSION
        return messages.Hello(version, "blender", bpy.app.version_string, bpy.data.filepath)

    def place(self, order: Place) -> Placed:
        """Put a take beside its strip.

        Raises:
            HostError: See :func:`placing.place`.
        """
        job = self.jobs.get(order.job)
        stretch = self._stretch(order.clip, job, order.take)
        wish = job.settings if job else _settings_of(order.take)
        old = job.instead_of.pop(order.clip, None) if job else None
        strip = placing.place(stretch, order.take, wish, chosen=order.chosen, instead_of=old)
        if job:
            job.placed.append(strip.name)
        return messages.Placed(order.job, order.clip, order.take.number, strip.channel, strip.name)

    def place_markers(self, clip: str, cues: Sequence[Cue]) -> None:
        """Write cues as markers over a strip, and end an undo step.

        Raises:
            HostError: The strip was never read, or its scene is gone.
        """
        markers.place(self._stretch(clip), cues)
        placing.undo_step("markers placed")

    def _stretch(
        self, clip: str, job: Job | None = None, take: messages.Take | None = None
    ) -> Stretch:
        """The strip as it was when the take was ordered: its length tells which reading it was."""
        if job:
            return job.stretches[clip]
        read = self._read.get(clip, [])
        for stretch in reversed(read):
            if take is None or stretch.samples(take.sample_rate) == take.samples:
                return stretch
        raise HostError(
            f"Clip '{clip}' is not on the timeline of this project",
            "Select its strip and refresh the clips in the panel",
        )

    # ------------------------------------------------------------ what goes on

    def pump(self) -> None:
        """Do what can be done now; never waits."""
        for job in list(self.jobs.values()):
            if job.preparation:
                self._prepare(job, job.preparation)
        for request in list(self._asked):
            self._answer(request)
        if self._launcher:
            for message in self._launcher.poll():
                self._receive(message)

    def _panel(self) -> Launcher:
        """The panel process, running."""
        runtime = preferences.runtime()
        if runtime.fault:
            raise runtime.fault
        if not runtime.ready:
            raise HostError("The engine is not installed yet", _INSTALL)
        if self._launcher is None:
            command = runtime.command("addon.panel", "--headless")
            self._launcher = Launcher(command, self.identify())
        self._launcher.ensure()
        return self._launcher

    def _prepare(self, job: Job, preparation: Preparation) -> None:
        try:
            clips = preparation.advance()
            job.fraction = preparation.fraction
            if clips is not None:
                job.preparation, job.stage, job.fraction = None, "starting the engine", 0.0
                self._panel().send(messages.Generate(job.id, clips, job.settings))
        except AddonError as error:
            preparation.cancel()
            self._end(job, "failed", error)

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

    def _send(self, message: messages.HostMessage) -> None:
        if self._launcher and self._launcher.running:
            self._launcher.send(message)

    def _receive(self, message: Message) -> None:
        match message:
            case messages.WantClips():
                self._read_clips(message.request)
            case messages.Place():
                self._try(f"{message.job}", lambda: self._send(self.place(message)))
            case messages.Markers():
                self._try(message.clip, lambda: self.place_markers(message.clip, message.cues))
            case messages.Progress() if job := self.jobs.get(message.job):
                job.stage, job.fraction = message.stage, message.fraction
                job.seconds_left = message.seconds_left
            case messages.Done() if job := self.jobs.get(message.job):
                job.warnings = self.warnings = message.warnings
                self._end(job, "failed" if job.error else "done", job.error)
            case messages.Cancelled() if job := self.jobs.get(message.job):
                self._end(job, "cancelled")
            case messages.Failed():
                self._failed(message)
            case messages.Bye():
                for job in self._sent():
                    self._end(job, "cancelled")

    def _read_clips(self, request: str) -> None:
        def prepare() -> None:
            stretches = reading.read_selected(bpy.context)
            for stretch in stretches:
                known = self._read.setdefault(stretch.id, [])
                if stretch in known:
                    known.remove(stretch)
                known.append(stretch)
            follow = strips.sequencer_scene(bpy.context).lumiphone.follow_markers
            self._asked[request] = Preparation(stretches, cues_from_markers=follow)

        self._try(request, prepare)

    def _try(self, about: str, act: Callable[[], None]) -> None:
        """Do what the panel asks; if it cannot be done, tell the panel and the user."""
        try:
            act()
        except AddonError as error:
            self._send(messages.Refused(about, error.what, error.remedy))
            self.error = error
            if job := self.jobs.get(about):
                job.error = error

    def _failed(self, message: messages.Failed) -> None:
        error = PanelError(message.what, message.remedy)
        if message.job is not None:
            if job := self.jobs.get(message.job):
                self._end(job, "failed", error)
            return
        self.error = error
        self._asked.clear()
        for job in self._sent():
            self._end(job, "failed", error)

    def _sent(self) -> list[Job]:
        """The jobs that the panel process has."""
        return [job for job in self.jobs.values() if not job.preparation]

    def _end(self, job: Job, how: str, error: AddonError | None = None) -> None:
        job.ended, job.error = how, error
        if error:
            self.error = error
        self.jobs.pop(job.id, None)

    # ------------------------------------------------------------ the timer

    def _tick_along(self) -> None:
        if not bpy.app.background and not bpy.app.timers.is_registered(self._tick):
            bpy.app.timers.register(self._tick, first_interval=TICK, persistent=True)

    def _tick(self) -> float | None:
        try:
            self.pump()
        except Exception as error:  # noqa: BLE001 - the timer's edge: what escapes ends the timer
            traceback.print_exc()
            self.error = HostError(f"Lumiphone stumbled: {error!r}", "Send us Blender's console")
        redraw()
        if self.jobs or self._asked or (self._launcher and self._launcher.running):
            return TICK
        return None


def redraw() -> None:
    """Have the sequencers drawn again."""
    manager = bpy.context.window_manager
    for window in manager.windows if manager else ():
        for area in window.screen.areas:
            if area.type == "SEQUENCE_EDITOR":
                area.tag_redraw()


def _settings_of(take: messages.Take) -> Settings:
    """What is known of the settings of a take that was ordered in the panel's window."""
    wish = settings.wish(strips.sequencer_scene(bpy.context))
    return messages.Settings(
        prompt=take.prompt,
        negative=take.negative,
        pack=take.pack or None,
        stems=wish.stems,
        steps=wish.steps,
        device=wish.device,
    )


studio = Studio()

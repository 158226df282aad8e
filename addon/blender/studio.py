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
from ..host import answer
from ..launcher import Launcher
from . import preferences
from .host import BlenderHost
from .job import RENDERING, Job
from .preparation import Preparation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..messages import Message, Settings
    from .reading import Stretch

TICK = 0.1  # seconds between two looks
_PATIENCE = 0.02  # seconds between two looks without a window
_INSTALL = "Press 'Install engine' in the sidebar or in the add-on's preferences"


class PanelError(AddonError):
    """What the panel process or the engine reported."""

    code = "panel_failed"


class Studio:
    """The jobs of this Blender and its panel process.

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
        self._host = BlenderHost(self.jobs, self._send)

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
        self._host.remember(stretches)
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
        self._host.drop_requests()
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
        self._host.forget()
        self.error, self.warnings = None, ()

    # ------------------------------------------------------------ what goes on

    def pump(self) -> None:
        """Do what can be done now; never waits."""
        for job in list(self.jobs.values()):
            if job.preparation:
                self._prepare(job, job.preparation)
        self._host.advance()
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
            self._launcher = Launcher(command, self._host.identify())
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

    def _send(self, message: messages.HostMessage) -> None:
        if self._launcher and self._launcher.running:
            self._launcher.send(message)

    def _receive(self, message: Message) -> None:
        match message:
            case messages.WantClips() | messages.Place() | messages.Markers():
                self._answer(message)
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

    def _answer(self, request: messages.WantClips | messages.Place | messages.Markers) -> None:
        """Do what the panel asks; what cannot be done the user hears of, too."""
        error = answer(self._host, request, self._send)
        if error:
            self.error = error
            if isinstance(request, messages.Place) and (job := self.jobs.get(request.job)):
                job.error = error

    def _failed(self, message: messages.Failed) -> None:
        error = PanelError(message.what, message.remedy)
        if message.job is not None:
            if job := self.jobs.get(message.job):
                self._end(job, "failed", error)
            return
        self.error = error
        self._host.drop_requests()
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
        if self.jobs or self._host.busy or (self._launcher and self._launcher.running):
            return TICK
        return None


def redraw() -> None:
    """Have the sequencers drawn again."""
    manager = bpy.context.window_manager
    for window in manager.windows if manager else ():
        for area in window.screen.areas:
            if area.type == "SEQUENCE_EDITOR":
                area.tag_redraw()


studio = Studio()

"""Operators that have sound made: at once without a window, along with a timer in one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import bpy

from ...errors import AddonError, HostError
from .. import preferences, reading, strips
from ..settings import wish
from ..studio import TICK, studio
from .selection import engine_fault, generation_fault, selected_takes, take_fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..job import Job


class _JobOperator:
    """Begins jobs and, in a window, shows how far they are until they end or ESC is pressed."""

    bl_options: ClassVar[set[str]] = {"REGISTER"}  # each placing ends an undo step of its own

    if TYPE_CHECKING:
        report: Callable[[set[str], str], None]

    def begin(self, context: bpy.types.Context) -> list[Job]:
        """Begin the jobs."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Do it: to the end without a window, else in the background."""
        if not self._begin(context):
            return {"CANCELLED"}
        if bpy.app.background:
            studio.wait(self._jobs)
            return self._conclude()
        return {"FINISHED"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Do it with progress and ESC."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        if not self._begin(context):
            return {"CANCELLED"}
        manager = context.window_manager
        self._timer = manager.event_timer_add(TICK, window=context.window)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Show how far it is."""
        if event.type == "ESC" and event.value == "PRESS":
            for job in self._jobs:
                studio.cancel(job)
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        open_jobs = [job for job in self._jobs if not job.ended]
        if open_jobs:
            context.workspace.status_text_set(f"{describe(open_jobs[0])}   (ESC cancels)")
            return {"PASS_THROUGH"}
        context.workspace.status_text_set(None)
        context.window_manager.event_timer_remove(self._timer)
        return self._conclude()

    def _begin(self, context: bpy.types.Context) -> bool:
        if bpy.app.background:  # what a script did before has no undo step
            bpy.ops.ed.undo_push(message="Lumiphone: before")
        try:
            self._jobs = self.begin(context)
        except AddonError as error:
            studio.error = error
            self.report({"ERROR"}, str(error))
            return False
        return True

    def _conclude(self) -> set[str]:
        for job in self._jobs:
            for warning in job.warnings:
                self.report({"WARNING"}, warning)
        failed = next((job.error for job in self._jobs if job.error), None)
        if failed:
            self.report({"ERROR"}, str(failed))
            return {"CANCELLED"}
        if any(job.ended == "cancelled" for job in self._jobs):
            self.report({"INFO"}, "Cancelled; finished takes stay")
            return {"CANCELLED"}
        count = sum(len(job.placed) for job in self._jobs)
        self.report({"INFO"}, f"{count} take{'s' * (count != 1)} placed")
        return {"FINISHED"}


def describe(job: Job) -> str:
    """Return how far a job is, in words."""
    words = f"Lumiphone: {job.stage}, {job.fraction:.0%}"
    if job.seconds_left is None:
        return words
    minutes, seconds = divmod(round(job.seconds_left), 60)
    return f"{words}, about {minutes}:{seconds:02d} left"


class LUMIPHONE_OT_generate(_JobOperator, bpy.types.Operator):
    """Make sound for the selected strips, in sync with what they show"""

    bl_idname = "lumiphone.generate"
    bl_label = "Generate"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Say why nothing can be generated."""
        cls.poll_message_set(fault := generation_fault(context))
        return not fault

    def begin(self, context: bpy.types.Context) -> list[Job]:
        """One job for all strips: the engine reads the pictures of each once for all its takes."""
        settings = wish(strips.sequencer_scene(context))
        return [studio.generate(reading.read_selected(context), settings)]


class _AgainOperator(_JobOperator):
    """Makes sound with the settings that a take remembers."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Say why there is nothing to make again."""
        fault = take_fault(context) or engine_fault()
        cls.poll_message_set(fault)  # type: ignore[attr-defined] # an operator's
        return not fault

    def begin(self, context: bpy.types.Context) -> list[Job]:
        """One job per strip, as each take has settings of its own."""
        scene = strips.sequencer_scene(context)
        found = selected_takes(context)
        page = preferences.current()
        jobs = []
        for name, (strip, memory) in found.items():
            stretch = _read_by_name(scene, name)
            settings = replace(
                memory.record.settings,
                seed=self.seed(memory.record.take.seed),
                takes=1,
                cues_from_markers=scene.lumiphone.follow_markers,
                device=page.device,
            )
            jobs.append(
                studio.generate([stretch], settings, self.instead_of(stretch.id, strip.name))
            )
        return jobs

    def seed(self, seed: int) -> int | None:
        """Return the seed for the new take."""
        raise NotImplementedError

    def instead_of(self, clip: str, strip: str) -> dict[str, str]:
        """Return which sound strip makes way."""
        raise NotImplementedError


def _read_by_name(scene: bpy.types.Scene, name: str) -> reading.Stretch:
    for metas, owner in strips.levels(scene):
        strip = strips.collection(owner).get(name)
        if strip is not None:
            return reading.read(scene, metas, strip)
    raise HostError(
        f"Strip '{name}', whose sound this is, is gone", "Undo its removal, or select another strip"
    )


class LUMIPHONE_OT_regenerate(_AgainOperator, bpy.types.Operator):
    """Make this take anew from what its strip shows now: same settings, same seed, same place"""

    bl_idname = "lumiphone.regenerate"
    bl_label = "Regenerate"

    def seed(self, seed: int) -> int | None:
        """Keep the seed."""
        return seed

    def instead_of(self, clip: str, strip: str) -> dict[str, str]:
        """Replace the take."""
        return {clip: strip}


class LUMIPHONE_OT_another_take(_AgainOperator, bpy.types.Operator):
    """Make one more take with the settings of this one and a fresh seed"""

    bl_idname = "lumiphone.another_take"
    bl_label = "Another Take"

    def seed(self, seed: int) -> int | None:
        """Draw a fresh one."""
        return None

    def instead_of(self, clip: str, strip: str) -> dict[str, str]:
        """Replace nothing."""
        return {}


class LUMIPHONE_OT_cancel(bpy.types.Operator):
    """Stop what is being generated; finished takes stay"""

    bl_idname = "lumiphone.cancel"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Say that there is nothing to stop."""
        cls.poll_message_set("Nothing is being generated")
        return bool(studio.jobs)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Stop all jobs."""
        for job in list(studio.jobs.values()):
            studio.cancel(job)
        return {"FINISHED"}

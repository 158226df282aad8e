"""The Deliver page's state: kept before a rendering of ours, and put back after it.

No call reads the render settings. A preset that is saved and loaded again keeps most of them; the
target folder is read from a render job that is added for that purpose; in and out are the
timeline's own.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Self

from ..errors import HostError
from .scripting import ask, has, listed


@dataclass(frozen=True, slots=True)
class DeliverState:
    """What was set before us.

    Attributes:
        resolve: Resolve.
        project: The project.
        timeline: The timeline that is rendered.
        page: The page that was shown.
        preset: Name of the preset that holds the render settings.
        format: Format and codec.
        mode: Single clip or individual clips.
        target: The target folder; None if none was set.
        marks: In and out, counted from the timeline's start; None if none were set.
    """

    resolve: Any
    project: Any
    timeline: Any
    page: str
    preset: str
    format: dict[str, str]
    mode: int | None
    target: str | None
    marks: tuple[int, int] | None

    @classmethod
    def keep(cls, resolve: Any, project: Any, timeline: Any) -> Self:
        """Read all there is to read.

        Raises:
            HostError: Resolve renders, or does not let its settings be kept. Then, and if Resolve
                raises anything itself, nothing of ours stays behind.
        """
        if ask(project, "IsRenderingInProgress", otherwise=False):
            raise HostError("Resolve is rendering", "Wait until it has finished, and try again")
        preset = f"Lumiphone {secrets.token_hex(4)}"
        if not project.SaveAsNewRenderPreset(preset):
            raise HostError(
                "Resolve does not let its render settings be kept",
                "Open the Deliver page once, and try again",
            )
        try:
            return cls(
                resolve,
                project,
                timeline,
                page=str(ask(resolve, "GetCurrentPage", otherwise="edit")),
                preset=preset,
                format=ask(project, "GetCurrentRenderFormatAndCodec", otherwise={}),
                mode=ask(project, "GetCurrentRenderMode"),
                target=_target(project),
                marks=_marks(timeline),
            )
        except BaseException:
            project.DeleteRenderPreset(preset)
            raise

    def restore(self) -> None:
        """Put everything back."""
        self.project.LoadRenderPreset(self.preset)
        self.project.DeleteRenderPreset(self.preset)
        kept = self.format
        if kept.get("format") and kept.get("codec"):
            self.project.SetCurrentRenderFormatAndCodec(kept["format"], kept["codec"])
        if self.mode is not None:
            self.project.SetCurrentRenderMode(self.mode)
        if self.target:
            self.project.SetRenderSettings({"TargetDir": self.target})
        self._restore_marks()
        if ask(self.resolve, "GetCurrentPage") != self.page:
            self.resolve.OpenPage(self.page)

    def _restore_marks(self) -> None:
        if self.marks and has(self.timeline, "SetMarkInOut"):
            self.timeline.SetMarkInOut(*self.marks, "all")
        elif has(self.timeline, "ClearMarkInOut"):
            self.timeline.ClearMarkInOut("all")
        else:  # before 19 marks cannot be read
            self.project.SetRenderSettings({"SelectAllFrames": True})


def _marks(timeline: Any) -> tuple[int, int] | None:
    """In and out, if both are set and this Resolve tells."""
    video = ask(timeline, "GetMarkInOut", otherwise={}).get("video") or {}
    first, last = video.get("in"), video.get("out")
    return None if first is None or last is None else (first, last)


def _target(project: Any) -> str | None:
    """The target folder, which only a job tells."""
    job = project.AddRenderJob()
    if not job:
        return None
    try:
        jobs = {each["JobId"]: each for each in listed(project.GetRenderJobList())}
    finally:
        project.DeleteRenderJob(job)
    return jobs.get(job, {}).get("TargetDir") or None

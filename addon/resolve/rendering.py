"""Has Resolve render a stretch of the timeline, small and without sound, as the viewer shows it."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import HostError
from .deliver import DeliverState
from .placing import timeline_current
from .scripting import ask, project_of, setting

if TYPE_CHECKING:
    from .reading import Stretch

_HEIGHT = 360
# Free Resolve on Linux encodes no H.264, so the last ones are for it.
_CODECS = (
    *(("mp4", "H264"), ("mov", "H264"), ("mov", "H264_NVIDIA"), ("mp4", "H264_NVIDIA")),
    *(("mov", "ProRes422P"), ("mov", "DNxHRLB"), ("mov", "DNxHR LB"), ("mov", "DNxHRSQ")),
)
_ENDED_BADLY = ("Failed", "Cancelled")  # in an English Resolve
_START_SECONDS = 10.0


class Rendering:
    """One stretch on its way to a film; poll it.

    The timeline is current and the Deliver page's settings are ours until it ends; then everything
    is as it was before.

    Args:
        resolve: Resolve.
        stretch: The stretch.

    Raises:
        HostError: Resolve renders already, or refuses the settings.
    """

    def __init__(self, resolve: Any, stretch: Stretch) -> None:
        self.stretch = stretch
        self._project = project_of(resolve)
        self._folder = Path(tempfile.mkdtemp(prefix="lumiphone-pictures-"))
        self._job: str | None = None
        self._idle_since = time.monotonic()
        self._current = timeline_current(resolve, stretch)
        try:
            timeline = self._current.__enter__()
            try:
                self._kept = DeliverState.keep(resolve, self._project, timeline)
            except BaseException:
                self._current.__exit__(None, None, None)
                raise
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        try:
            self._start(timeline)
        except BaseException:
            self.cancel()
            raise

    def _start(self, timeline: Any) -> None:
        project = self._project
        if not _set_codec(project):
            raise self._refused("none of its codecs can be used")
        if not project.SetRenderSettings(self._settings(timeline)):
            raise self._refused("it did not take the settings")
        self._job = project.AddRenderJob()
        if not self._job or not project.StartRendering([self._job], False):  # noqa: FBT003 - theirs
            raise self._refused("it did not start")

    def _settings(self, timeline: Any) -> dict[str, Any]:
        width = float(setting(self._project, timeline, "timelineResolutionWidth") or 16)
        height = float(setting(self._project, timeline, "timelineResolutionHeight") or 9)
        return {
            "SelectAllFrames": False,
            "MarkIn": self.stretch.first,  # absolute, as everything here but markers and marks
            "MarkOut": self.stretch.end - 1,
            "TargetDir": str(self._folder),
            "CustomName": "pictures",
            "ExportVideo": True,
            "ExportAudio": False,
            "FormatWidth": max(2, round(_HEIGHT * width / height / 2) * 2),
            "FormatHeight": _HEIGHT,
        }

    def finished(self) -> Path | None:
        """Return the film when it is there, else None; never waits.

        Raises:
            HostError: Rendering failed.
        """
        status = self._status()
        if ask(self._project, "IsRenderingInProgress", otherwise=False):
            self._idle_since = time.monotonic()
            return None
        films = sorted(self._folder.glob("pictures*"))
        badly = status.get("JobStatus") in _ENDED_BADLY
        if not badly and not films and time.monotonic() < self._idle_since + _START_SECONDS:
            return None  # it takes a moment to begin
        if badly or not films:
            self.cancel()
            reason = status.get("Error") or status.get("JobStatus") or "there is no film"
            raise self._refused(str(reason))
        self._leave()
        return films[0]

    def cancel(self) -> None:
        """Stop, and throw away what there is."""
        if self._job:
            self._project.StopRendering()  # keep() made sure that it can only be ours
        self._leave()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _status(self) -> dict[str, Any]:
        return dict(ask(self._project, "GetRenderJobStatus", self._job, otherwise={}))

    def _leave(self) -> None:
        if self._job:
            self._project.DeleteRenderJob(self._job)
        self._kept.restore()
        self._current.__exit__(None, None, None)

    def _refused(self, reason: str) -> HostError:
        return HostError(
            f"Resolve could not render the pictures of '{self.stretch.name}': {reason}",
            "Try to render that range on the Deliver page, and see Resolve's own message",
        )


def _set_codec(project: Any) -> bool:
    project.SetCurrentRenderMode(1)  # one file
    return any(
        codec in (ask(project, "GetRenderCodecs", form, otherwise={}) or {}).values()
        and project.SetCurrentRenderFormatAndCodec(form, codec)
        for form, codec in _CODECS
    )

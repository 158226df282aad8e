"""Resolve, its project and its Deliver page as scripts see them."""

from __future__ import annotations

import copy
import itertools
from pathlib import Path
from typing import Any

from tests.resolve.fake.pool import MediaPool
from tests.resolve.fake.thing import Thing
from tests.resolve.fake.timeline import Timeline

_PAGES = {"media", "cut", "edit", "fusion", "color", "fairlight", "deliver"}
_CODECS = {"mp4": {"H.264": "H264"}, "mov": {"ProRes": "ProRes422P"}, "mxf": {"DNxHR": "DNxHR444"}}
_SETTINGS = {
    *("SelectAllFrames", "MarkIn", "MarkOut", "TargetDir", "CustomName", "ExportVideo"),
    *("ExportAudio", "FormatWidth", "FormatHeight"),
}
_NOT_IN_PRESETS = {"TargetDir", "CustomName", "MarkIn", "MarkOut"}
_JOBS = itertools.count(1)


class Resolve(Thing):
    """What a menu script finds as ``resolve``."""

    def GetProductName(self) -> str:
        return "DaVinci Resolve Studio" if self.world.studio else "DaVinci Resolve"

    def GetVersion(self) -> list[int | str]:
        numbers = [*self.world.version, 0, 0][:3]
        return [*numbers, 7, ""]

    def GetProjectManager(self) -> ProjectManager:
        return ProjectManager(self.world)

    def GetCurrentPage(self) -> str:
        return self.world.page

    def OpenPage(self, page: str) -> bool:
        assert page in _PAGES
        self.world.turn_page(page)
        return True


class ProjectManager(Thing):
    """The project manager."""

    def GetCurrentProject(self) -> Project | None:
        return Project(self.world) if self.world.project else None

    def SaveProject(self) -> bool:
        self.world.save()
        return True


class Project(Thing):
    """The open project."""

    def GetName(self) -> str:
        return self.world.project

    def GetMediaPool(self) -> MediaPool:
        return MediaPool(self.world)

    def GetSetting(self, name: str) -> str:
        return self.world.settings.get(name, "")

    def GetSettings(self) -> dict[str, str]:
        return self.world.settings

    def GetCurrentTimeline(self) -> Timeline | None:
        world = self.world
        return Timeline(world, world.timeline) if world.timelines else None

    def SetCurrentTimeline(self, timeline: Timeline) -> bool:
        self.world.current = self.world.timelines.index(timeline.data)
        return True

    def GetTimelineCount(self) -> int:
        return len(self.world.timelines)

    def GetTimelineByIndex(self, number: int) -> Timeline | None:
        assert number >= 1
        return Timeline(self.world, self.world.timelines[number - 1])

    # ------------------------------------------------------------ Deliver

    def GetCurrentRenderFormatAndCodec(self) -> dict[str, str]:
        return dict(self.world.deliver.format)

    def SetCurrentRenderFormatAndCodec(self, form: str, codec: str) -> bool:
        if codec not in _CODECS.get(form, {}).values():
            return False
        self.world.deliver.format = {"format": form, "codec": codec}
        return True

    def GetRenderCodecs(self, form: str) -> dict[str, str]:
        return dict(_CODECS.get(form, {}))

    def GetCurrentRenderMode(self) -> int:
        return self.world.deliver.mode

    def SetCurrentRenderMode(self, mode: int) -> bool:
        self.world.deliver.mode = mode
        return True

    def SetRenderSettings(self, settings: dict[str, Any]) -> bool:
        """Set what is known; one unknown key, and nothing is set. Marks are absolute."""
        timeline = self.world.timeline
        first, last = settings.get("MarkIn"), settings.get("MarkOut")
        if set(settings) - _SETTINGS:
            return False
        if first is not None and last is not None:
            if not timeline.start <= first <= last < timeline.end:
                return False
            timeline.marks = (first - timeline.start, last - timeline.start)
        self.world.deliver.settings |= settings
        return True

    def SaveAsNewRenderPreset(self, name: str) -> bool:
        if name in self.world.presets:
            return False
        kept = copy.deepcopy(self.world.deliver)
        settings = kept.settings.items()
        kept.settings = {key: value for key, value in settings if key not in _NOT_IN_PRESETS}
        self.world.presets[name] = kept
        return True

    def LoadRenderPreset(self, name: str) -> bool:
        """Load a preset; target folder and name, which no preset has, are empty then."""
        if name not in self.world.presets:
            return False
        self.world.deliver = copy.deepcopy(self.world.presets[name])
        return True

    def DeleteRenderPreset(self, name: str) -> bool:
        return self.world.presets.pop(name, None) is not None

    def GetRenderJobList(self) -> list[dict[str, Any]]:
        return [dict(job) for job in self.world.jobs.values()]

    def AddRenderJob(self) -> str:
        deliver = self.world.deliver
        if not deliver.settings.get("TargetDir"):
            return ""
        job = f"job-{next(_JOBS)}"
        self.world.jobs[job] = {
            "JobId": job,
            "Timeline": self.world.timeline,
            "Format": deliver.format["format"],
            "polls": self.world.polls,
            "JobStatus": "Ready",
            **deliver.settings,
        }
        return job

    def DeleteRenderJob(self, job: str) -> bool:
        assert job != self.world.rendering, "a running job cannot be deleted"
        return self.world.jobs.pop(job, None) is not None

    def StartRendering(self, jobs: list[str], interactive: bool = False) -> bool:  # noqa: FBT001, FBT002 - as Resolve has it
        assert len(jobs) == 1, "without names the user's own jobs would be rendered"
        assert not interactive
        self.world.rendering = jobs[0]
        self.world.turn_page("deliver")
        return True

    def StopRendering(self) -> None:
        if self.world.rendering:
            self.world.jobs[self.world.rendering]["JobStatus"] = "Cancelled"
        self.world.rendering = None

    def IsRenderingInProgress(self) -> bool:
        """Not yet, for a moment after the start."""
        name = self.world.rendering
        return name is not None and self.world.jobs[name]["JobStatus"] == "Rendering"

    def GetRenderJobStatus(self, name: str) -> dict[str, Any]:
        job = self.world.jobs[name]
        if self.world.rendering == name:
            job["polls"] -= 1
            if job["polls"] < self.world.polls - 1:
                job["JobStatus"] = "Rendering"
            if job["polls"] <= 0:
                self._finish(job)
        done = 100 if job["JobStatus"] == "Complete" else 50
        told = {"JobStatus": job["JobStatus"], "CompletionPercentage": done}
        return told | ({"Error": self.world.fails} if job["JobStatus"] == "Failed" else {})

    def _finish(self, job: dict[str, Any]) -> None:
        world = self.world
        world.rendering = None
        job["JobStatus"] = "Failed" if world.fails else "Complete"
        if not world.fails:
            world.rendered.append((job["MarkIn"], job["MarkOut"]))
            path = Path(job["TargetDir"], f"{job['CustomName']}.{job['Format']}")
            if world.draw:
                world.draw(job["Timeline"], job["MarkIn"], job["MarkOut"], path)
            else:
                path.write_bytes(b"film")

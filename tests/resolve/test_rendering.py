from __future__ import annotations

import copy
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from addon.errors import HostError
from addon.resolve.deliver import DeliverState
from addon.resolve.preparation import Preparation
from addon.resolve.reading import read_chosen
from tests.resolve.fake.world import TimelineData

if TYPE_CHECKING:
    from addon.messages import Clip
    from tests.resolve.scene import Scene


@pytest.fixture
def used(scene: Scene) -> Scene:
    """A Deliver page on which the user has set things, and has a job."""
    world = scene.world
    world.deliver.settings = {"TargetDir": "/films", "ExportVideo": True, "ExportAudio": True}
    world.jobs["theirs"] = {"JobId": "theirs", "TargetDir": "/elsewhere", "JobStatus": "Ready"}
    world.presets["theirs"] = copy.deepcopy(world.deliver)
    scene.clip(nodes=2)
    if world.version >= (19,):
        world.timeline.marks = (90, 147)
    return scene


def state(scene: Scene) -> tuple[Any, ...]:
    """All that a rendering of ours must leave as it was."""
    world = scene.world
    kept = (world.deliver, world.timeline.marks, world.page, world.current, world.jobs)
    return copy.deepcopy((*kept, sorted(world.presets)))


def prepare(scene: Scene) -> tuple[Clip, ...]:
    preparation = Preparation(scene.resolve, read_chosen(scene.resolve))
    while (clips := preparation.advance()) is None:
        pass
    return clips


def settled(scene: Scene) -> list[Any]:
    deliver, marks, *rest = state(scene)
    settings = {key: value for key, value in deliver.settings.items() if key != "SelectAllFrames"}
    return [settings, deliver.format, deliver.mode, marks, *rest]


def test_resolve_renders_exactly_the_stretch_and_finds_its_page_as_it_was(used: Scene) -> None:
    before = settled(used)
    (clip,) = prepare(used)
    assert used.world.rendered == [(86500, 86547)]
    assert (clip.frames, clip.media_start) == (48, Fraction(0))
    assert clip.media.endswith("pictures.mp4")
    if used.world.version < (19,):
        before[3] = used.world.timeline.marks  # which cannot be read there
    assert settled(used) == before


def test_a_failed_rendering_is_told_and_the_page_is_as_it_was(used: Scene) -> None:
    used.world.fails = "The disk is full"
    before = settled(used)
    with pytest.raises(HostError, match=r"pictures of 'dog': The disk is full.*Deliver page"):
        prepare(used)
    if used.world.version < (19,):
        before[3] = used.world.timeline.marks
    assert settled(used) == before


def test_a_cancelled_rendering_leaves_nothing(used: Scene, tmp_path: Path) -> None:
    before = settled(used)
    preparation = Preparation(used.resolve, read_chosen(used.resolve))
    assert preparation.advance() is None
    (folder,) = [job["TargetDir"] for job in used.world.jobs.values() if "CustomName" in job]
    preparation.discard()
    if used.world.version < (19,):
        before[3] = used.world.timeline.marks
    assert settled(used) == before
    assert not (tmp_path / folder).exists()


@pytest.mark.parametrize("call", ["GetCurrentPage", "GetCurrentRenderMode", "GetRenderJobList"])
def test_where_keeping_the_page_fails_midway_nothing_of_ours_stays(
    used: Scene, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def broken(_: Any) -> None:
        raise RuntimeError(call)

    before = state(used)
    owner = type(used.resolve if call == "GetCurrentPage" else used.project)
    monkeypatch.setattr(owner, call, broken)
    with pytest.raises(RuntimeError, match=call):
        DeliverState.keep(used.resolve, used.project, used.timeline)
    assert state(used) == before


def test_the_user_s_own_rendering_is_waited_for(used: Scene) -> None:
    used.world.rendering = "theirs"
    used.world.jobs["theirs"]["JobStatus"] = "Rendering"
    with pytest.raises(HostError, match="Resolve is rendering"):
        prepare(used)
    assert used.world.rendering == "theirs"


def test_without_a_codec_that_can_be_used_the_user_is_told(
    used: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = settled(used)
    monkeypatch.setattr("tests.resolve.fake.project._CODECS", {"mxf": {"DNxHR": "DNxHR444"}})
    with pytest.raises(HostError, match="none of its codecs"):
        prepare(used)
    assert settled(used) == before


def test_the_user_may_be_on_another_timeline_meanwhile(used: Scene) -> None:
    preparation = Preparation(used.resolve, read_chosen(used.resolve))
    used.world.timelines.append(TimelineData("Other"))
    used.world.current = 1
    while preparation.advance() is None:
        pass
    assert used.world.current == 1
    assert used.world.rendered == [(86500, 86547)]


def test_a_rendering_that_never_begins_is_given_up(
    used: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addon.resolve.rendering._START_SECONDS", 0.0)
    used.world.polls = 1000
    before = settled(used)
    with pytest.raises(HostError, match="could not render the pictures of 'dog': Ready"):
        prepare(used)
    if used.world.version < (19,):
        before[3] = used.world.timeline.marks
    assert settled(used) == before


def test_several_clips_are_rendered_one_after_the_other_and_discarded_together(
    newest: Scene,
) -> None:
    newest.clip(start=86400, nodes=2)
    newest.clip(start=86500, fusion=1)
    preparation = Preparation(newest.resolve, read_chosen(newest.resolve))
    while (clips := preparation.advance()) is None:
        pass
    assert newest.world.rendered == [(86400, 86447), (86500, 86547)]
    films = [Path(clip.media) for clip in clips]
    assert all(film.is_file() for film in films)
    preparation.discard()
    assert not any(film.exists() for film in films)

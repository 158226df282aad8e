"""The stand-in for Resolve has the traps of the real one; else the other tests mean nothing."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from tests.resolve.fake.world import ItemData
from tests.resolve.scene import take

if TYPE_CHECKING:
    from tests.resolve.scene import Scene


def order(scene: Scene, **changes: Any) -> dict[str, Any]:
    pool = scene.project.GetMediaPool()
    sound = take(scene.world.folder, 48, Fraction(24))
    media = pool.ImportMedia([sound.wav])[1]
    scene.timeline.AddTrack("audio", "stereo")
    scene.resolve.OpenPage("media")
    asked = {"mediaPoolItem": media, "startFrame": 0, "mediaType": 2, "trackIndex": 2}
    return asked | {"endFrame": 47, "recordFrame": 86500} | changes


def append(scene: Scene, asked: dict[str, Any]) -> None:
    pool = scene.project.GetMediaPool()
    assert pool.AppendToTimeline([asked])[1] is not None  # whatever came of it


def test_every_name_is_there_and_only_dir_tells_the_truth(scene: Scene) -> None:
    assert hasattr(scene.timeline, "MakeCoffee")
    assert "MakeCoffee" not in dir(scene.timeline)
    with pytest.raises(TypeError):
        scene.timeline.MakeCoffee()
    assert ("GetSelectedClips" in dir(scene.timeline)) == (scene.world.version >= (21, 0, 4))


def test_ends_count_before_21_and_not_since(scene: Scene) -> None:
    append(scene, order(scene))
    (_, item), *_ = scene.heard()
    assert item.duration == (48 if scene.world.version < (21,) else 47)


@pytest.mark.parametrize("wrong", [{"recordFrame": 100}, {"endFrame": 500}, {"trackIndex": 1}])
def test_what_cannot_be_placed_seems_placed_until_the_project_is_saved(
    scene: Scene, wrong: dict[str, int]
) -> None:
    scene.world.timeline.audio[0].subtype = "mono"
    track = wrong.get("trackIndex", 2)
    append(scene, order(scene, **wrong))
    assert len(scene.timeline.GetItemListInTrack("audio", track)) == 2
    scene.resolve.GetProjectManager().SaveProject()
    assert scene.timeline.GetItemListInTrack("audio", track) == [None]


def test_append_never_overwrites(scene: Scene) -> None:
    asked = order(scene)
    lying = ItemData("theirs", None, 86520, 10)
    scene.world.timeline.audio[1].items.append(lying)
    append(scene, asked)
    assert scene.heard() == [("Audio 2", lying)]


def test_a_new_track_is_not_counted_until_a_page_is_turned(scene: Scene) -> None:
    scene.timeline.AddTrack("audio", "stereo")
    assert scene.timeline.GetTrackCount("audio") == 1
    assert not scene.timeline.SetTrackName("audio", 2, "new")
    scene.resolve.OpenPage("media")
    assert scene.timeline.GetTrackCount("audio") == 2


def test_the_source_s_first_frame_is_one_low(newest: Scene) -> None:
    newest.clip(trimmed=24)
    item = newest.timeline.GetCurrentVideoItem()
    assert (item.GetSourceStartFrame(), item.GetLeftOffset()) == (23, 24)


def test_markers_and_marks_count_from_the_start_and_render_marks_do_not(newest: Scene) -> None:
    newest.clip(start=86400)
    project = newest.project
    assert newest.timeline.AddMarker(3, "Cyan", "a", "", 1, "")
    assert not newest.timeline.AddMarker(86403, "Cyan", "a", "", 1, "")
    assert not newest.timeline.AddMarker(3, "Cyan", "another", "", 1, "")
    assert not project.SetRenderSettings({"MarkIn": 3, "MarkOut": 5})
    assert project.SetRenderSettings({"MarkIn": 86403, "MarkOut": 86405})
    assert newest.timeline.GetMarkInOut()["video"] == {"in": 3, "out": 5}


def test_one_unknown_render_setting_and_none_is_set(newest: Scene) -> None:
    project = newest.project
    assert not project.SetRenderSettings({"TargetDir": "/x", "Colour": "red"})
    assert newest.world.deliver.settings == {}


def test_a_timeline_is_imported_once_under_a_name(newest: Scene) -> None:
    pool = newest.project.GetMediaPool()
    assert pool.ImportTimelineFromFile("/films/Sound.xml", {})
    assert pool.ImportTimelineFromFile("/films/Sound.xml", {}) is None

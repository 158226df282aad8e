from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from addon.messages import Cue
from addon.resolve import markers
from addon.resolve.reading import read_chosen

if TYPE_CHECKING:
    from addon.resolve.reading import Stretch
    from tests.resolve.scene import Scene

CUES = (Cue(0.51, 0.88, "impact"), Cue(1.0, 0.3, "step"))


@pytest.fixture
def stretch(scene: Scene) -> Stretch:
    scene.clip(start=86500, duration=48)
    return read_chosen(scene.resolve)[0]


def test_cues_become_markers_counted_from_the_timeline_s_start(
    scene: Scene, stretch: Stretch
) -> None:
    assert markers.place(scene.timeline, stretch, CUES) == 2
    names = {frame: told["name"] for frame, told in scene.world.timeline.markers.items()}
    assert names == {112: "♪ impact 88%", 124: "♪ step 30%"}


def test_markers_come_back_with_their_exact_times(scene: Scene, stretch: Stretch) -> None:
    markers.place(scene.timeline, stretch, CUES)
    sheet = markers.sheet(scene.timeline, stretch)
    assert sheet
    assert sheet["events"] == [
        {"seconds": 0.51, "strength": 0.88, "kind": "impact"},
        {"seconds": 1.0, "strength": 0.3, "kind": "step"},
    ]


def test_a_moved_or_renamed_marker_counts_from_its_frame(scene: Scene, stretch: Stretch) -> None:
    markers.place(scene.timeline, stretch, CUES)
    told = scene.world.timeline.markers
    told[118] = told.pop(112)
    told[124]["name"] = "thump 50%"
    sheet = markers.sheet(scene.timeline, stretch)
    assert sheet
    assert sheet["events"] == [
        {"seconds": 0.75, "strength": 0.88, "kind": "impact"},
        {"seconds": 1.0, "strength": 0.5, "kind": "impact"},
    ]


def test_writing_again_replaces_ours_and_leaves_the_user_s(scene: Scene, stretch: Stretch) -> None:
    assert scene.timeline.AddMarker(112, "Red", "look here", "", 1, "")
    markers.place(scene.timeline, stretch, CUES)
    markers.place(scene.timeline, stretch, CUES[:1])
    told = scene.world.timeline.markers
    assert {frame: one["name"] for frame, one in told.items()} == {
        112: "look here",
        113: "♪ impact 88%",  # beside it: there is one marker to a frame
    }
    assert json.loads(told[113]["customData"])["exact"] == pytest.approx(112.24)
    sheet = markers.sheet(scene.timeline, stretch)
    assert sheet
    assert [event["seconds"] for event in sheet["events"]] == [0.51]


def test_markers_outside_the_clip_are_left_alone(scene: Scene, stretch: Stretch) -> None:
    assert scene.timeline.AddMarker(50, "Cyan", "♪ impact 10%", "", 1, "")
    markers.place(scene.timeline, stretch, ())
    assert set(scene.world.timeline.markers) == {50}
    assert markers.sheet(scene.timeline, stretch) is None

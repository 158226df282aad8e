from __future__ import annotations

import wave
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from addon.errors import HostError
from addon.resolve.placing import place
from addon.resolve.reading import Stretch, read_chosen
from tests.resolve.fake.world import ItemData, TimelineData, TrackData
from tests.resolve.scene import SAMPLE_RATE, take

if TYPE_CHECKING:
    from addon.messages import Take
    from tests.resolve.scene import Scene


def ready(scene: Scene, number: int = 1, frames: int = 48) -> tuple[Stretch, Take]:
    """A clip that was read, and a take for it."""
    scene.clip(start=86500, duration=frames)
    (stretch, *_) = read_chosen(scene.resolve)
    return stretch, take(scene.world.folder / "takes", frames, stretch.rate, number)


def test_a_take_lies_on_a_track_of_its_own_below_its_clip_s_first_frame(scene: Scene) -> None:
    stretch, made = ready(scene)
    lying = place(scene.resolve, stretch, made, chosen=True)
    ((track, item),) = scene.heard()
    assert (track, item.start, item.duration) == ("Lumiphone", 86500, 48)
    assert (lying.track, lying.first, lying.frames) == (2, 86500, 48)
    assert item.media
    assert item.media.samples == 48 * SAMPLE_RATE // 24
    assert scene.world.saves
    assert scene.world.timeline.audio[1].subtype == "stereo"
    assert scene.world.page == "edit"  # the page that was shown


@pytest.mark.parametrize("rate", ["23.976", "25", "29.97", "29.97 DF", "50", "59.94"])
@pytest.mark.parametrize("frames", [1, 7, 48, 101])
def test_at_every_rate_a_take_is_as_long_as_its_clip(scene: Scene, rate: str, frames: int) -> None:
    scene.world.rate = scene.world.timeline.rate = rate
    scene.clip(duration=frames, media=scene.film(fps=rate.removesuffix(" DF")))
    (stretch,) = read_chosen(scene.resolve)
    made = take(scene.world.folder, frames, stretch.rate)
    place(scene.resolve, stretch, made, chosen=True)
    ((_, item),) = scene.heard()
    assert (item.start, item.duration) == (86500, frames)
    with wave.open(made.wav) as sound:
        assert sound.getnframes() == stretch.samples(SAMPLE_RATE)


def test_a_sound_that_took_another_rate_at_import_is_still_as_long_as_its_clip(
    scene: Scene,
) -> None:
    scene.world.rate = "25"  # the project's; the timeline has 24
    stretch, made = ready(scene)
    place(scene.resolve, stretch, made, chosen=True)
    ((_, item),) = scene.heard()
    assert (item.start, item.duration) == (86500, 48)


def test_stems_apart_lie_each_on_a_track_and_sound_and_rest_together(newest: Scene) -> None:
    stretch, first = ready(newest)
    place(newest.resolve, stretch, first, chosen=True)
    parts = {
        stem: take(newest.world.folder / stem, 48, stretch.rate, 2).wav
        for stem in ("effects", "ambience")
    }
    second = replace(take(newest.world.folder / "takes", 48, stretch.rate, 2), stems=parts)
    place(newest.resolve, stretch, second, chosen=True, apart=True)
    heard = {item.media.path: item for _, item in newest.heard() if item.media}
    assert {*heard} == {first.wav, *parts.values()}, "the mix has no place beside its stems"
    assert {item.start for item in heard.values()} == {86500}
    assert len({track for track, _ in newest.heard()}) == 3
    assert [heard[wav].enabled for wav in (first.wav, *parts.values())] == [False, True, True]
    place(newest.resolve, stretch, first, chosen=True)
    assert [heard[wav].enabled for wav in (first.wav, *parts.values())] == [True, False, False]


def test_a_missing_stem_places_nothing(newest: Scene) -> None:
    stretch, made = ready(newest)
    stems = {"effects": made.wav, "score": "/nowhere/take-1.score.wav"}
    with pytest.raises(HostError, match=r"take-1\.score\.wav"):
        place(newest.resolve, stretch, replace(made, stems=stems), chosen=True, apart=True)
    assert newest.heard() == []


def test_what_lies_there_is_never_overwritten(scene: Scene) -> None:
    stretch, made = ready(scene)
    theirs = ItemData("theirs", None, 86520, 100)
    scene.world.timeline.audio[0].name = "Lumiphone"
    scene.world.timeline.audio[0].items.append(theirs)
    place(scene.resolve, stretch, made, chosen=True)
    assert [(track, item.start) for track, item in scene.heard()] == [
        ("Lumiphone", 86520),
        ("Lumiphone 2", 86500),
    ]


@pytest.mark.parametrize("why", [{"locked": True}, {"enabled": False}])
def test_a_track_that_is_locked_or_switched_off_is_left_alone(
    newest: Scene, why: dict[str, bool]
) -> None:
    stretch, made = ready(newest)
    newest.world.timeline.audio[0] = TrackData("Lumiphone", **why)  # type: ignore[arg-type] # flags
    assert place(newest.resolve, stretch, made, chosen=True).track == 2


def test_takes_of_clips_side_by_side_share_a_track(scene: Scene) -> None:
    stretch, made = ready(scene)
    place(scene.resolve, stretch, made, chosen=True)
    scene.choose_nothing()
    scene.clip(start=86548)
    (beside,) = read_chosen(scene.resolve)
    other = take(scene.world.folder / "others", 48, Fraction(24))
    assert place(scene.resolve, beside, other, chosen=True).track == 2
    assert [item.start for _, item in scene.heard()] == [86500, 86548]


def test_of_several_takes_the_chosen_one_sounds(scene: Scene) -> None:
    stretch, first = ready(scene)
    second = take(scene.world.folder / "takes", 48, stretch.rate, 2)
    place(scene.resolve, stretch, first, chosen=True)
    place(scene.resolve, stretch, second, chosen=False)
    assert [track for track, _ in scene.heard()] == ["Lumiphone", "Lumiphone 2"]
    if scene.world.version < (18, 5):  # which cannot switch clips off
        return
    assert [item.enabled for _, item in scene.heard()] == [True, False]
    place(scene.resolve, stretch, second, chosen=True)  # not doubled
    assert [item.enabled for _, item in scene.heard()] == [False, True]


def test_a_take_gets_its_level_where_resolve_lets_scripts_set_it_and_else_says_so(
    scene: Scene,
) -> None:
    stretch, made = ready(scene)
    told: list[str] = []
    place(scene.resolve, stretch, made, chosen=True, level=-6.0, tell=told.append)
    ((_, item),) = scene.heard()
    if scene.world.version >= (21, 1):
        assert item.properties == {"AudioVolumeEnabled": True, "AudioVolume": -6.0}
        assert told == []
    else:
        assert item.properties == {}
        assert ["Set -6 dB in the Inspector" in line for line in told] == [True]


def test_a_level_that_was_changed_by_hand_is_left_alone(newest: Scene) -> None:
    stretch, made = ready(newest)
    place(newest.resolve, stretch, made, chosen=True, level=-6.0)
    ((_, item),) = newest.heard()
    item.properties["AudioVolume"] = -12.0
    place(newest.resolve, stretch, made, chosen=True, level=-6.0)
    assert item.properties["AudioVolume"] == -12.0


def test_without_a_level_nothing_is_set_or_said(scene: Scene) -> None:
    stretch, made = ready(scene)
    told: list[str] = []
    place(scene.resolve, stretch, made, chosen=True, tell=told.append)
    assert (scene.heard()[0][1].properties, told) == ({}, [])


def test_a_sound_is_imported_once_into_a_bin_of_ours_and_the_user_s_bin_stays_open(
    scene: Scene,
) -> None:
    stretch, made = ready(scene)
    place(scene.resolve, stretch, made, chosen=True)
    scene.world.timeline.audio[1].items.clear()
    place(scene.resolve, stretch, made, chosen=True)
    (bin_,) = scene.world.root.folders
    assert bin_.name == "Lumiphone"
    assert [clip.path for clip in bin_.clips] == [made.wav]
    assert scene.world.open_bin is scene.world.root


def test_a_clip_that_moved_meanwhile_takes_its_sound_along(scene: Scene) -> None:
    stretch, made = ready(scene)
    scene.world.timeline.video[0].items[0].start = 87000
    place(scene.resolve, stretch, made, chosen=True)
    # Before 18.5 an item has no id, and one that moved is another one.
    moved = scene.world.version >= (18, 5)
    assert scene.heard()[0][1].start == (87000 if moved else 86500)


def test_a_clip_whose_head_was_trimmed_meanwhile_keeps_its_sound_in_sync(newest: Scene) -> None:
    stretch, made = ready(newest)
    clip = newest.world.timeline.video[0].items[0]
    clip.start, clip.trimmed, clip.duration = 86510, 34, 38
    place(newest.resolve, stretch, made, chosen=True)
    assert newest.heard()[0][1].start == 86500


def test_a_take_goes_to_its_own_timeline_and_the_user_s_comes_back(scene: Scene) -> None:
    stretch, made = ready(scene)
    scene.world.timelines.append(TimelineData("Other"))
    scene.world.current = 1
    place(scene.resolve, stretch, made, chosen=True)
    assert scene.world.current == 1
    assert scene.heard() == []
    scene.world.current = 0
    assert len(scene.heard()) == 1


def test_a_timeline_that_is_gone_is_an_error(scene: Scene) -> None:
    stretch, made = ready(scene)
    scene.world.timelines = [TimelineData("Other")]
    with pytest.raises(HostError, match="The timeline of clip 'dog' is gone"):
        place(scene.resolve, stretch, made, chosen=True)


def test_another_project_is_an_error(scene: Scene) -> None:
    stretch, made = ready(scene)
    scene.world.project = "Another"
    with pytest.raises(HostError, match="Project 'Film' is not open any more"):
        place(scene.resolve, stretch, made, chosen=True)


def test_a_missing_sound_is_named(newest: Scene) -> None:
    stretch, made = ready(newest)
    newest.world.folder.joinpath("takes", "take-1.wav").unlink()
    with pytest.raises(HostError, match=r"missing: .*take-1\.wav"):
        place(newest.resolve, stretch, made, chosen=True)


def test_what_resolve_dropped_is_told_with_the_file(scene: Scene) -> None:
    stretch, made = ready(scene)
    scene.world.timeline.start = 90000  # Append drops what lies before the start
    with pytest.raises(
        HostError, match=r"did not place take 1 of 'dog' on frame 86500\. Put .*wav"
    ):
        place(scene.resolve, stretch, made, chosen=True)
    assert scene.heard() == []

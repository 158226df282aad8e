"""What is planned of an edit: which stretches of which files."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import opentimelineio as otio
import pytest

from engine.errors import InputError, MediaError
from engine.timeline.edit import read_edit
from engine.timeline.plan import Choice
from engine.timeline.planning import make_plan
from tests.timeline import edits
from tests.timeline.edits import FILM_START, RATE

if TYPE_CHECKING:
    from pathlib import Path

    from engine.timeline.plan import Plan


def plan_of(folder: Path, *tracks: otio.schema.Track, choice: Choice | None = None) -> Plan:
    path = folder / "edit.otio"
    otio.adapters.write_to_file(edits.timeline(*tracks), str(path))
    return make_plan(read_edit(path), choice or Choice())


def test_numbers_belong_to_clips_whatever_is_chosen(reel: Path) -> None:
    edit = read_edit(reel)
    whole = {job.name: job.number for job in make_plan(edit, Choice()).jobs}
    assert len(whole) == 12
    for choice in (
        Choice(tracks=("Top",)),
        Choice(tracks=("V2", "Main.2")),
        Choice(start="01:00:09:00"),
    ):
        part = make_plan(edit, choice).jobs
        assert 0 < len(part) < 12
        assert {job.name: job.number for job in part}.items() <= whole.items()


def test_a_range_takes_the_clips_that_it_touches(reel: Path) -> None:
    choice = Choice(tracks=("Main",), start="01:00:01:16", end="01:00:03:16")
    assert [job.placed.first for job in make_plan(read_edit(reel), choice).jobs] == [40, 87]


@pytest.mark.parametrize(
    ("names", "wanted", "numbers"),
    [(("A", "A"), "V1", [1]), (("A", "A"), "A", [1, 2]), (("V2", "B"), "V2", [1])],
)
def test_a_track_is_chosen_by_its_name_or_where_none_is_called_so_by_its_place(
    tmp_path: Path, names: tuple[str, str], wanted: str, numbers: list[int]
) -> None:
    dog, _ = edits.films(tmp_path)
    tracks = (edits.track(name, edits.clip(dog, 3, 30)) for name in names)
    plan = plan_of(tmp_path, *tracks, choice=Choice(tracks=(wanted,)))
    assert [job.number for job in plan.jobs] == numbers


@pytest.mark.parametrize("name", ["Main", ""])
@pytest.mark.parametrize(("code", "numbers"), [("V1", [1, 2, 3]), ("V2", [4])])
def test_the_layers_of_a_nest_belong_to_the_edit_s_track_that_it_lies_on(
    tmp_path: Path, name: str, code: str, numbers: list[int]
) -> None:
    dog, wall = edits.films(tmp_path)
    nest = edits.nest(0, 30, *(edits.track("in", edits.clip(film, 3, 30)) for film in (dog, wall)))
    bottom = edits.track(name, edits.clip(dog, 3, 30), nest)
    tracks = (bottom, edits.track("Top", edits.clip(wall, 3, 30)))
    plan = plan_of(tmp_path, *tracks, choice=Choice(tracks=(code,)))
    assert [job.number for job in plan.jobs] == numbers


def test_a_track_s_name_means_its_nests_too_and_a_layer_s_name_that_layer(reel: Path) -> None:
    def tracks(name: str) -> set[str]:
        return {job.track for job in make_plan(read_edit(reel), Choice(tracks=(name,))).jobs}

    assert tracks("Main") == {"Main", "Main.2"}
    assert tracks("Main.2") == {"Main.2"}


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        (Choice(tracks=("V9",)), "no picture track V9"),
        (Choice(tracks=("V3",)), "no picture track V3"),  # which only a nest's layer would be
        (Choice(start="02:00:00:00"), "nothing from 02:00:00:00"),
        (Choice(start="01:00:05:00", end="01:00:04:00"), "nothing from"),
        (Choice(tracks=("Top",), end="01:00:01:00"), "Nothing in reel"),
    ],
)
def test_a_choice_of_nothing_is_refused(reel: Path, choice: Choice, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        make_plan(read_edit(reel), choice)


def test_handles_reach_as_far_as_the_file_and_stop_at_dissolves(tmp_path: Path) -> None:
    dog, wall = edits.films(tmp_path)
    plan = plan_of(
        tmp_path,
        edits.track("V", edits.clip(dog, 3, 30), edits.dissolve(4, 4), edits.clip(wall, 20, 70)),
        choice=Choice(handles=Fraction(1)),
    )
    first, second = plan.jobs
    assert (first.before, first.after) == (3, 0)
    assert (second.before, second.after) == (0, 6)


def test_missing_files_are_all_named_at_once(tmp_path: Path) -> None:
    dog, _ = edits.films(tmp_path)
    lost = [edits.clip(tmp_path / name, 0, 20) for name in ("lost.mov", "gone.mov", "lost.mov")]
    row = edits.track("V", *lost, edits.clip(dog, 0, 20))
    with pytest.raises(MediaError) as caught:
        plan_of(tmp_path, row)
    assert "lost.mov" in caught.value.what
    assert "gone.mov" in caught.value.what
    assert "--skip-missing" in caught.value.remedy


def test_missing_files_can_be_left_out_or_found_elsewhere(tmp_path: Path) -> None:
    dog, _ = edits.films(tmp_path)
    elsewhere = edits.clip(tmp_path / "old" / "dog.mp4", 0, 20)
    row = edits.track("V", elsewhere, edits.clip(dog, 0, 20))
    plan = plan_of(tmp_path, row, choice=Choice(skip_missing=True))
    assert ([job.number for job in plan.jobs], len(plan.left_out)) == ([2], 1)
    row = edits.track("V", elsewhere.deepcopy(), edits.clip(dog, 0, 20))
    plan = plan_of(tmp_path, row, choice=Choice(media=tmp_path))
    assert [job.span.media for job in plan.jobs] == [dog, dog]


def test_titles_and_stills_are_left_out_and_said_so(tmp_path: Path) -> None:
    dog, _ = edits.films(tmp_path)
    title = otio.schema.Clip("title", source_range=edits.stretch(0, 10))
    still = edits.clip(dog, 5, 10, name="still")
    still.effects.append(otio.schema.FreezeFrame())
    plan = plan_of(tmp_path, edits.track("V", title, still, edits.clip(dog, 0, 20)))
    assert [(name, at) for name, _, at, _ in plan.left_out] == [
        ("title", "01:00:00:00"),
        ("still", "01:00:00:10"),
    ]


def test_a_trim_beyond_the_file_is_refused(tmp_path: Path) -> None:
    dog, _ = edits.films(tmp_path)
    with pytest.raises(MediaError, match=r"ends after 4\.00 s, but the edit shows it from"):
        plan_of(tmp_path, edits.track("V", edits.clip(dog, 200, 20)))


def test_trims_in_another_rate_and_of_a_retimed_nest_are_exact(tmp_path: Path) -> None:
    dog, _ = edits.films(tmp_path)
    inner = edits.track("in", edits.clip(dog, 8, 40))
    nest = edits.nest(4, 16, inner)
    nest.effects.append(otio.schema.LinearTimeWarp(time_scalar=2))
    other = edits.clip(dog, 0, 20)
    time = otio.opentime.RationalTime
    other.source_range = otio.opentime.TimeRange(
        time(FILM_START + 1001 / 960 * 24, 24000 / 1001), time(25, 25)
    )
    plan = plan_of(tmp_path, edits.track("V", nest, other))
    first, second = plan.jobs
    assert (first.span.speed, first.span.media_start) == (Fraction(2), 12 / RATE)
    assert first.span.frames == 16
    assert (second.span.frames, second.span.rate) == (24, RATE)

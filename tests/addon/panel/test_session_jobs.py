"""What a session makes of the editor's and the window's jobs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from addon import messages as m
from engine import protocol as p
from tests.addon.panel.desk import FALL, RATE, SHEET, WALK, Desk, take_file

if TYPE_CHECKING:
    from pathlib import Path


def test_the_engine_is_asked_for_what_lies_on_the_timeline(desk: Desk) -> None:
    settings = m.Settings("boots", "music", ("effects",), 3, 11, 0.5, 4.5, "tiny", "cpu")
    desk.generating(WALK, settings=settings)
    (request,) = desk.engine.asked
    assert request.clip == p.ClipRange("/film/walk.mov", Fraction(1, 2), 48, RATE, name="walk")
    assert request.folder == "/film/takes"
    assert request.wish == p.Wish(
        "boots", "music", 3, 11, None, {"": 4.5}, ("effects",), None, "tiny", "cpu", effort=0.5
    )


@pytest.mark.parametrize("follow", [True, False])
def test_markers_are_followed_only_when_asked_for(desk: Desk, *, follow: bool) -> None:
    desk.generating(replace(WALK, cues=SHEET), settings=m.Settings(cues_from_markers=follow))
    assert desk.engine.asked[0].wish.cues == (SHEET if follow else None)


def test_each_take_goes_to_the_editor_at_once_and_the_first_is_chosen(
    desk: Desk, tmp_path: Path
) -> None:
    (order,) = desk.generating(WALK, settings=m.Settings("boots", takes=2))
    for number in (1, 2):
        desk.hear(p.TakeDone(order, take_file(tmp_path, number)))
    first, second = desk.told(m.Place)
    assert (first.job, first.clip, first.chosen, second.chosen) == ("j", "walk-id", True, False)
    assert first.take.wav == str(tmp_path / "take-1.wav")
    assert (first.take.prompt, first.take.suggested_prompt) == ("boots", "steps")
    assert first.take.pack == "tiny"
    assert [call[:2] for call in desk.notes.of("on_take")] == [("j", "walk-id")] * 2


def test_a_take_whose_sidecar_is_gone_is_still_placed(desk: Desk, tmp_path: Path) -> None:
    (order,) = desk.generating(WALK)
    desk.hear(p.TakeDone(order, replace(take_file(tmp_path), sidecar="/nowhere.json")))
    assert desk.told(m.Place)[0].take.pack == ""


def test_a_job_of_several_clips_is_one_job_with_one_end(desk: Desk, tmp_path: Path) -> None:
    first, second = desk.generating(WALK, FALL)
    desk.hear(
        p.Progress(first, "sampling", 0.5, 4.0),
        p.TakeDone(first, take_file(tmp_path)),
        p.Done(first, {"warnings": ["dark"], "suggested_prompt": "steps"}),
        p.Progress(second, "sampling", 0.5, 4.0),
    )
    assert [(x.fraction, x.seconds_left) for x in desk.told(m.Progress)] == [
        (0.25, None),  # nobody knows how long the second takes
        (0.75, 4.0),
    ]
    assert not desk.told(m.Done)
    desk.hear(p.Done(second, {"warnings": ["dark"]}))
    assert desk.told(m.Done) == [m.Done("j", ("walk: dark", "fall: dark"), "steps")]
    assert desk.notes.of("on_done") == [("j", ("walk: dark", "fall: dark"))]


def test_a_clip_that_fails_leaves_the_others_their_sound(desk: Desk, tmp_path: Path) -> None:
    first, second = desk.generating(WALK, FALL)
    desk.hear(p.Error(first, "bad_media", "walk.mov is no film", "Choose another"))
    assert not desk.told(m.Failed)
    desk.hear(p.TakeDone(second, take_file(tmp_path)), p.Done(second, {}))
    assert len(desk.told(m.Place)) == 1
    assert desk.told(m.Failed) == [
        m.Failed("j", "bad_media", "walk.mov is no film", "Choose another")
    ]


def test_an_engine_that_dies_fails_the_job_once(desk: Desk) -> None:
    for order in desk.generating(WALK, FALL):
        desk.hear(p.Error(order, "engine_gone", "The engine ended", "Try again"))
    assert desk.told(m.Failed) == [m.Failed("j", "engine_gone", "The engine ended", "Try again")]


def test_cancelling_asks_the_engine_and_keeps_the_job_until_it_has_ended(
    desk: Desk, tmp_path: Path
) -> None:
    first, second = desk.generating(WALK, FALL)
    desk.hear(p.TakeDone(first, take_file(tmp_path)), p.Done(first, {}), m.Cancel("j"))
    assert desk.engine.asked[-1] == p.Cancel(second)
    assert not desk.told(m.Cancelled)
    desk.hear(p.Cancelled(second))
    assert desk.told(m.Cancelled) == [m.Cancelled("j")]
    desk.hear(m.Cancel("j"), m.Cancel("never heard of"))  # nothing to cancel
    assert desk.engine.asked[-1] == p.Cancel(second)


def test_a_job_that_waits_says_so(desk: Desk) -> None:
    (order,) = desk.generating(WALK)
    desk.hear(p.Queued(order, 2))
    assert desk.told(m.Progress) == [m.Progress("j", "waiting", 0.0)]


def test_a_job_without_clips_fails_with_a_remedy(desk: Desk) -> None:
    desk.generating()
    assert desk.told(m.Failed)[0].remedy


def test_generating_in_the_panel_takes_the_clips_as_they_lie_now(desk: Desk) -> None:
    edited = replace(WALK, cues=SHEET)
    job = desk.session.generate([edited], m.Settings(cues_from_markers=True))
    assert not desk.engine.asked
    (wish,) = desk.told(m.WantClips)
    desk.hear(m.Clips((FALL, replace(WALK, frames=12)), wish.request))
    (request,) = desk.engine.asked
    assert request.clip.frames == 12  # trimmed meanwhile
    assert request.wish.cues == SHEET  # edited here
    assert desk.notes.of("on_job")[0][0] == job
    assert not desk.notes.of("on_clips")


@pytest.mark.parametrize("answer", [m.Clips(()), m.Refused("", "Nothing is selected", "Select")])
def test_a_clip_that_is_no_longer_selected_is_taken_as_it_was(
    desk: Desk, answer: m.Clips | m.Refused
) -> None:
    desk.session.generate([WALK], m.Settings())
    request = desk.told(m.WantClips)[0].request
    if isinstance(answer, m.Clips):
        desk.hear(replace(answer, request=request))
    else:
        desk.hear(replace(answer, about=request))
    assert desk.engine.asked[0].clip.frames == 48


def test_a_job_that_waits_for_the_editor_can_be_cancelled(desk: Desk) -> None:
    job = desk.session.generate([WALK], m.Settings())
    desk.session.cancel(job)
    assert desk.notes.of("on_cancelled") == [(job,)]
    desk.hear(m.Clips((WALK,), desk.told(m.WantClips)[0].request))
    assert not desk.engine.asked

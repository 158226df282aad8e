"""A session: greetings, looks, places, and its end."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from addon import messages as m
from engine import protocol as p
from tests.addon.panel.desk import FALL, HELLO, SHEET, WALK, Desk, Notes, take_file

if TYPE_CHECKING:
    from pathlib import Path


def test_the_editor_s_greeting_is_answered(desk: Desk) -> None:
    desk.hear(HELLO)
    assert desk.told(m.Welcome)[0].version == m.LINK_VERSION
    assert desk.notes.of("on_host") == [("Blender 5.0.1",)]
    assert not desk.session.ended


def test_who_listens_later_hears_the_editor_s_name_too(desk: Desk) -> None:
    desk.hear(HELLO)
    late = Notes()
    desk.session.listen(late)
    assert late.of("on_host") == [("Blender 5.0.1",)]


def test_an_editor_with_another_link_version_is_answered_and_left(desk: Desk) -> None:
    desk.hear(replace(HELLO, version=m.LINK_VERSION + 1))
    assert desk.told(m.Welcome)
    assert desk.session.ended


def test_clips_are_shown_whether_asked_for_or_not(desk: Desk) -> None:
    desk.session.refresh_clips()
    desk.hear(m.Clips((WALK,), desk.told(m.WantClips)[0].request), m.Clips((FALL,)))
    assert desk.notes.of("on_clips") == [((WALK,),), ((FALL,),)]


def test_what_the_editor_refuses_is_shown(desk: Desk) -> None:
    desk.session.refresh_clips()
    desk.hear(m.Refused(desk.told(m.WantClips)[0].request, "Nothing is selected", "Select"))
    assert desk.notes.of("on_failed")[0][1:] == ("Nothing is selected", "Select")


def test_looking_at_a_clip_gives_cues_and_a_suggestion(desk: Desk) -> None:
    look = desk.session.look(WALK, "tiny", "cpu")
    cues, suggest = desk.engine.asked
    assert (cues.clip.media, cues.pack, cues.device) == ("/film/walk.mov", "tiny", "cpu")
    labels = [{"label": "boot", "probability": 0.9}]
    desk.hear(
        p.Progress(cues.id, "reading", 0.5),
        p.Done(cues.id, {"cues": SHEET, "warnings": ["dark"]}),
        p.Done(suggest.id, {"labels": labels, "suggested_prompt": "steps", "mood": "calm music"}),
    )
    ((clip, sheet, warnings),) = desk.notes.of("on_looked")
    assert (clip, warnings) == ("walk-id", ["dark"])
    assert sheet.to_json() == SHEET
    assert desk.notes.of("on_suggested") == [("walk-id", "steps", "calm music", ["boot"])]
    assert look
    assert not desk.told(m.Progress)  # the editor has no part in it


def test_a_look_that_fails_says_which(desk: Desk) -> None:
    look = desk.session.look(WALK)
    cues, suggest = desk.engine.asked
    desk.hear(p.Error(cues.id, "bad_media", "no film", "Choose another"), p.Cancelled(suggest.id))
    assert desk.notes.of("on_failed") == [(look, "no film", "Choose another")]


def test_packs_are_listed(desk: Desk) -> None:
    desk.session.refresh_packs()
    desk.hear(p.Ready(p.VERSION, "1", "tiny", "cpu", commercial_use=True))
    desk.hear(p.Done("packs", {"packs": [{"id": "tiny"}]}))
    assert desk.session.default_pack == "tiny"
    assert desk.notes.of("on_packs") == [([{"id": "tiny"}],)]


def test_a_take_placed_by_hand_keeps_its_job(desk: Desk, tmp_path: Path) -> None:
    (order,) = desk.generating(WALK)
    desk.hear(p.TakeDone(order, take_file(tmp_path)))
    desk.session.place(WALK, desk.told(m.Place)[0].take)
    assert desk.told(m.Place)[1] == desk.told(m.Place)[0]
    desk.hear(m.Placed("j", "walk-id", 1, 3, "walk take 1"))
    assert desk.notes.of("on_placed") == [("walk-id", 1, "channel 3")]


def test_takes_are_placed_at_the_level_that_was_asked_for(desk: Desk, tmp_path: Path) -> None:
    (order,) = desk.generating(WALK, settings=m.Settings(level=-6.0))
    desk.hear(p.TakeDone(order, take_file(tmp_path)))
    desk.session.place(WALK, desk.told(m.Place)[0].take, -12.0)
    assert [place.level for place in desk.told(m.Place)] == [-6.0, -12.0]


def test_cues_become_markers(desk: Desk) -> None:
    desk.session.place_markers(WALK, [m.Cue(0.5)])
    assert desk.told(m.Markers) == [m.Markers("walk-id", (m.Cue(0.5),))]


def test_an_engine_s_fault_without_a_job_reaches_editor_and_window(desk: Desk) -> None:
    desk.hear(p.Error(None, "wrong_version", "Another engine", "Update"))
    assert desk.told(m.Failed) == [m.Failed(None, "wrong_version", "Another engine", "Update")]
    assert desk.notes.of("on_failed") == [(None, "Another engine", "Update")]


def test_the_panel_s_own_words_from_the_host_change_nothing(desk: Desk) -> None:
    desk.hear(m.Welcome(1, "x"), m.Bye(), m.Done("j"))
    assert not desk.host.told


def test_a_wish_to_see_the_panel_is_passed_on(desk: Desk) -> None:
    desk.hear(m.Show())
    assert desk.notes.of("on_show") == [()]


def test_quit_and_the_host_s_end_both_end_the_session(desk: Desk) -> None:
    desk.hear(m.Quit())
    assert desk.session.ended
    other = Desk()
    other.host.gone()
    other.session.pump()
    assert other.session.ended


def test_closing_takes_leave_and_ends_the_engine(desk: Desk) -> None:
    desk.session.close()
    assert desk.host.told == [m.Bye(), "hung up"]
    assert desk.engine.closed


def test_pumping_waits_for_news_no_longer_than_needed(desk: Desk) -> None:
    threading.Timer(0.1, desk.host.receive, (HELLO,)).start()
    start = time.monotonic()
    desk.session.pump(timeout=30)
    assert time.monotonic() - start < 20
    assert desk.told(m.Welcome)
    desk.session.pump(timeout=0.01)  # nothing comes, nothing happens

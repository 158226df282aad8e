from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from addon import messages as m
from addon.panel.listener import Listener
from addon.panel.session import Session
from engine import protocol as p

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RATE = Fraction(24000, 1001)
WALK = m.Clip("walk-id", "walk", "/film/walk.mov", 48, RATE, "/film/takes", Fraction(1, 2))
FALL = m.Clip("fall-id", "fall", "/film/fall.mov", 24, RATE, "/film/takes")
SHEET = {"rate": "25", "events": [{"seconds": 0.5, "strength": 1.0, "kind": "step"}], "curves": {}}
HELLO = m.Hello(m.LINK_VERSION, "Blender", "5.0.1")


class ScriptedEngine:
    """Notes what it is asked and says what the test wants."""

    def __init__(self, receive: Callable[[p.Reply], None]) -> None:
        self.receive = receive
        self.asked: list[Any] = []
        self.closed = False

    def send(self, request: p.Request) -> None:
        self.asked.append(request)

    def close(self) -> None:
        self.closed = True


class ScriptedHost:
    is_editor = True

    def __init__(self, receive: Callable[[m.Message], None], gone: Callable[[], None]) -> None:
        self.receive = receive
        self.gone = gone
        self.told: list[Any] = []

    def send(self, message: m.PanelMessage) -> None:
        self.told.append(message)

    def close(self) -> None:
        self.told.append("hung up")


class Notes(Listener):
    """Every call, as (name, arguments)."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - as object has it
        if name.startswith("on_"):
            return lambda *arguments: self.calls.append((name, arguments))
        return super().__getattribute__(name)

    def of(self, name: str) -> list[tuple[Any, ...]]:
        return [arguments for called, arguments in self.calls if called == name]


class Desk:
    """A session between a scripted engine and a scripted host."""

    engine: ScriptedEngine
    host: ScriptedHost

    def __init__(self) -> None:
        self.session = Session(self._engine, self._host)
        self.notes = Notes()
        self.session.listen(self.notes)

    def _engine(self, receive: Callable[[p.Reply], None]) -> ScriptedEngine:
        self.engine = ScriptedEngine(receive)
        return self.engine

    def _host(self, receive: Callable[[m.Message], None], gone: Callable[[], None]) -> ScriptedHost:
        self.host = ScriptedHost(receive, gone)
        return self.host

    def hear(self, *said: m.Message | p.Reply) -> None:
        for word in said:
            if isinstance(word, p.Reply):
                self.engine.receive(word)
            else:
                self.host.receive(word)
        self.session.pump()

    def told(self, kind: type) -> list[Any]:
        return [message for message in self.host.told if isinstance(message, kind)]

    def generating(self, *clips: m.Clip, settings: m.Settings | None = None) -> list[str]:
        """Start job "j" from the editor and return the engine's ids of its orders."""
        self.hear(m.Generate("j", clips, settings or m.Settings()))
        return [request.id for request in self.engine.asked if isinstance(request, p.Generate)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def take_file(tmp_path: Path, number: int = 1) -> p.TakeFile:
    sidecar = tmp_path / f"take-{number}.json"
    sidecar.write_text(json.dumps({"suggested_prompt": "steps", "pack": {"id": "tiny"}}))
    wav = str(tmp_path / f"take-{number}.wav")
    return p.TakeFile(number, 7, wav, None, str(sidecar), 96_096, 48_000)


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

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from addon import messages
from engine import protocol
from engine.cues import CueEvent
from tests.panel.stage import BASE_PACK, OTHER_PACK, Stage, sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from addon.messages import Clip
    from addon.panel.window.app import Panel
    from engine.cues import CueSheet


def test_the_shown_clip_is_looked_at_without_being_asked(
    open_panel: Callable[[Stage], Panel], stage: Stage
) -> None:
    panel = open_panel(stage)
    assert len(stage.engine.asked(protocol.Cues)) == 1
    assert len(stage.engine.asked(protocol.Suggest)) == 1
    assert panel.model.current is not None
    assert panel.model.current.looking is not None


def test_of_many_clips_only_those_that_were_shown_are_looked_at(
    open_panel: Callable[[Stage], Panel], clip: Clip
) -> None:
    stage = Stage([replace(clip, id=str(number)) for number in range(10)])
    panel = open_panel(stage)
    panel.model.select(4)
    panel.model.select(0)
    assert len(stage.engine.asked(protocol.Cues)) == 2


def test_a_wish_goes_to_the_engine_as_it_was_set(panel: Panel, stage: Stage) -> None:
    wish = panel.window.wish
    wish.prompt.show_words("  heavy boots ")
    wish.negative.show_words("birds")
    wish.takes.setValue(2)
    wish.seed.setText("7")
    wish.quality.setCurrentIndex(2)
    wish.guidance.setValue(45)
    panel.model.generate()
    stage.session.pump()
    (order,) = stage.engine.asked(protocol.Generate)
    assert order.wish == protocol.Wish(
        "heavy boots", "birds", 2, 7, None, {"": 4.5}, ("effects",), effort=4.0
    )


def test_untouched_cues_are_left_to_the_engine(panel: Panel, stage: Stage) -> None:
    panel.model.generate()
    stage.session.pump()
    assert stage.engine.asked(protocol.Generate)[0].wish.cues is None


def test_edited_cues_are_what_the_sound_follows(panel: Panel, stage: Stage) -> None:
    panel.model.edit_cues((CueEvent(0.5), CueEvent(1.25, 0.6)), "add an event")
    panel.model.generate()
    stage.session.pump()
    cues = stage.engine.asked(protocol.Generate)[0].wish.cues
    assert [event["seconds"] for event in cues["events"]] == [0.5, 1.25]


def test_the_editors_markers_are_shown_in_place_of_what_is_seen(
    open_panel: Callable[[Stage], Panel], clip: Clip, cues: CueSheet
) -> None:
    markers = sheet(2).to_json() | {"events": [{"seconds": 1.0, "strength": 0.3, "kind": "step"}]}
    stage = Stage([replace(clip, cues=markers)])
    panel = open_panel(stage)
    stage.answer_looks(cues)
    state = panel.model.current
    assert state is not None
    assert state.edited
    assert state.cues is not None
    assert state.cues.events == (CueEvent(1.0, 0.3, "step"),)
    assert "step" in panel.model.kinds


def test_edits_of_cues_are_undone_one_by_one_and_for_each_clip_by_itself(
    open_panel: Callable[[Stage], Panel], clip: Clip, cues: CueSheet
) -> None:
    stage = Stage([clip, replace(clip, id="strip-2")])
    panel = open_panel(stage)
    panel.model.select(1)
    stage.answer_looks(cues)
    panel.model.edit_cues((), "delete an event")
    panel.model.select(0)
    panel.model.edit_cues(cues.events[:1], "delete an event")
    panel.model.undo.undo()
    panel.model.undo.undo()
    first, second = (state.cues for state in panel.model.clips)
    assert first is not None
    assert second is not None
    assert first.events == cues.events
    assert second.events == ()


def test_small_steps_on_one_event_are_undone_at_once(panel: Panel) -> None:
    lane = panel.window.cues.events
    lane.select(0)
    for _ in range(4):
        lane.weigh(1)
    lane.nudge(Fraction(1))
    panel.model.undo.undo()
    panel.model.undo.undo()
    assert panel.model.current is not None
    assert panel.model.current.cues == panel.model.current.seen


def test_clips_that_stay_selected_keep_their_cues_and_takes(
    with_takes: Panel, stage: Stage, clip: Clip
) -> None:
    with_takes.model.edit_cues((CueEvent(1.0),), "add an event")
    stage.editor.clips = (replace(clip, id="strip-2"), clip)
    with_takes.model.refresh()
    stage.session.pump()
    state = with_takes.model.current
    assert state is not None
    assert state.clip.id == clip.id
    assert state.edited
    assert len(state.takes) == 3


def test_a_clip_that_was_trimmed_is_looked_at_again_and_keeps_its_takes(
    with_takes: Panel, stage: Stage, clip: Clip
) -> None:
    stage.editor.clips = (replace(clip, frames=30),)
    with_takes.model.refresh()
    stage.session.pump()
    state = with_takes.model.current
    assert state is not None
    assert state.cues is None
    assert len(state.takes) == 3
    assert len(stage.engine.asked(protocol.Cues)) == 2
    assert with_takes.window.axis.duration == pytest.approx(1.2)


def test_takes_of_a_job_begun_in_the_editor_appear_too(
    panel: Panel, stage: Stage, clip: Clip, cues: CueSheet, tmp_path: Path
) -> None:
    stage.editor.tell(messages.Generate("host-job", (clip,), messages.Settings()))
    stage.session.pump()
    assert list(panel.model.jobs) == ["host-job"]
    stage.make_takes(tmp_path, 2, cues, (4,))
    stage.finish()
    assert panel.model.jobs == {}
    assert [card.take.seed for card in panel.window.takes.cards] == [4]


def test_an_engine_that_died_is_a_banner_with_a_remedy_and_nothing_hangs(
    panel: Panel, stage: Stage
) -> None:
    panel.model.generate()
    stage.session.pump()
    stage.fail("The engine ended unexpectedly", "Generate again: it starts anew")
    assert panel.model.jobs == {}
    assert panel.window.problem.isVisible()
    assert "Generate again: it starts anew" in panel.window.problem.text.text()
    panel.model.generate()
    assert not panel.window.problem.isVisible()


def test_a_look_that_failed_says_so_and_leaves_generating_possible(
    open_panel: Callable[[Stage], Panel], stage: Stage
) -> None:
    panel = open_panel(stage)
    for request in (*stage.engine.asked(protocol.Cues), *stage.engine.asked(protocol.Suggest)):
        stage.engine.reply(protocol.Error(request.id, "bad_media", "It is cut short", "Copy it"))
    stage.session.pump()
    assert panel.model.problem is not None
    assert panel.window.wish.suggestion.text() == "Nothing recognised"
    assert panel.window.wish.job.generate.isEnabled()
    stage.session.refresh_clips()
    stage.session.pump()
    assert len(stage.engine.asked(protocol.Cues)) == 1, "what failed is not tried again and again"


def test_cancel_stops_the_running_job_and_says_what_stayed(
    panel: Panel, stage: Stage, cues: CueSheet, tmp_path: Path
) -> None:
    panel.model.generate()
    stage.session.pump()
    stage.make_takes(tmp_path, 2, cues, (1,))
    panel.model.cancel()
    order = stage.engine.asked(protocol.Generate)[-1]
    assert stage.engine.asked(protocol.Cancel) == [protocol.Cancel(order.id)]
    stage.engine.reply(protocol.Cancelled(order.id))
    stage.session.pump()
    assert panel.model.jobs == {}
    assert panel.model.problem is not None
    assert panel.model.problem.remedy == "1 finished take kept"


def test_a_pack_that_may_not_be_used_commercially_says_so(panel: Panel) -> None:
    choice = panel.window.wish.pack
    assert "yes" in choice.licence.text()
    choice.packs.setCurrentIndex(1)
    choice.packs.activated.emit(1)
    assert panel.model.draft.pack == OTHER_PACK["id"]
    assert "CC-BY-NC-4.0" in choice.licence.text()
    assert ">no<" in choice.licence.text()


def test_only_kinds_of_sound_that_the_pack_makes_can_be_chosen(panel: Panel) -> None:
    stems = panel.window.wish.stems
    assert [name for name, box in stems.boxes.items() if box.isEnabled()] == ["effects"]
    panel.model.choose_pack("research")
    able = [name for name, box in stems.boxes.items() if box.isEnabled()]
    assert able == ["effects", "ambience", "dialogue"]
    stems.boxes["ambience"].click()
    panel.model.choose_pack(None)
    assert panel.model.draft.stems == ["effects"], "the base pack makes no ambience"
    assert "makes no score" in stems.boxes["score"].toolTip()


def test_without_any_pack_the_window_says_how_to_get_one(
    open_panel: Callable[[Stage], Panel], stage: Stage
) -> None:
    panel = open_panel(stage)
    panel.model.refresh()
    stage.list_packs()
    assert panel.model.problem is not None
    assert "lumiphone doctor" in panel.model.problem.remedy


def test_settings_that_cannot_be_saved_are_a_message_not_a_crash(
    panel: Panel, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    panel.model.memory.path = tmp_path / "file" / "panel.json"
    panel.model.save()
    assert panel.model.problem is not None
    panel.model.memory.path = None


def test_markers_for_the_editor_are_the_cues_as_they_are_now(panel: Panel, stage: Stage) -> None:
    panel.model.edit_cues((CueEvent(0.4, 0.9, "splash"),), "add an event")
    panel.window.cues.head.markers.click()
    assert stage.editor.said(messages.Markers) == [
        messages.Markers("strip-1", (messages.Cue(0.4, 0.9, "splash"),))
    ]


def test_the_packs_fault_is_told_when_no_pack_can_be_used(
    open_panel: Callable[[Stage], Panel], stage: Stage
) -> None:
    panel = open_panel(stage)
    panel.model.refresh()
    stage.list_packs(BASE_PACK | {"fault": "velocity.onnx is damaged"})
    assert panel.model.problem is not None
    assert panel.model.problem.what == "velocity.onnx is damaged"

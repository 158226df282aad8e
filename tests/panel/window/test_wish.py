from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt

from addon import messages
from engine import protocol
from tests.panel.hands import hands
from tests.panel.stage import Stage, sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PyQt6.QtWidgets import QMenu

    from addon.messages import Clip
    from addon.panel.window.app import Panel

CTRL = Qt.KeyboardModifier.ControlModifier


def entries(menu: QMenu | None) -> list[str]:
    assert menu is not None
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def test_one_click_makes_the_suggestion_the_prompt(panel: Panel) -> None:
    wish = panel.window.wish
    assert wish.suggestion.text() == "Seen: footsteps on a stone floor"
    wish.suggestion.click()
    assert wish.prompt.words() == "footsteps on a stone floor"
    assert panel.model.draft.prompt == "footsteps on a stone floor"


def test_taking_the_suggestion_by_mistake_can_be_undone_in_the_field(panel: Panel) -> None:
    wish = panel.window.wish
    hands.keyClicks(wish.prompt.editor, "boots")
    wish.suggestion.click()
    wish.prompt.editor.undo()
    assert wish.prompt.words() == "boots"


def test_what_was_generated_with_is_in_the_history_one_key_away(panel: Panel) -> None:
    prompt = panel.window.wish.prompt
    for words in ("rain", "boots"):
        prompt.show_words(words)
        panel.window.wish.job.generate.click()
    prompt.show_words("unfinished")
    assert entries(prompt.history.menu()) == ["boots", "rain"]
    hands.keyClick(prompt.editor, Qt.Key.Key_Up, CTRL)
    hands.keyClick(prompt.editor, Qt.Key.Key_Up, CTRL)
    assert prompt.words() == "rain"
    hands.keyClick(prompt.editor, Qt.Key.Key_Down, CTRL)
    hands.keyClick(prompt.editor, Qt.Key.Key_Down, CTRL)
    assert prompt.words() == "unfinished"


def test_presets_can_be_kept_used_and_removed(panel: Panel) -> None:
    prompt = panel.window.wish.prompt
    prompt.show_words("my own wind")
    prompt.preset_kept.emit("my own wind")
    assert entries(prompt.presets.menu())[0] == "my own wind"
    prompt.show_words("")
    menu = prompt.presets.menu()
    assert menu is not None
    menu.actions()[0].trigger()
    assert panel.model.draft.prompt == "my own wind"
    prompt.preset_dropped.emit("my own wind")
    assert "my own wind" not in entries(prompt.presets.menu())


def test_the_seed_takes_figures_only_and_empty_means_a_new_one(panel: Panel) -> None:
    seed = panel.window.wish.seed
    hands.keyClicks(seed, "12a-3 x9999999999999999")
    assert panel.model.draft.seed == 123999999999999
    seed.clear()
    assert panel.model.draft.seed is None


def test_the_main_button_says_what_it_would_do(
    open_panel: Callable[[Stage], Panel], clip: Clip
) -> None:
    empty = open_panel(Stage())
    assert not empty.window.wish.job.generate.isEnabled()
    several = open_panel(Stage([clip, clip]))
    job = several.window.wish.job
    several.window.wish.takes.setValue(1)
    assert job.generate.text() == "Generate 1 take"
    assert job.all.text() == "All 2 clips"
    assert not job.cancel.isVisibleTo(several.window)


def test_while_a_job_runs_stage_time_left_and_cancel_are_shown(panel: Panel, stage: Stage) -> None:
    job = panel.window.wish.job
    panel.model.generate()
    stage.session.pump()
    stage.progress("take 1 of 3, sampling", 0.5, 95)
    assert job.stage.text() == "Take 1 of 3, sampling"
    assert job.time.text() == "2 min left"
    assert job.bar.value() == 500
    assert job.cancel.isVisible()
    panel.model.generate()
    stage.session.pump()
    assert "(+1 waiting)" in job.stage.text()


def test_poor_pictures_are_told_above_them_and_once(
    open_panel: Callable[[Stage], Panel], stage: Stage
) -> None:
    panel = open_panel(stage)
    from tests.panel.stage import sheet  # noqa: PLC0415 - used here alone

    stage.answer_looks(sheet(2), warnings=["The picture flickers."])
    assert "The picture flickers." in panel.window.notes.text.text()
    panel.model.generate()
    stage.session.pump()
    stage.finish(["The picture flickers.", "The prompt was cut after 64 tokens."])
    assert panel.model.problem is not None
    assert panel.model.problem.what == "The prompt was cut after 64 tokens."


def test_several_kinds_of_sound_are_asked_for_at_once_each_at_its_level(
    panel: Panel, stage: Stage
) -> None:
    stems = panel.window.wish.stems
    panel.model.choose_pack("research")
    assert [name for name, box in stems.boxes.items() if box.isChecked()] == ["effects", "ambience"]
    assert stems.sliders["ambience"].value() == -10, "the pack's own"
    stems.boxes["dialogue"].click()
    stems.sliders["dialogue"].setValue(-4)
    panel.model.generate()
    stage.session.pump()
    wish = stage.engine.asked(protocol.Generate)[-1].wish
    assert wish.stems == ("effects", "ambience", "dialogue")
    assert wish.levels == {"dialogue": -4}, "what nobody moved stays the pack's"


def test_a_take_is_made_of_something(panel: Panel) -> None:
    box = panel.window.wish.stems.boxes["effects"]
    box.click()
    assert box.isChecked()
    assert "effects" in panel.model.draft.stems


def test_words_of_a_kind_of_sound_are_folded_away_and_go_with_it_alone(
    panel: Panel, stage: Stage
) -> None:
    words, stems = panel.window.wish.words, panel.window.wish.stems
    panel.model.choose_pack("research")
    prompt, negative = words.fields["ambience"]
    assert not prompt.isVisible()
    words.fold.click()
    assert prompt.isVisible()
    assert not words.fields["score"][0].isVisible(), "nobody makes any"
    prompt.setText(" rain ")
    negative.setText("thunder")
    panel.model.generate()
    stems.boxes["ambience"].click()
    assert not prompt.isVisible()
    panel.model.generate()
    stage.session.pump()
    first, second = (order.wish for order in stage.engine.asked(protocol.Generate)[-2:])
    assert (first.prompts, first.negatives) == ({"ambience": "rain"}, {"ambience": "thunder"})
    assert (second.prompts, second.negatives) == ({}, {})


def test_the_mood_stands_where_a_score_could_be_described_until_a_prompt_is_written(
    panel: Panel,
) -> None:
    field = panel.window.wish.words.fields["score"][0]
    assert panel.model.current is not None
    panel.model.current.mood = "calm music"
    panel.model.notes_changed.emit()
    assert field.placeholderText() == "calm music"
    panel.window.wish.prompt.show_words("rain")
    assert field.placeholderText() == "As above"


def test_stems_are_placed_apart_where_that_is_wanted(
    panel: Panel, stage: Stage, tmp_path: Path
) -> None:
    box = panel.window.wish.stems.apart
    assert box.isVisible(), "there is an editor"
    box.click()
    panel.model.generate()
    stage.session.pump()
    stage.make_takes(tmp_path, 2, sheet(2), (1,))
    assert [order.apart for order in stage.editor.said(messages.Place)] == [True]
    box.click()
    assert panel.model.current is not None
    panel.model.place(panel.model.current.takes[0])
    assert [order.apart for order in stage.editor.said(messages.Place)] == [True, False]


def test_takes_are_heard_at_one_level_whatever_is_in_them(panel: Panel) -> None:
    panel.window.wish.stems.volume.setValue(-12)
    assert panel.model.level == -12
    panel.model.choose_pack("research")
    assert panel.window.wish.stems.volume.value() == -12

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import Qt

from addon import messages
from addon.panel.model.memory import Memory
from tests.panel.conftest import wait_for
from tests.panel.hands import hands
from tests.panel.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QApplication

    from addon.messages import Clip
    from addon.panel.widgets.take_card import TakeCard
    from addon.panel.window.app import Panel


def card(panel: Panel, number: int) -> TakeCard:
    return next(card for card in panel.window.takes.cards if card.take.number == number)


def test_the_newest_take_stands_at_the_top_and_the_first_is_heard(with_takes: Panel) -> None:
    cards = with_takes.window.takes.cards
    assert [card.take.number for card in cards] == [3, 2, 1]
    assert with_takes.window.transport.heard.text() == "Take 1"


def test_every_card_shows_its_sound(with_takes: Panel, qapp: QApplication) -> None:
    with_takes.workers.wait()
    wait_for(qapp, lambda: all(card._plots for card in with_takes.window.takes.cards))
    before = {type(plot).__name__ for plot in card(with_takes, 1)._plots}
    with_takes.window.takes.spectrogram.click()
    after = {type(plot).__name__ for plot in card(with_takes, 1)._plots}
    assert "PlotCurveItem" in before
    assert after == {"ImageItem"}
    assert with_takes.model.memory.spectrogram


def test_a_card_says_what_the_take_was_made_from(panel: Panel, stage: Stage) -> None:
    panel.window.wish.prompt.show_words("heavy boots")
    panel.window.wish.negative.show_words("birds")
    panel.model.generate()
    stage.session.pump()
    folder = Path(stage.editor.clips[0].folder)
    folder.mkdir()
    assert panel.model.current is not None
    assert panel.model.current.cues is not None
    stage.make_takes(folder, 2, panel.model.current.cues, (9,))
    words = card(panel, 1).caption.words
    for part in ("heavy boots", "without: birds", "seed 9"):
        assert part in words


def test_a_take_whose_file_is_gone_says_so_on_its_card(
    panel: Panel, stage: Stage, qapp: QApplication, tmp_path: Path
) -> None:
    panel.model.generate()
    stage.session.pump()
    assert panel.model.current is not None
    assert panel.model.current.cues is not None
    stage.make_takes(tmp_path, 2, panel.model.current.cues, (1,))
    (tmp_path / "take-1.wav").write_bytes(b"RIFF")
    other = card(panel, 1).take
    panel.model.current.takes = []
    panel.model.takes_changed.emit()
    panel.workers.wait()
    qapp.processEvents()
    panel._presenters[2]._sounds.clear()
    panel.model.current.takes = [other]
    panel.model.takes_changed.emit()
    panel.workers.wait()
    wait_for(qapp, lambda: card(panel, 1).caption.failed)
    assert "take-1.wav" in card(panel, 1).caption.words


def test_a_star_stays_after_a_restart(with_takes: Panel, tmp_path: Path) -> None:
    with_takes.model.memory.path = tmp_path / "panel.json"
    card(with_takes, 2).head.star.click()
    assert card(with_takes, 2).take.starred
    assert Memory.load(tmp_path / "panel.json").starred == [card(with_takes, 2).take.wav]
    card(with_takes, 2).head.star.click()
    assert Memory.load(tmp_path / "panel.json").starred == []


def test_place_sends_the_take_to_the_editor_and_shows_where_it_lies(
    with_takes: Panel, stage: Stage
) -> None:
    sent = len(stage.editor.said(messages.Place))
    with_takes.model.draft.volume = -9.0
    card(with_takes, 2).head.place.click()
    placed = stage.editor.said(messages.Place)[sent:]
    assert [(order.clip, order.take.number, order.chosen, order.level) for order in placed] == [
        ("strip-1", 2, True, -9.0)
    ]
    stage.editor.tell(messages.Placed("", "strip-1", 2, 4, "street take 2"))
    stage.session.pump()
    assert card(with_takes, 2).head.note.text() == "channel 4"


@pytest.fixture
def trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's trash, for files on this disk, in the test's own folder."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "Trash" / "files"


def test_a_deleted_take_can_be_had_back_from_the_trash(with_takes: Panel, trash: Path) -> None:
    wav = Path(card(with_takes, 2).take.wav)
    card(with_takes, 2).head.delete.click()
    assert [card.take.number for card in with_takes.window.takes.cards] == [3, 1]
    assert not wav.exists()
    assert (trash / "take-2.wav").exists()


def test_deleting_a_take_that_lies_on_the_timeline_leaves_its_file(
    with_takes: Panel, stage: Stage
) -> None:
    stage.editor.tell(messages.Placed("", "strip-1", 1, 4, "street take 1"))
    stage.session.pump()
    wav = Path(card(with_takes, 1).take.wav)
    card(with_takes, 1).head.delete.click()
    assert wav.exists()
    assert with_takes.model.problem is not None
    assert "its files stay" in with_takes.model.problem.what


def test_two_takes_are_compared_from_the_same_moment(with_takes: Panel) -> None:
    window = with_takes.window
    assert not window.transport.switch.isEnabled()
    card(with_takes, 3).head.compare.click()
    assert card(with_takes, 1).head.compare.text() == "A"
    assert card(with_takes, 3).head.compare.text() == "B"
    assert window.transport.heard.text() == "Take 1 (A)"
    window.axis.scrub(0.8)
    window.switch_wanted.emit()
    assert window.transport.heard.text() == "Take 3 (B)"
    assert window.axis.playhead == pytest.approx(0.8)
    card(with_takes, 3).head.compare.click()
    assert not window.transport.switch.isEnabled()


def test_the_keys_of_a_card_do_what_its_buttons_do(with_takes: Panel, stage: Stage) -> None:
    target = card(with_takes, 2)
    target.setFocus()
    hands.keyClick(target, Qt.Key.Key_S)
    assert target.take.starred
    hands.keyClick(target, Qt.Key.Key_B)
    assert target.head.compare.text() == "B"
    sent = len(stage.editor.said(messages.Place))
    hands.keyClick(target, Qt.Key.Key_P)
    assert len(stage.editor.said(messages.Place)) == sent + 1


def test_without_an_editor_nothing_offers_to_place(
    open_panel: Callable[[Stage], Panel], clip: Clip, tmp_path: Path
) -> None:
    stage = Stage([clip], is_editor=False)
    panel = open_panel(stage)
    panel.model.generate()
    stage.session.pump()
    from tests.panel.stage import sheet  # noqa: PLC0415 - used here alone

    stage.make_takes(tmp_path, 2, sheet(2), (1,))
    assert not card(panel, 1).head.place.isVisibleTo(panel.window)
    assert not panel.window.cues.head.markers.isVisibleTo(panel.window)

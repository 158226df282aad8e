from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QApplication, QDialog, QWidget

from tests.panel.conftest import wait_for
from tests.panel.hands import hands

if TYPE_CHECKING:
    from addon.panel.window.app import Panel
    from tests.panel.stage import Stage

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEYS = Qt.Key


def focused(panel: Panel) -> QWidget:
    widget = panel.window.focusWidget()
    assert widget is not None
    return widget


def tabbed(panel: Panel) -> list[QWidget]:
    """All widgets that Tab reaches from the prompt, until it comes round."""
    panel.window.wish.prompt.editor.setFocus()
    reached: list[QWidget] = []
    while (widget := focused(panel)) not in reached:
        reached.append(widget)
        hands.keyClick(widget, KEYS.Key_Tab)
        assert len(reached) < 200
    return reached


@pytest.fixture(autouse=True)
def _active(panel: Panel, qapp: QApplication) -> None:
    panel.window.activateWindow()
    wait_for(qapp, panel.window.isActiveWindow)


def test_tab_reaches_everything_that_can_be_used(with_takes: Panel) -> None:
    reached = tabbed(with_takes)
    window = with_takes.window
    wish, transport = window.wish, window.transport
    for widget in (
        *(wish.prompt.history, wish.prompt.presets, wish.suggestion, wish.negative.editor),
        *(wish.stems.boxes["effects"], wish.stems.sliders["effects"], wish.takes, wish.seed),
        *(wish.quality, wish.guidance, wish.pack.packs, wish.pack.devices, wish.job.generate),
        *(transport.play, transport.loop, window.filmstrip, window.cues, window.cues.head.markers),
        window.takes.spectrogram,
    ):
        assert widget in reached, widget.accessibleName()
    for card in window.takes.cards:
        for part in (card, card.head.play, card.head.compare, card.head.star, card.head.delete):
            assert part in reached, part.accessibleName()


def test_whatever_takes_the_focus_has_a_name_for_screen_readers(with_takes: Panel) -> None:
    for widget in tabbed(with_takes):
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        assert widget.accessibleName() or text, widget


def test_every_icon_says_what_it_does(with_takes: Panel) -> None:
    for button in with_takes.window.findChildren(QAbstractButton):
        if button.isVisible() and not button.text():
            assert button.toolTip(), button.accessibleName()


def test_the_window_opens_with_the_cursor_in_the_prompt(panel: Panel) -> None:
    assert focused(panel) is panel.window.wish.prompt.editor


def test_generate_and_cancel_have_keys_even_while_typing(panel: Panel, stage: Stage) -> None:
    editor = panel.window.wish.prompt.editor
    hands.keyClicks(editor, "boots")
    hands.keyClick(editor, KEYS.Key_Return, CTRL)
    stage.session.pump()
    assert len(panel.model.jobs) == 1
    hands.keyClick(editor, KEYS.Key_Escape)
    assert stage.engine.requests[-1].__class__.__name__ == "Cancel"


def test_areas_are_one_key_away(with_takes: Panel) -> None:
    window = with_takes.window
    for key, target in (
        (KEYS.Key_2, window.cues),
        (KEYS.Key_3, window.takes.cards[0]),
        (KEYS.Key_1, window.wish.prompt.editor),
    ):
        hands.keyClick(focused(with_takes), key, CTRL)
        assert focused(with_takes) is target


def test_arrows_step_by_frames_on_the_filmstrip(panel: Panel) -> None:
    axis, strip = panel.window.axis, panel.window.filmstrip
    strip.setFocus()
    for _ in range(3):
        hands.keyClick(strip, KEYS.Key_Right)
    assert panel.window.transport.time.text() == "00:00:00:03"
    hands.keyClick(strip, KEYS.Key_End)
    assert panel.window.transport.time.text() == "00:00:01:24"
    hands.keyClick(strip, KEYS.Key_Right)
    assert panel.window.transport.time.text() == "00:00:01:24"
    hands.keyClick(strip, KEYS.Key_Home)
    assert axis.playhead == 0


def test_undo_belongs_to_the_words_while_typing_and_to_the_cues_elsewhere(panel: Panel) -> None:
    def edited() -> bool:
        return panel.model.current is not None and panel.model.current.edited

    panel.window.cues.setFocus()
    hands.keyClick(panel.window.cues, KEYS.Key_Right)
    hands.keyClick(panel.window.cues, KEYS.Key_Delete)
    assert edited()
    editor = panel.window.wish.prompt.editor
    editor.setFocus()
    hands.keyClicks(editor, "boots")
    hands.keyClick(editor, KEYS.Key_Z, CTRL)
    assert editor.toPlainText() == ""
    assert edited()
    panel.window.cues.setFocus()
    hands.keyClick(panel.window.cues, KEYS.Key_Z, CTRL)
    assert not edited()
    hands.keyClick(panel.window.cues, KEYS.Key_Z, CTRL | SHIFT)
    assert edited()


def test_no_two_actions_share_a_key(panel: Panel) -> None:
    keys = [action.shortcut().toString() for action in panel.window.actions()]
    assert len(keys) == len(set(keys))


def test_f1_lists_every_key(panel: Panel, qapp: QApplication) -> None:
    hands.keyClick(panel.window, KEYS.Key_F1)
    (sheet,) = panel.window.findChildren(QDialog)
    words = {child.text() for child in sheet.findChildren(QWidget) if hasattr(child, "text")}
    for action in panel.window.actions():
        assert action.shortcut().toString() in words
        assert action.text() in words
    sheet.activateWindow()
    qapp.processEvents()
    hands.keyClick(sheet, KEYS.Key_Escape)
    assert not sheet.isVisible()

"""Pictures of the panel in each of its states, and what does not fit on them.

    python -m tests.panel.pictures FOLDER    QT_SCALE_FACTOR says at which scale

Prints one line for each text that is cut off. The test runs this as a process of its own, for a
scale cannot be changed while Qt runs; people run it to look at the pictures.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, QRect, QSize
from PyQt6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QWidget

from addon import messages
from addon.messages import Clip
from addon.panel.window.app import Panel, application
from engine.packs.registry import DEFAULT_PACK
from engine.service.reception import list_packs
from tests.panel.stage import OTHER_PACK, Stage, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SAMPLES = Path(__file__).parents[2] / "samples"
_SIZE = (960, 516)  # a screen of 1920 x 1080 at twice its scale, less the window's frame
_SECONDS = 7
_POOR = (
    "The picture is almost black: neither things nor movements can be seen. Brighten the clip, or"
    " describe the sound in the prompt and place it in the cue sheet."
)
_STREET, _IMPACTS = str(SAMPLES / "street.mp4"), str(SAMPLES / "impacts.mp4")
_FILM_RATE, _HALF, _TWICE = Fraction(24000, 1001), Fraction(1, 2), Fraction(2)
_LONG = "a long name of a clip A003_0211_C017_graded.mov"
CLIPS = (
    Clip("0", "street walk A001_C004", _STREET, 168, _FILM_RATE, "takes"),
    Clip("1", "impacts", _IMPACTS, 75, Fraction(25), "takes", _HALF, _TWICE),
    Clip("2", _LONG, _STREET, 60, Fraction(25), "takes", Fraction(3)),
)


def main(folder: Path) -> None:
    """Draw all states."""
    application()
    takes = folder / "takes"
    takes.mkdir(parents=True, exist_ok=True)
    shipped = next(pack for pack in list_packs() if pack["id"] == DEFAULT_PACK)
    for clips in ((), CLIPS[:1], CLIPS):
        stage = Stage(clips)
        panel = Panel(stage.session, stage.memory)
        panel.window.resize(*_SIZE)
        panel.window.show()
        panel.model.refresh()
        stage.session.pump()
        stage.list_packs(shipped, OTHER_PACK)
        for name in states(stage, panel, takes):
            settle(panel)
            window: QWidget = panel.window
            dialogs = window.findChildren(QDialog)
            shown = dialogs[0] if dialogs else window
            shown.grab().save(str(folder / f"{name}.png"))
            for text in (*cut_off(shown), *overlapping(panel)):
                print(f"{name}: {text}")  # noqa: T201 - a script's output
        panel.close()
        panel.window.close()


def states(stage: Stage, panel: Panel, takes: Path) -> Iterator[str]:
    """Bring the panel from one state to the next."""
    clips = len(panel.model.clips)
    if not clips:
        yield "empty"
        return
    cues = sheet(_SECONDS)
    if clips > 1:
        stage.answer_looks(cues, warnings=[_POOR])
        yield "several-clips"
        return
    yield "looking"
    stage.answer_looks(cues)
    panel.window.wish.prompt.show_words("heavy boots on wet stone, a narrow street")
    panel.window.wish.negative.show_words("birds, music")
    panel.model.generate()
    stage.session.pump()
    stage.progress("take 1 of 3, sampling", 0.31, 22)
    yield "generating"
    stage.make_takes(takes, _SECONDS, cues, (1, 2, 3))
    stage.finish()
    panel.model.star(panel.model.clips[0].takes[1])
    stage.editor.tell(messages.Placed("job", "0", 1, 3, "strip"))
    stage.session.pump()
    panel.window.axis.scrub(2.4)
    panel.window.cues.events.select(4)
    yield "takes"
    panel.window.takes.spectrogram.click()
    panel.window.takes.cards[1].compare_wanted.emit()
    panel.model.edit_cues(
        tuple(replace(event, strength=0.5) for event in cues.events), "weigh an event"
    )
    panel.window.takes.cards[0].setFocus()
    yield "comparing"
    panel.model.generate()
    stage.session.pump()
    stage.fail("A001.mov is cut short: 3.2 s of 8 s are there", "Copy the file again")
    yield "error"
    panel.window.show_keys()
    yield "keys"


def settle(panel: Panel) -> None:
    """Wait until all small pictures, sounds and the player's picture are drawn."""
    panel.workers.wait()
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)


def cut_off(window: QWidget) -> Sequence[str]:
    """Visible labels and buttons that are smaller than their text."""
    texts: list[tuple[QWidget, str, QSize]] = [
        (label, label.text(), label.minimumSizeHint())
        for label in window.findChildren(QLabel)
        if not label.wordWrap()
    ]
    texts += [(b, b.text(), b.sizeHint()) for b in window.findChildren(QAbstractButton)]
    return [
        f"'{text}' has {widget.size()}, needs {wanted}"
        for widget, text, wanted in texts
        if text
        and widget.isVisibleTo(window)
        and not QRect(QPoint(), widget.size() + QSize(1, 1)).contains(QRect(QPoint(), wanted))
    ]


def overlapping(panel: Panel) -> Sequence[str]:
    """Parts of the window that lie over one another or reach out of it."""
    window = panel.window
    parts = [window.problem, window.notes, window.clip_bar, window.viewer, window.transport,
             window.filmstrip, window.cues, window.takes, window.wish]  # fmt: skip
    shown = [part for part in parts if part.isVisible()]
    places = [QRect(part.mapTo(window, QPoint(0, 0)), part.size()) for part in shown]
    found = [
        f"{type(shown[i]).__name__} lies over {type(shown[j]).__name__}"
        for j in range(len(shown))
        for i in range(j)
        if places[i].intersects(places[j])
    ]
    return found + [
        f"{type(part).__name__} reaches out of the window"
        for part, place in zip(shown, places, strict=True)
        if not window.rect().contains(place)
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))

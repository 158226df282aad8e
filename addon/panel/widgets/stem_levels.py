"""Which kinds of sound to make, how loud each is in the mix, and how loud the mix is heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSlider, QWidget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STEMS = ("effects", "ambience", "score", "dialogue")
_SOFTEST, _LOUDEST = -36, 6  # dB in the mix
_LOUDEST_HEARD = 0  # no output plays louder than what is in the file


class StemLevels(QWidget):
    """A row per kind of sound; those that the pack does not make are off.

    Attributes:
        chosen: Other kinds are on; carries their names.
        level_changed: The user moved a level in the mix; carries the kind's name and dB.
        volume_changed: Takes are to be heard and placed at another level; carries dB.
        apart_changed: Stems are to be placed each for itself, or no longer.
    """

    chosen = pyqtSignal(list)
    level_changed = pyqtSignal(str, float)
    volume_changed = pyqtSignal(float)
    apart_changed = pyqtSignal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.boxes: dict[str, QCheckBox] = {}
        self.sliders: dict[str, QSlider] = {}
        self.volume = _slider("How loud takes are heard and placed, in decibels", _LOUDEST_HEARD)
        self._numbers: dict[str, QLabel] = {}
        self._volume_number = _number()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        for row, stem in enumerate(STEMS):
            self._add_row(row, stem)
        self.volume.setToolTip("How loud takes are heard here, and placed in the editor")
        self.volume.valueChanged.connect(self._set_volume)
        title = QLabel("Heard at")
        title.setBuddy(self.volume)
        for column, widget in enumerate((title, self.volume, self._volume_number)):
            self._grid.addWidget(widget, len(STEMS), column)
        self.apart = QCheckBox("Place stems apart")
        self.apart.setToolTip("In the editor each stem gets a track of its own, not their mix one")
        self.apart.clicked.connect(self.apart_changed)
        self._grid.addWidget(self.apart, len(STEMS) + 1, 0, 1, 3)

    def _add_row(self, row: int, stem: str) -> None:
        box, number = QCheckBox(stem.capitalize()), _number()
        slider = _slider(f"{stem.capitalize()} level in the mix, in decibels", _LOUDEST)
        box.clicked.connect(lambda: self._choose(stem))
        slider.valueChanged.connect(lambda value: self._level(stem, value))
        self.boxes[stem], self.sliders[stem], self._numbers[stem] = box, slider, number
        for column, widget in enumerate((box, slider, number)):
            self._grid.addWidget(widget, row, column)

    def show_stems(
        self,
        offered: Sequence[str] | None,
        chosen: Sequence[str],
        levels: Mapping[str, float],
        pack: str,
    ) -> None:
        """Show what the pack makes and what is wanted of it.

        Args:
            offered: Kinds that the pack makes; None while that is not known.
            chosen: Which of them are on.
            levels: Kind to dB in the mix.
            pack: The pack's title, for the tooltips.
        """
        for stem in STEMS:
            able = offered is not None and stem in offered
            for widget in (self.boxes[stem], self.sliders[stem], self._numbers[stem]):
                widget.setEnabled(able)
            lacking = f"{pack} makes no {stem}" if offered is not None else ""
            self.boxes[stem].setToolTip(f"Make {stem}" if able else lacking)
            loud = f"How loud {stem} is in the mix of the takes that are made from now on"
            self.sliders[stem].setToolTip(loud if able else lacking)
            level = round(levels.get(stem, 0.0))
            with QSignalBlocker(self.sliders[stem]):  # what the pack sets is no wish of the user
                self.sliders[stem].setValue(level)
            self._numbers[stem].setText(_decibels(level))
            self.boxes[stem].setChecked(able and stem in chosen)

    def show_placing(self, decibels: float, *, apart: bool, can_place: bool) -> None:
        """Show how loud takes are heard and placed, and whether their stems are placed apart."""
        self.apart.setChecked(apart)
        self.apart.setVisible(can_place)
        with QSignalBlocker(self.volume):
            self.volume.setValue(round(decibels))
        self._volume_number.setText(_decibels(round(decibels)))

    def _choose(self, stem: str) -> None:
        on = [name for name, box in self.boxes.items() if box.isChecked()]
        if on:
            self.chosen.emit(on)
        else:  # a take is made of something
            self.boxes[stem].setChecked(True)

    def _level(self, stem: str, value: int) -> None:
        self._numbers[stem].setText(_decibels(value))
        self.level_changed.emit(stem, float(value))

    def _set_volume(self, value: int) -> None:
        self._volume_number.setText(_decibels(value))
        self.volume_changed.emit(float(value))


def _slider(name: str, loudest: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(_SOFTEST, loudest)
    slider.setPageStep(3)
    slider.setAccessibleName(name)
    return slider


def _number() -> QLabel:
    number = QLabel(_decibels(0))
    number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    number.setMinimumWidth(number.fontMetrics().horizontalAdvance("-36 dB"))
    return number


def _decibels(value: int) -> str:
    sign = "\N{MINUS SIGN}" if value < 0 else "+" if value > 0 else ""
    return f"{sign}{abs(value)} dB"

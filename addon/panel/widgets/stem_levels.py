"""Which kind of sound to make, and how loud it is heard and placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QRadioButton, QSlider, QWidget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STEMS = ("effects", "ambience", "score", "dialogue")
_SOFTEST, _LOUDEST = -36, 0  # dB; no output plays louder than what is in the file


class StemLevels(QWidget):
    """A row per kind of sound; those that the pack does not make are off.

    The engine makes one kind at a time, so one row is chosen.

    Attributes:
        chosen: Another kind was chosen; carries its name.
        level_changed: A level changed; carries the kind's name and dB.
    """

    chosen = pyqtSignal(str)
    level_changed = pyqtSignal(str, float)

    def __init__(self) -> None:
        super().__init__()
        self.boxes: dict[str, QRadioButton] = {}
        self.sliders: dict[str, QSlider] = {}
        self._numbers: dict[str, QLabel] = {}
        self._group = QButtonGroup(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for row, stem in enumerate(STEMS):
            self._add_row(grid, row, stem)

    def _add_row(self, grid: QGridLayout, row: int, stem: str) -> None:
        box = QRadioButton(stem.capitalize())
        self._group.addButton(box)
        box.clicked.connect(lambda: self.chosen.emit(stem))
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(_SOFTEST, _LOUDEST)
        slider.setPageStep(3)
        slider.setAccessibleName(f"{stem.capitalize()} level in decibels")
        number = QLabel()
        number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        number.setMinimumWidth(number.fontMetrics().horizontalAdvance("-36 dB"))
        slider.valueChanged.connect(lambda value: self._level(stem, value))
        self.boxes[stem], self.sliders[stem], self._numbers[stem] = box, slider, number
        grid.addWidget(box, row, 0)
        grid.addWidget(slider, row, 1)
        grid.addWidget(number, row, 2)
        number.setText("0 dB")

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
            chosen: Which of them is on.
            levels: Kind to dB.
            pack: The pack's title, for the tooltips.
        """
        for stem in STEMS:
            able = offered is not None and stem in offered
            for widget in (self.boxes[stem], self.sliders[stem], self._numbers[stem]):
                widget.setEnabled(able)
            lacking = f"{pack} makes no {stem}" if offered is not None else ""
            self.boxes[stem].setToolTip(f"Make {stem}" if able else lacking)
            self.sliders[stem].setToolTip("How loud its takes are heard here" if able else lacking)
            self.sliders[stem].setValue(round(levels.get(stem, 0.0)))
            self._group.setExclusive(False)
            self.boxes[stem].setChecked(able and stem in chosen)
            self._group.setExclusive(True)

    def _level(self, stem: str, value: int) -> None:
        sign = "\N{MINUS SIGN}" if value < 0 else ""
        self._numbers[stem].setText(f"{sign}{abs(value)} dB")
        self.level_changed.emit(stem, float(value))

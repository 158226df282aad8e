"""Words for single kinds of sound, folded away until somebody wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from addon.panel.widgets.stem_levels import STEMS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_AS_ABOVE = "As above"


class StemWords(QWidget):
    """For each kind of sound that is on: what to hear and what not, in place of the words for all.

    Attributes:
        changed: Words changed; carries the kind's name, its prompt and its negative prompt.
    """

    changed = pyqtSignal(str, str, str)

    def __init__(self) -> None:
        super().__init__()
        self.fold = QToolButton()
        self.fold.setText("Words for each")
        self.fold.setCheckable(True)
        self.fold.setAutoRaise(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setToolTip("Prompts for single kinds of sound")
        self.fold.toggled.connect(self._show_fold)
        self.fields: dict[str, tuple[QLineEdit, QLineEdit]] = {}
        self._titles: dict[str, QLabel] = {}
        self._box = QWidget()
        grid = QGridLayout(self._box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(3)
        for row, stem in enumerate(STEMS):
            self._add_row(grid, row, stem)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.fold)
        column.addWidget(self._box)
        self._show_fold(unfolded=False)

    def _add_row(self, grid: QGridLayout, row: int, stem: str) -> None:
        title = QLabel(stem.capitalize())
        fields = (QLineEdit(), QLineEdit())
        hints = (_AS_ABOVE, "Without")
        names = ("prompt", "negative prompt")
        for column, (field, hint, name) in enumerate(zip(fields, hints, names, strict=True), 1):
            field.setPlaceholderText(hint)
            field.setAccessibleName(f"{stem.capitalize()}: {name} of its own")
            field.textChanged.connect(lambda: self._tell(stem))
            grid.addWidget(field, row, column)
        title.setBuddy(fields[0])
        grid.addWidget(title, row, 0)
        self.fields[stem], self._titles[stem] = fields, title

    def show_words(
        self,
        chosen: Sequence[str],
        prompts: Mapping[str, str],
        negatives: Mapping[str, str],
    ) -> None:
        """Show the rows of the kinds that are on, with these words; unfolded if there are any.

        Args:
            chosen: Kinds of sound.
            prompts: Kind to what to hear in it.
            negatives: Kind to what not to hear in it.
        """
        for stem, fields in self.fields.items():
            for field, words in zip(fields, (prompts, negatives), strict=True):
                if field.text() != words.get(stem, ""):
                    with QSignalBlocker(field):
                        field.setText(words.get(stem, ""))
            for widget in (self._titles[stem], *fields):
                widget.setVisible(stem in chosen)
        if any(words.get(stem) for words in (prompts, negatives) for stem in chosen):
            self.fold.setChecked(True)

    def show_mood(self, mood: str) -> None:
        """Say what a score is made of, where nobody says anything; empty: somebody does."""
        field = self.fields["score"][0]
        field.setPlaceholderText(mood or _AS_ABOVE)
        field.setToolTip(f"Empty: {mood}, the mood of the pictures" if mood else "")

    def _show_fold(self, unfolded: bool) -> None:  # noqa: FBT001 - a signal's argument
        arrow = Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow
        self.fold.setArrowType(arrow)
        self._box.setVisible(unfolded)

    def _tell(self, stem: str) -> None:
        prompt, negative = self.fields[stem]
        self.changed.emit(stem, prompt.text(), negative.text())

"""The left side of the window: what to hear, and how to make it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from addon.messages import DRAFT, FINE
from addon.panel.model.memory import NEGATIVE_PRESETS, PRESETS
from addon.panel.widgets import theme
from addon.panel.widgets.job_bar import JobBar
from addon.panel.widgets.pack_choice import PackChoice
from addon.panel.widgets.stem_levels import StemLevels
from addon.panel.widgets.stem_words import StemWords
from addon.panel.widgets.wording import Wording, heading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addon.panel.model.memory import Draft, Memory

MAX_TAKES = 16
_QUALITIES = {"Draft": DRAFT, "Standard": 1.0, "Fine": FINE}  # to the effort
_GUIDANCE_STEPS = 10  # of the slider, per 1


class WishPanel(QFrame):
    """Prompt, stems, numbers, model; below them the button that starts it all.

    Attributes:
        numbers_changed: Takes, seed, quality or strictness changed in the draft.
    """

    numbers_changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", True)  # noqa: FBT003 - Qt's signature
        self.prompt = Wording("Prompt", "What to hear. Empty: what is seen.", 3)
        self.suggestion = QPushButton()
        self.suggestion.setProperty("suggestion", True)  # noqa: FBT003 - Qt's signature
        self.negative = Wording("Without", "What not to hear.", 1)
        self.stems = StemLevels()
        self.words = StemWords()
        self.pack = PackChoice()
        self.job = JobBar()
        self.takes = QSpinBox()
        self.seed = QLineEdit()
        self.quality = QComboBox()
        self.guidance = QSlider(Qt.Orientation.Horizontal)
        self._guidance_number = QLabel()
        self._draft: Draft | None = None
        self._usual_guidance = 3.0
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(theme.GAP, theme.GAP, theme.GAP // 2, theme.GAP)
        column.setSpacing(6)
        for widget in (
            *(self.prompt, self.suggestion, self.negative),
            *(heading("Sound"), self.stems, self.words),
            *(heading("Takes"), self._numbers()),
            *(heading("Engine"), self.pack),
        ):
            column.addWidget(widget)
        column.addStretch()
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside.setAutoFillBackground(False)
        inside.setStyleSheet("background: transparent")
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(theme.GAP, 0, theme.GAP, theme.GAP)
        row.addWidget(self.job)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area, 1)
        whole.addWidget(foot)

    def _numbers(self) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 2)
        self.takes.setRange(1, MAX_TAKES)
        self.takes.setToolTip("How many takes to make of each clip")
        self.seed.setPlaceholderText("new each time")
        self.seed.setToolTip(
            "The same number gives the same takes again; empty: a new one each time"
        )
        for title, effort in _QUALITIES.items():
            self.quality.addItem(title, effort)
        self.quality.setToolTip(
            "Half the steps that the model needs, all, or four times as many and several tries at "
            "a prompt: finer is slower"
        )
        self.guidance.setRange(0, 12 * _GUIDANCE_STEPS)
        self.guidance.setPageStep(_GUIDANCE_STEPS)
        self.guidance.setToolTip("How strictly the prompt is followed")
        for place, (title, field) in enumerate((("Number", self.takes), ("Seed", self.seed))):
            grid.addWidget(_label(title, field), 0, 2 * place)
            grid.addWidget(field, 0, 2 * place + 1)
        grid.addWidget(_label("Quality", self.quality), 1, 0)
        grid.addWidget(self.quality, 1, 1, 1, 3)
        strictness = QHBoxLayout()
        strictness.addWidget(self.guidance, 1)
        strictness.addWidget(self._guidance_number)
        grid.addWidget(_label("Strictness", self.guidance), 2, 0)
        grid.addLayout(strictness, 2, 1, 1, 3)
        return box

    def _connect(self) -> None:
        self.takes.valueChanged.connect(self._read_numbers)
        self.seed.textChanged.connect(self._read_numbers)
        self.quality.currentIndexChanged.connect(self._read_numbers)
        self.guidance.valueChanged.connect(self._read_guidance)
        self.prompt.changed.connect(self._read_words)
        self.negative.changed.connect(self._read_words)

    def show_draft(self, draft: Draft) -> None:
        """Show a wish, and from now on write into it what the user changes."""
        self._draft = None  # what is set below is no wish of the user
        self.prompt.show_words(draft.prompt)
        self.negative.show_words(draft.negative)
        self.takes.setValue(draft.takes)
        self.seed.setText("" if draft.seed is None else str(draft.seed))
        self.quality.setCurrentIndex([*_QUALITIES.values()].index(draft.effort))
        self._show_guidance(draft.guidance)
        self._draft = draft

    def show_usual_guidance(self, usual: float | None) -> None:
        """Take over the pack's own strictness; None: the pack follows no prompt."""
        self.guidance.setEnabled(usual is not None)
        self._usual_guidance = 3.0 if usual is None else usual
        self._show_guidance(self._draft.guidance if self._draft else None)

    def show_memory(self, memory: Memory) -> None:
        """Fill the menus of history and presets."""
        self.prompt.show_past(memory.prompts, memory.presets, PRESETS)
        self.negative.show_past(memory.negatives, (), NEGATIVE_PRESETS)

    def show_suggestion(self, prompt: str, labels: Sequence[str], *, looking: bool) -> None:
        """Offer what the pictures suggest."""
        words = f"Seen: {prompt}" if prompt else "Looking…" if looking else "Nothing recognised"
        self.suggestion.setText(
            self.suggestion.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, 256)
        )
        self.suggestion.setEnabled(bool(prompt))
        seen = f"\nRecognised: {', '.join(labels)}" if labels else ""
        self.suggestion.setToolTip(f"Use this as the prompt  (Ctrl+U)\n{prompt}{seen}")
        self.suggestion.setAccessibleName(f"Suggested prompt: {prompt or 'none'}")

    def _show_guidance(self, value: float | None) -> None:
        shown = self._usual_guidance if value is None else value
        with QSignalBlocker(self.guidance):
            self.guidance.setValue(round(shown * _GUIDANCE_STEPS))
        self._guidance_number.setText(f"{shown:.1f}")

    def _read_words(self) -> None:
        if self._draft is not None:
            self._draft.prompt, self._draft.negative = self.prompt.words(), self.negative.words()

    def _read_numbers(self) -> None:
        if self._draft is None:
            return
        digits = "".join(figure for figure in self.seed.text() if figure in "0123456789")[:15]
        if digits != self.seed.text():
            self.seed.setText(digits)  # which comes back here
            return
        self._draft.takes = self.takes.value()
        self._draft.seed = int(digits) if digits else None
        self._draft.effort = self.quality.currentData()
        self.numbers_changed.emit()

    def _read_guidance(self, value: int) -> None:
        self._guidance_number.setText(f"{value / _GUIDANCE_STEPS:.1f}")
        if self._draft is not None:
            self._draft.guidance = value / _GUIDANCE_STEPS
            self.numbers_changed.emit()


def _label(title: str, field: QWidget) -> QLabel:
    label = QLabel(title)
    label.setBuddy(field)
    field.setAccessibleName(title)
    return label

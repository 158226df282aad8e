"""Generate; and while something is made: how far it is, how long it takes, Cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from addon.panel.widgets import theme

if TYPE_CHECKING:
    from addon.panel.model.job_state import JobState

_FINE = 1000  # steps of the bar


class JobBar(QWidget):
    """The main button, and what goes on.

    Attributes:
        generate_wanted: For the clip that is shown.
        all_wanted: For all selected clips.
        cancel_wanted: Stop the running job.
    """

    generate_wanted = pyqtSignal()
    all_wanted = pyqtSignal()
    cancel_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._busy = False
        self.generate = QPushButton("Generate")
        self.generate.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self.generate.setToolTip("Make takes for the clip that is shown  (Ctrl+Return)")
        self.generate.clicked.connect(self.generate_wanted)
        self.all = QPushButton()
        self.all.setToolTip("Make takes for every selected clip  (Ctrl+Shift+Return)")
        self.all.clicked.connect(self.all_wanted)
        self.cancel = QPushButton("Cancel")
        self.cancel.setToolTip("Stop; finished takes stay  (Esc)")
        self.cancel.clicked.connect(self.cancel_wanted)
        self.stage = QLabel()
        self.stage.setAccessibleName("What is being done")
        self.time = QLabel()
        self.time.setProperty("quiet", True)  # noqa: FBT003 - Qt's signature
        self.bar = QProgressBar()
        self.bar.setRange(0, _FINE)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self._running = self._progress()
        buttons = QHBoxLayout()
        buttons.addWidget(self.generate, 1)
        buttons.addWidget(self.all)
        buttons.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._running)
        column.addLayout(buttons)
        self.show_job(None, 0)

    def _progress(self) -> QWidget:
        running = QWidget()
        line = QHBoxLayout()
        line.addWidget(self.stage, 1)
        line.addWidget(self.time, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(running)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self.bar)
        return running

    def _be_busy(self, busy: bool) -> None:  # noqa: FBT001 - one state of two
        """While something runs, another job is no longer what the window is about."""
        if busy != self._busy:
            self._busy = busy
            self.generate.setProperty("primary", not busy)
            for button in (self.generate, self.cancel):
                style = button.style()
                if style is not None:
                    style.unpolish(button)
                    style.polish(button)

    def show_wish(self, takes: int, clips: int) -> None:
        """Say on the buttons what they would do."""
        what = f"{takes} take{'s' * (takes != 1)}"
        self.generate.setText(f"Then {what} more" if self._busy else f"Generate {what}")
        self.generate.setEnabled(clips > 0)
        self.all.setText(f"All {clips} clips")
        self.all.setVisible(clips > 1)

    def show_job(self, job: JobState | None, waiting: int) -> None:
        """Show a running job, and how many wait behind it; None: nothing runs."""
        self._running.setVisible(job is not None)
        self._be_busy(job is not None)
        self.cancel.setVisible(job is not None)
        if job is None:
            return
        self.bar.setValue(round(job.fraction * _FINE))
        more = f"   (+{waiting} waiting)" if waiting else ""
        self.stage.setText(job.stage[:1].upper() + job.stage[1:] + more)
        self.time.setText(time_left(job.seconds_left))
        self.bar.setAccessibleDescription(f"{job.stage}, {job.fraction:.0%}")
        self.cancel.setMinimumWidth(theme.GAP * 9)


def time_left(seconds: float | None) -> str:
    """Return an estimate in words that do not flicker."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{max(1, round(seconds))} s left"
    if seconds < 3600:
        return f"{round(seconds / 60)} min left"
    return f"{seconds / 3600:.1f} h left"

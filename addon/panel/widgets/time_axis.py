"""The stretch of time that all lanes show, and the playhead in it."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

_NARROWEST = 0.2  # seconds
_STEP = 1.25  # of one zoom


class TimeAxis(QObject):
    """What part of the clip is in view, in seconds from its first frame, shared by all lanes.

    Attributes:
        moved: The view changed.
        playhead_moved: The playhead changed; carries its seconds.
        scrubbed: A person moved the playhead; carries its seconds.
    """

    moved = pyqtSignal()
    playhead_moved = pyqtSignal(float)
    scrubbed = pyqtSignal(float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.duration = 1.0
        self.start = 0.0
        self.end = 1.0
        self.playhead = 0.0

    def set_duration(self, seconds: float) -> None:
        """Show a whole clip of this length, from its first frame."""
        self.duration = max(seconds, 1e-3)
        self.start, self.end = 0.0, self.duration
        self.moved.emit()
        self.set_playhead(0.0)

    def set_playhead(self, seconds: float) -> None:
        """Follow the playback."""
        self.playhead = min(max(seconds, 0.0), self.duration)
        self.playhead_moved.emit(self.playhead)

    def scrub(self, seconds: float) -> None:
        """Move the playhead by hand."""
        self.set_playhead(seconds)
        self.reveal(self.playhead)
        self.scrubbed.emit(self.playhead)

    def zoom(self, steps: float, around: float | None = None) -> None:
        """Show less (positive) or more time, keeping one moment where it is.

        Args:
            steps: How often to zoom by a quarter.
            around: Which moment stays, in seconds; the playhead if None.
        """
        centre = self.playhead if around is None else around
        if not self.start <= centre <= self.end:
            centre = (self.start + self.end) / 2
        share = (centre - self.start) / (self.end - self.start)
        width = (self.end - self.start) * _STEP**-steps
        width = min(max(width, min(_NARROWEST, self.duration)), self.duration)
        self._show(centre - share * width, width)

    def fit(self) -> None:
        """Show the whole clip."""
        self._show(0.0, self.duration)

    def pan(self, seconds: float) -> None:
        """Move the view."""
        self._show(self.start + seconds, self.end - self.start)

    def reveal(self, seconds: float) -> None:
        """Move the view if this moment lies outside it."""
        if not self.start <= seconds <= self.end:
            self._show(seconds - (self.end - self.start) / 2, self.end - self.start)

    def _show(self, start: float, width: float) -> None:
        self.start = min(max(start, 0.0), self.duration - width)
        self.end = self.start + width
        self.moved.emit()

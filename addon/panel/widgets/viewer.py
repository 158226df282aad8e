"""The picture, as large as there is room, and the transport below it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from addon.panel.widgets import theme
from addon.panel.widgets.buttons import icon_button, text_button
from addon.panel.widgets.icons import icon
from engine.timebase import format_timecode

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

_SIDE = 190  # pixels beside the transport's buttons


class Viewer(QWidget):
    """Shows the last picture it was given, or words where there is none."""

    def __init__(self) -> None:
        super().__init__()
        self._picture: QImage | None = None
        self._words = ""
        self.setMinimumHeight(48)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName("Picture")

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a size at which a picture can be judged."""
        return QSize(640, 300)

    def show_picture(self, picture: QImage | None) -> None:
        """Show a picture, or (None) black."""
        self._picture = picture
        self.update()

    def show_words(self, words: str) -> None:
        """Show words in place of a picture; empty: the picture again."""
        self._words = words
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the picture at its own aspect ratio."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.FIELD))
        if self._words:
            painter.setPen(QColor(theme.QUIET))
            flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(self.rect().adjusted(24, 8, -24, -8), flags, self._words)
        elif self._picture is not None and not self._picture.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            spot = QRectF(0, 0, size.width(), size.height())
            spot.moveCenter(QRectF(self.rect()).center())
            painter.drawImage(spot, self._picture)


class Transport(QWidget):
    """Play, frame by frame, loop, A/B, and the time."""

    def __init__(self) -> None:
        super().__init__()
        self.start = icon_button("start", "To the first frame", key="Home")
        self.back = icon_button("back", "One frame back", key="Left")
        self.play = icon_button("play", "Play or pause", key="Space")
        self.forward = icon_button("forward", "One frame forward", key="Right")
        self.loop = icon_button("loop", "Play again from the start", key="Ctrl+L", checkable=True)
        self.switch = text_button("A/B", "Hear the other take", key="X")
        self.switch.setEnabled(False)
        self.heard = QLabel()
        self.heard.setProperty("quiet", True)  # noqa: FBT003 - Qt's signature
        self.time = QLabel()
        self.time.setAccessibleName("Playhead")
        self.length = QLabel()
        self.length.setProperty("quiet", True)  # noqa: FBT003 - Qt's signature
        left = QHBoxLayout()
        for label in (self.time, self.length):
            left.addWidget(label)
        left.addStretch()
        middle = QHBoxLayout()
        middle.setSpacing(2)
        for button in (self.start, self.back, self.play, self.forward, self.loop):
            middle.addWidget(button)
        right = QHBoxLayout()
        right.addStretch()
        right.addWidget(self.heard)
        right.addWidget(self.switch)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        for column, (part, stretch) in enumerate(((left, 1), (middle, 0), (right, 1))):
            grid.addLayout(part, 0, column)
            grid.setColumnStretch(column, stretch)
        # The sides weigh the same, so that the buttons stand still in the middle.
        grid.setColumnMinimumWidth(0, _SIDE)
        grid.setColumnMinimumWidth(2, _SIDE)

    def show_time(self, seconds: float, rate: Fraction, frames: int) -> None:
        """Show the playhead and the clip's length as timecode."""
        frame = min(int(seconds * rate + Fraction(1, 1000)), max(frames - 1, 0))
        self.time.setText(format_timecode(frame, rate))
        self.length.setText(f" / {format_timecode(frames, rate)}")

    def show_nothing(self) -> None:
        """Show that there is no clip."""
        self.time.setText("--:--:--:--")
        self.length.setText("")

    def show_playing(self, *, on: bool) -> None:
        """Show what the main button would do."""
        self.play.setIcon(icon("pause" if on else "play"))

    def show_heard(self, words: str, *, two: bool) -> None:
        """Say which take is heard, and whether there is another to switch to."""
        self.heard.setText(words)
        self.switch.setEnabled(two)

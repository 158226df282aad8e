"""The selected clips, side by side; only there when there are several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QIcon, QImage, QPixmap
from PyQt6.QtWidgets import QListView, QListWidget, QListWidgetItem

from addon.panel.widgets import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

_PICTURE = QSize(64, 36)
_STYLE = f"""
QListWidget {{ background: {theme.WINDOW}; border: 0; }}
QListWidget::item {{
  background: {theme.PANEL}; border: 2px solid {theme.PANEL}; border-radius: 4px;
  margin-right: 6px; padding: 2px; color: {theme.QUIET}; }}
QListWidget::item:hover {{ background: {theme.RAISED}; }}
QListWidget::item:selected {{ border-color: {theme.ACCENT}; color: {theme.TEXT}; }}
QListWidget:focus::item:selected {{ border-color: {theme.FOCUS}; }}
"""


class ClipBar(QListWidget):
    """A row of clips to choose from.

    Attributes:
        chosen: Another clip is to be shown; carries its number.
    """

    chosen = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setIconSize(_PICTURE)
        self.setFixedHeight(_PICTURE.height() + 10 + theme.SCROLLBAR)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet(_STYLE)
        self.setAccessibleName("Selected clips")
        self.setToolTip("The selected clips  (Ctrl+PgUp, Ctrl+PgDown: previous, next)")
        self.currentRowChanged.connect(self.chosen)

    def show_clips(self, names: Sequence[tuple[str, str]], current: int) -> None:
        """Show clips by name and length."""
        with QSignalBlocker(self):
            self.clear()
            for name, length in names:
                short = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, 130)
                item = QListWidgetItem(f"{short}\n{length}")
                item.setToolTip(name)
                item.setSizeHint(QSize(224, _PICTURE.height() + 8))
                blank = QPixmap(_PICTURE)
                blank.fill(Qt.GlobalColor.black)
                item.setIcon(QIcon(blank))
                self.addItem(item)
            self.setCurrentRow(current)
        self.setVisible(len(names) > 1)

    def show_current(self, index: int) -> None:
        """Mark the clip that is shown."""
        with QSignalBlocker(self):
            self.setCurrentRow(index)

    def show_picture(self, index: int, picture: QImage) -> None:
        """Show a clip's picture."""
        item = self.item(index)
        if item is not None:
            size = _PICTURE * self.devicePixelRatioF()
            pixmap = QPixmap(size)
            pixmap.fill(Qt.GlobalColor.black)
            scaled = picture.scaled(
                size,
                Qt.AspectRatioMode.KeepAspectRatioByExpanding,
                Qt.TransformationMode.SmoothTransformation,
            )
            spare_x = (scaled.width() - size.width()) // 2
            spare_y = (scaled.height() - size.height()) // 2
            cut = scaled.copy(spare_x, spare_y, size.width(), size.height())
            item.setIcon(QIcon(QPixmap.fromImage(cut)))

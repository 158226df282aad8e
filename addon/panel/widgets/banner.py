"""A line across the window that says what is wrong and what helps, without stopping anything."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from addon.panel.widgets import theme
from addon.panel.widgets.buttons import icon_button
from addon.panel.widgets.icons import icon

_LOOKS = {
    "error": (theme.ERROR, theme.ERROR_GROUND),
    "warning": (theme.WARNING, theme.WARNING_GROUND),
    "info": (theme.TEXT, theme.RAISED),
}


class Banner(QFrame):
    """Shows one message until it is dismissed.

    Attributes:
        dismissed: The user closed it.
    """

    dismissed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QLabel()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._close = icon_button("close", "Dismiss", key="Ctrl+D")
        self._close.clicked.connect(self.dismissed)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP, 4, 4, 4)
        row.setSpacing(theme.GAP)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_message(self, what: str, remedy: str = "", severity: str = "error") -> None:
        """Show what happened and what helps.

        Args:
            what: What happened.
            remedy: What to do, or empty.
            severity: "error", "warning" or "info".
        """
        colour, ground = _LOOKS[severity]
        stop = "" if what.endswith((".", "!", "?")) or not remedy else "."
        words = f"<b>{_escaped(what)}{stop}</b>" if severity == "error" else _escaped(what + stop)
        end = "." if remedy and not remedy.endswith((".", "!", "?")) else ""
        self.text.setText(f"{words} {_escaped(remedy)}{end}".strip())
        self.text.setStyleSheet(f"color: {colour}")
        self.setStyleSheet(f"Banner {{ background: {ground}; border-radius: 4px; }}")
        self._picture.setPixmap(icon(severity, colour).pixmap(QSize(16, 16)))
        self.setAccessibleName(f"{severity}: {what} {remedy}")
        self.show()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

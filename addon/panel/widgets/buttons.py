"""Buttons with an icon, a tooltip that names the key, and a name for screen readers."""

from __future__ import annotations

from PyQt6.QtWidgets import QToolButton

from addon.panel.widgets import theme
from addon.panel.widgets.icons import icon


def icon_button(name: str, tip: str, *, key: str = "", checkable: bool = False) -> QToolButton:
    """Return a flat button.

    Args:
        name: Of its icon.
        tip: What it does.
        key: The key that does the same, shown in the tooltip; not bound here.
        checkable: Whether it stays down.
    """
    button = QToolButton()
    button.setIcon(icon(name))
    button.setProperty("flat", True)  # noqa: FBT003 - Qt's signature
    button.setToolTip(f"{tip}  ({key})" if key else tip)
    button.setAccessibleName(tip)
    button.setCheckable(checkable)
    return button


def text_button(text: str, tip: str, *, key: str = "", checkable: bool = False) -> QToolButton:
    """Return a small button with a word on it; see :func:`icon_button`."""
    button = QToolButton()
    button.setText(text)
    button.setProperty("word", True)  # noqa: FBT003 - Qt's signature
    button.setToolTip(f"{tip}  ({key})" if key else tip)
    button.setAccessibleName(tip)
    button.setCheckable(checkable)
    return button


def menu_button(name: str, tip: str) -> QToolButton:
    """Return a flat button that opens its menu at once."""
    button = icon_button(name, tip)
    button.setIcon(icon(name, theme.QUIET))
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button

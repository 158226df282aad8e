"""How the panel looks: neutral greys like its hosts, so that no colour beside the picture lies.

Text meets WCAG 2.1 AA (4.5:1) on every ground it is used on; tests/panel/test_theme.py computes it.
"""

from __future__ import annotations

from PyQt6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette

WINDOW = "#1b1b1b"
PANEL = "#242424"
FIELD = "#161616"
RAISED = "#343434"
HOVER = "#3f3f3f"
LINE = "#3a3a3a"
TEXT = "#e2e2e2"
QUIET = "#a8a8a8"
OFF = "#6e6e6e"  # what is disabled; WCAG sets no contrast for that
ACCENT = "#e8b04b"  # what sounds: the playhead, the main button, what is chosen
ON_ACCENT = "#1b1b1b"
FOCUS = "#6ea8fe"
ERROR = "#ff8a80"
ERROR_GROUND = "#3b2322"
WARNING = "#f0c674"
WARNING_GROUND = "#352e1e"
GOOD = "#8fce9b"
WAVE = "#88a9c3"
CURVE = "#6f8aa0"

# Told apart by lightness and shape too, for those who see fewer colours.
KINDS = ("#e8b04b", "#6fc3b2", "#b79cf0", "#f08fa0", "#9fd06a")

GAP = 8
GUTTER = 204  # the lanes' heads: all lanes share it, so that their times lie above one another
SCROLLBAR = 12
TRANSPARENT = QColor(0, 0, 0, 0)


def kind_colour(index: int) -> QColor:
    """Return the colour of the event kind with this number."""
    return QColor(KINDS[index % len(KINDS)])


def palette() -> QPalette:
    """Return the palette for Qt's Fusion style."""
    roles = QPalette.ColorRole
    made = QPalette()
    for role, colour in {
        roles.Window: WINDOW,
        roles.Base: FIELD,
        roles.AlternateBase: PANEL,
        roles.Button: RAISED,
        roles.ToolTipBase: RAISED,
        roles.WindowText: TEXT,
        roles.Text: TEXT,
        roles.ButtonText: TEXT,
        roles.ToolTipText: TEXT,
        roles.PlaceholderText: QUIET,
        roles.Highlight: FOCUS,
        roles.HighlightedText: ON_ACCENT,
        roles.Link: FOCUS,
    }.items():
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(OFF))
    return made


def font() -> QFont:
    """Return the system's own interface font; where it has none worth the name, a good one."""
    chosen = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    families = set(QFontDatabase.families())
    if QGuiApplication.platformName() in {"offscreen", "minimal"} or not chosen.family():
        preferred = ("Inter", "Noto Sans", "Segoe UI", "DejaVu Sans")
        chosen.setFamily(next((name for name in preferred if name in families), chosen.family()))
    chosen.setPointSizeF(max(9.0, min(chosen.pointSizeF(), 11.0)))
    chosen.setFeature(QFont.Tag("tnum"), 1)  # figures of one width: a running timecode stands still
    return chosen


def stylesheet() -> str:
    """Return the style sheet of the whole window."""
    return f"""
* {{ outline: 0; }}
QToolTip {{ background: {RAISED}; color: {TEXT}; border: 1px solid {LINE}; padding: 4px; }}
QLabel[quiet="true"] {{ color: {QUIET}; }}
QLabel[heading="true"] {{ color: {QUIET}; font-weight: 600; }}
QFrame[panel="true"] {{ background: {PANEL}; border: 0; border-radius: 4px; }}

QPlainTextEdit, QLineEdit {{
  background: {FIELD}; color: {TEXT}; border: 1px solid {LINE}; border-radius: 4px;
  padding: 3px 6px; placeholder-text-color: {QUIET};
  selection-background-color: {FOCUS}; selection-color: {ON_ACCENT};
}}
QPlainTextEdit:hover, QLineEdit:hover {{ border-color: {OFF}; }}
QPlainTextEdit:focus, QLineEdit:focus {{ border-color: {FOCUS}; }}
QPlainTextEdit:disabled, QLineEdit:disabled {{ color: {OFF}; background: {PANEL}; }}

QPushButton, QToolButton {{
  background: {RAISED}; color: {TEXT}; border: 1px solid {LINE}; border-radius: 4px;
  padding: 4px 10px;
}}
QToolButton {{ padding: 3px; }}
QToolButton[word="true"] {{ padding: 3px 8px; }}
QPushButton:hover, QToolButton:hover {{ background: {HOVER}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {FIELD}; }}
QPushButton:focus, QToolButton:focus {{ border: 1px solid {FOCUS}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {OFF}; background: {PANEL}; }}
QPushButton:checked, QToolButton:checked {{ border-color: {ACCENT}; color: {ACCENT}; }}
QPushButton:checked:focus, QToolButton:checked:focus {{ border-color: {FOCUS}; }}
QToolButton[flat="true"] {{ background: transparent; border: 1px solid transparent; }}
QToolButton[flat="true"]:hover {{ background: {HOVER}; }}
QToolButton[flat="true"]:focus {{ border: 1px solid {FOCUS}; }}
QToolButton::menu-indicator {{ image: none; }}
QPushButton[primary="true"] {{
  background: {ACCENT}; color: {ON_ACCENT}; border: 2px solid {ACCENT}; font-weight: 600;
  padding: 6px 12px;
}}
QPushButton[primary="true"]:hover {{ background: #f2c063; }}
QPushButton[primary="true"]:focus {{ border: 2px solid #ffffff; }}
QPushButton[primary="true"]:disabled {{
  background: {RAISED}; color: {OFF}; border-color: {RAISED}; }}
QPushButton[suggestion="true"] {{
  background: transparent; border: 1px dashed {OFF}; text-align: left; padding: 4px 8px; }}
QPushButton[suggestion="true"]:hover {{ border-color: {ACCENT}; }}
QPushButton[suggestion="true"]:focus {{ border: 1px solid {FOCUS}; }}

QCheckBox {{ spacing: 6px; padding: 1px 4px 1px 2px; border: 1px solid transparent; }}
QCheckBox:focus {{ border: 1px solid {FOCUS}; border-radius: 4px; }}
QCheckBox:disabled {{ color: {OFF}; }}
QCheckBox::indicator {{
  width: 10px; height: 10px; border: 1px solid {QUIET}; border-radius: 3px; background: {FIELD}; }}
QCheckBox::indicator:checked {{ background: {ACCENT}; border-color: {ACCENT}; }}
QCheckBox::indicator:disabled {{ border-color: {LINE}; background: {PANEL}; }}

QSlider::groove:horizontal {{ height: 4px; background: {FIELD}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {OFF}; border-radius: 2px; }}
QSlider::handle:horizontal {{
  width: 12px; height: 12px; margin: -5px 0; border-radius: 6px;
  background: {QUIET}; border: 1px solid {WINDOW}; }}
QSlider::handle:horizontal:focus {{ background: {TEXT}; border: 2px solid {FOCUS}; }}
QSlider::handle:horizontal:disabled {{ background: {LINE}; }}
QSlider::sub-page:horizontal:disabled {{ background: {PANEL}; }}

QProgressBar {{ background: {FIELD}; border: 0; border-radius: 3px; max-height: 6px; }}
QProgressBar::chunk {{ background: {ACCENT}; border-radius: 3px; }}

QMenu {{ background: {RAISED}; border: 1px solid {LINE}; padding: 4px; }}
QMenu::item {{ padding: 4px 20px 4px 12px; border-radius: 3px; }}
QMenu::item:selected {{ background: {FOCUS}; color: {ON_ACCENT}; }}
QMenu::item:disabled {{ color: {QUIET}; }}
QMenu::separator {{ height: 1px; background: {LINE}; margin: 4px 6px; }}

QScrollArea {{ background: transparent; border: 0; }}
QScrollBar:vertical {{ background: transparent; width: {SCROLLBAR}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {SCROLLBAR}px; margin: 0; }}
QScrollBar::handle {{ background: {RAISED}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 24px; }}
QScrollBar::handle:horizontal {{ min-width: 24px; }}
QScrollBar::handle:disabled {{ background: transparent; }}
QScrollBar::handle:hover {{ background: {OFF}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: {WINDOW}; }}
QSplitter::handle:hover {{ background: {LINE}; }}
"""

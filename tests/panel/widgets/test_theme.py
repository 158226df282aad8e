from __future__ import annotations

import pytest
from PyQt6.QtGui import QColor

from addon.panel.widgets import theme

AA_TEXT, AA_PARTS = 4.5, 3.0  # WCAG 2.1, success criteria 1.4.3 and 1.4.11

TEXTS = [
    *((theme.TEXT, ground) for ground in (theme.WINDOW, theme.PANEL, theme.FIELD, theme.RAISED)),
    (theme.TEXT, theme.HOVER),
    *((theme.QUIET, ground) for ground in (theme.WINDOW, theme.PANEL, theme.FIELD, theme.RAISED)),
    (theme.ON_ACCENT, theme.ACCENT),
    (theme.ON_ACCENT, theme.FOCUS),
    (theme.ACCENT, theme.PANEL),
    (theme.GOOD, theme.PANEL),
    (theme.ERROR, theme.PANEL),
    (theme.ERROR, theme.FIELD),
    (theme.ERROR, theme.ERROR_GROUND),
    (theme.WARNING, theme.WARNING_GROUND),
]
PARTS = [
    *((kind, theme.FIELD) for kind in theme.KINDS),
    (theme.WAVE, theme.FIELD),
    (theme.ACCENT, theme.FIELD),
    *((theme.FOCUS, ground) for ground in (theme.WINDOW, theme.PANEL, theme.FIELD)),
]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.1."""
    shade = QColor(colour)
    parts = (shade.redF(), shade.greenF(), shade.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_can_be_read_on_every_ground_that_it_is_used_on(text: str, ground: str) -> None:
    assert contrast(text, ground) >= AA_TEXT


@pytest.mark.parametrize(("part", "ground"), PARTS)
def test_events_waveforms_and_focus_rings_stand_out(part: str, ground: str) -> None:
    assert contrast(part, ground) >= AA_PARTS


def test_the_grounds_are_neutral_so_that_no_colour_beside_the_picture_lies() -> None:
    for ground in (theme.WINDOW, theme.PANEL, theme.FIELD, theme.RAISED):
        assert QColor(ground).hsvSaturation() == 0

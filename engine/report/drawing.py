"""Waveforms and cue lanes as SVG."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from engine.report.entries import COLUMNS

if TYPE_CHECKING:
    from engine.cues import CueSheet
    from engine.report.entries import Entry

_WAVE = 100  # high
_LANE = 60


def drawing(entry: Entry) -> str:
    """Return an SVG element: the waveform, and below it the cues on the same time axis."""
    height = _WAVE + (_LANE if entry.cues else 0)
    lane = _lane(entry.cues, entry.seconds) if entry.cues else ""
    return (
        f'<svg viewBox="0 0 {COLUMNS} {height}" preserveAspectRatio="none" role="img" '
        f'aria-label="waveform and cues">{_waveform(entry)}{lane}</svg>'
    )


def _waveform(entry: Entry) -> str:
    step = COLUMNS / len(entry.lows)
    middle = _WAVE / 2
    top = [f"{i * step:.1f},{middle * (1 - high):.1f}" for i, high in enumerate(entry.highs)]
    low = [f"{i * step:.1f},{middle * (1 - low):.1f}" for i, low in enumerate(entry.lows)]
    line = f'<path class="axis" d="M0 {middle}H{COLUMNS}"/>'
    return f'{line}<polygon class="wave" points="{" ".join(top + low[::-1])}"/>'


def _lane(sheet: CueSheet, seconds: float) -> str:
    bottom = _WAVE + _LANE
    parts = [f'<path class="axis" d="M0 {bottom}H{COLUMNS}"/>']
    if curve := sheet.curves.get("energy"):
        step = COLUMNS / seconds / float(sheet.rate)
        points = " ".join(
            f"{i * step:.1f},{bottom - value * _LANE:.1f}" for i, value in enumerate(curve)
        )
        parts.append(f'<polyline class="energy" points="{points}"/>')
    for event in sheet.events:
        x = COLUMNS * event.seconds / seconds
        words = escape(f"{event.kind}, {event.seconds:.3f} s, strength {event.strength:.2f}")
        mark = f"M{x:.1f} {bottom}V{bottom - max(event.strength, 0.1) * _LANE:.1f}"
        parts.append(f'<path class="cue" d="{mark}"><title>{words}</title></path>')
    return "".join(parts)

"""Icons as outlines, drawn sharp at any scale and in the text's own colour."""

from __future__ import annotations

from functools import cache

from PyQt6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize
from PyQt6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PyQt6.QtSvg import QSvgRenderer

from addon.panel.widgets import theme

_STROKE = 'fill="none" stroke="{c}" stroke-width="1.4" stroke-linecap="round"'
_JOINED = f'{_STROKE} stroke-linejoin="round"'
_STAR = "M8 1.8l1.9 4 4.3.6-3.1 3 .8 4.4L8 11.7l-3.9 2.1.8-4.4-3.1-3 4.3-.6z"

# On a square of 16 x 16; {c} is the colour.
_SHAPES = {
    "play": '<path d="M4.5 2.6v10.8L13 8z" fill="{c}"/>',
    "pause": '<path d="M4 3h3v10H4zM9 3h3v10H9z" fill="{c}"/>',
    "start": '<path d="M3 3h1.8v10H3zM13 3v10L5.6 8z" fill="{c}"/>',
    "back": f'<path d="M10 3L5 8l5 5" {_JOINED}/>',
    "forward": f'<path d="M6 3l5 5-5 5" {_JOINED}/>',
    "loop": f'<path d="M3 9V7a2 2 0 0 1 2-2h7M10 2.6L12.4 5 10 7.4'
    f'M13 7v2a2 2 0 0 1-2 2H4M6 8.6L3.6 11 6 13.4" {_JOINED}/>',
    "star": f'<path d="{_STAR}" {_JOINED}/>',
    "starred": f'<path d="{_STAR}" fill="{theme.ACCENT}"/>',
    "delete": f'<path d="M3 4.5h10M6.5 4V2.5h3V4M4.5 4.5l.6 9h5.8l.6-9" {_JOINED}/>',
    "place": f'<path d="M8 2v6M5.4 5.6L8 8.2l2.6-2.6" {_JOINED}/>'
    f'<path d="M2 10.5h12v3H2z" {_JOINED}/>',
    "close": f'<path d="M4 4l8 8M12 4l-8 8" {_STROKE}/>',
    "history": f'<path d="M2.6 8a5.4 5.4 0 1 0 1.7-3.9M2.4 2.4v2.4h2.4" {_JOINED}/>'
    f'<path d="M8 5v3.2l2.2 1.4" {_JOINED}/>',
    "presets": f'<path d="M4 2.5h8v11L8 10.6 4 13.5z" {_JOINED}/>',
    "refresh": f'<path d="M13.2 8a5.2 5.2 0 1 1-1.6-3.8M13.4 2.2v2.6h-2.6" {_JOINED}/>',
    "undo": f'<path d="M5.5 3L3 5.5 5.5 8M3.2 5.5H10a3.2 3.2 0 0 1 0 6.5H6" {_JOINED}/>',
    "marker": f'<path d="M4 2.5h8v7L8 13.5 4 9.5z" {_JOINED}/>',
    "error": f'<circle cx="8" cy="8" r="6" {_STROKE}/><path d="M8 4.6v4.2M8 11.2v.1" {_STROKE}/>',
    "warning": f'<path d="M8 2.4L14.2 13H1.8zM8 6.6v3M8 11.4v.1" {_JOINED}/>',
    "info": f'<circle cx="8" cy="8" r="6" {_STROKE}/><path d="M8 7.4v3.8M8 4.8v.1" {_STROKE}/>',
    "wave": f'<path d="M2 7v2M4.4 5v6M6.8 2.8v10.4M9.2 5.4v5.2M11.6 4v8M14 7v2" {_STROKE}/>',
    "spectrum": f'<path d="M2 13h2.4V8H2zM6.8 13h2.4V3H6.8zM11.6 13H14V6h-2.4z" {_JOINED}/>',
    "new": f'<path d="M8 3v10M3 8h10" {_STROKE}/>',
}


class _Engine(QIconEngine):
    """Draws one shape at whatever size and scale is asked for."""

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        self._name = name
        self._colour = colour

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._colour)

    def paint(
        self, painter: QPainter | None, rect: QRect, mode: QIcon.Mode, _state: QIcon.State
    ) -> None:
        if painter is None:
            return
        off = mode == QIcon.Mode.Disabled
        _renderer(self._name, theme.OFF if off else self._colour).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(theme.TRANSPARENT)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    shape = _SHAPES[name].replace("{c}", colour)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">{shape}</svg>'
    return QSvgRenderer(QByteArray(svg.encode()))


@cache
def icon(name: str, colour: str = theme.TEXT) -> QIcon:
    """Return the icon of this name.

    Raises:
        KeyError: There is none.
    """
    _renderer(name, colour)
    return QIcon(_Engine(name, colour))

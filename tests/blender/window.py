"""Stands in for Blender's window, which bpy as a module lacks: checks and records what is drawn."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy

_ICONS = set(bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items.keys())


class Layout:
    """A layout that refuses what Blender would refuse."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.operators: list[str] = []
        self.fields: list[str] = []

    def column(self, **_: object) -> Layout:
        return self

    row = box = column

    def label(self, *, text: str = "", icon: str = "NONE") -> None:
        assert icon in _ICONS, icon
        self.texts.append(text)

    def prop(self, owner: Any, name: str, **_: object) -> None:  # noqa: ANN401 - bpy is untyped
        assert name in owner.bl_rna.properties, name
        self.fields.append(name)

    def progress(self, *, factor: float, text: str) -> None:
        assert 0 <= factor <= 1
        self.texts.append(text)

    def operator(self, name: str, *, icon: str = "NONE", **_: object) -> SimpleNamespace:
        assert icon in _ICONS, icon
        group, word = name.split(".")
        getattr(getattr(bpy.ops, group), word).get_rna_type()  # raises if there is none
        self.operators.append(name)
        return SimpleNamespace()


class Window:
    """What a modal operator sees of a window."""

    def __init__(self) -> None:
        self.status: list[str | None] = []
        self.timers = 1
        self.said: list[str] = []
        self.workspace = SimpleNamespace(status_text_set=self.status.append)
        self.window_manager = SimpleNamespace(event_timer_remove=self._remove)
        self.region = SimpleNamespace(width=300)
        self.preferences = SimpleNamespace(system=SimpleNamespace(ui_scale=1.0))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - everything else is real
        return getattr(bpy.context, name)

    def _remove(self, _timer: object) -> None:
        self.timers -= 1


def draw(panel: Any, context: Any) -> Layout:  # noqa: ANN401
    """Draw a panel of the sidebar, unless its poll() hides it."""
    layout = Layout()
    if not hasattr(panel, "poll") or panel.poll(context):
        methods = {
            name: getattr(panel, name) for name in ("draw", "_draw_buttons") if hasattr(panel, name)
        }
        drawn = type("Drawn", (), methods | {"layout": layout})()
        drawn.draw(context)
    return layout

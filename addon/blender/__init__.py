"""Lumiphone in Blender's Video Sequencer.

Inside Blender's Python only the standard library, bpy and the add-on's own plain modules run; the
engine and the panel's window are processes of their own, started through ``addon.launcher``.
"""

import atexit

import bpy

from . import operators, sidebar
from .preferences import LumiphonePreferences
from .settings import LumiphoneSettings
from .studio import studio

_CLASSES = (LumiphoneSettings, LumiphonePreferences, *operators.CLASSES, *sidebar.CLASSES)


@bpy.app.handlers.persistent
def _leave_project(*_: object) -> None:
    studio.forget()


def register() -> None:
    """Make everything known to Blender."""
    for each in _CLASSES:
        bpy.utils.register_class(each)
    bpy.types.Scene.lumiphone = bpy.props.PointerProperty(type=LumiphoneSettings)
    bpy.app.handlers.load_pre.append(_leave_project)
    atexit.register(studio.close)


def unregister() -> None:
    """End what runs, and leave no trace."""
    atexit.unregister(studio.close)
    studio.close()
    bpy.app.handlers.load_pre.remove(_leave_project)
    del bpy.types.Scene.lumiphone
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)

"""Lumiphone in Blender's Video Sequencer.

Inside Blender's Python only the standard library, bpy and the add-on's own plain modules run; the
engine and the panel's window are processes of their own, started through ``addon.launcher``.
"""

import atexit

import addon_utils
import bpy

from . import operators, sidebar
from .preferences import EXTENSION, LumiphonePreferences
from .settings import LumiphoneSettings
from .studio import studio

_CLASSES = (LumiphoneSettings, LumiphonePreferences, *operators.CLASSES, *sidebar.CLASSES)


@bpy.app.handlers.persistent
def _leave_project(*_: object) -> None:
    studio.forget()


def _leave() -> None:
    """End what runs when Blender ends.

    The bpy module of 4.5 never ends while an operator or a handler is registered (it waits for a
    thread of its sound system), so there everything of ours is taken back first.
    """
    studio.close()
    if bpy.app.module:
        addon_utils.disable(EXTENSION)


def register() -> None:
    """Make everything known to Blender."""
    for each in _CLASSES:
        bpy.utils.register_class(each)
    bpy.types.Scene.lumiphone = bpy.props.PointerProperty(type=LumiphoneSettings)
    bpy.app.handlers.load_pre.append(_leave_project)
    atexit.register(_leave)


def unregister() -> None:
    """End what runs, and leave no trace."""
    atexit.unregister(_leave)
    studio.close()
    bpy.app.handlers.load_pre.remove(_leave_project)
    del bpy.types.Scene.lumiphone
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)

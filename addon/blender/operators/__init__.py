"""The operators, ``bpy.ops.lumiphone.*``."""

from .generate import (
    LUMIPHONE_OT_another_take,
    LUMIPHONE_OT_cancel,
    LUMIPHONE_OT_generate,
    LUMIPHONE_OT_regenerate,
)
from .install import LUMIPHONE_OT_install_engine
from .timeline import LUMIPHONE_OT_open_panel, LUMIPHONE_OT_place_markers, LUMIPHONE_OT_use_take

CLASSES = (
    LUMIPHONE_OT_generate,
    LUMIPHONE_OT_regenerate,
    LUMIPHONE_OT_another_take,
    LUMIPHONE_OT_cancel,
    LUMIPHONE_OT_use_take,
    LUMIPHONE_OT_place_markers,
    LUMIPHONE_OT_open_panel,
    LUMIPHONE_OT_install_engine,
)

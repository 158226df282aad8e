"""Installs the engine's private packages, with the consent that pressing the button is."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, ClassVar

import bpy

from ...errors import AddonError, HostError
from ...installation import OFFLINE_REMEDY
from .. import preferences
from ..studio import TICK, redraw, studio

if TYPE_CHECKING:
    from ...runtime import Runtime


class Installation(threading.Thread):
    """The installation in a thread of its own; what it has to say waits in attributes.

    Attributes:
        running: The one that is under way. (It stands here since bpy 4.5 never lets go of an
            operator class with an annotation that is no property.)
        fraction: How much is done.
        words: What is going on.
        error: Why it failed.
    """

    running: ClassVar[Installation | None] = None

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(name="installation", daemon=True)
        self._runtime = runtime
        self.fraction, self.words = 0.0, "Starting"
        self.error: AddonError | None = None
        self.cancelled = threading.Event()

    def run(self) -> None:
        """Install."""
        try:
            self._runtime.install(self._tell, self.cancelled.is_set)
        except AddonError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread's edge: nobody else would hear of it
            self.error = HostError(f"The installation stumbled: {error!r}", "Try again")

    def _tell(self, fraction: float, words: str) -> None:
        self.fraction, self.words = fraction, words


class LUMIPHONE_OT_install_engine(bpy.types.Operator):
    """Install the engine's packages into a folder of their own; Blender's Python is left alone"""

    bl_idname = "lumiphone.install_engine"
    bl_label = "Install Engine"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Say what is in the way."""
        cls.poll_message_set(fault := cls._fault())
        return not fault

    @classmethod
    def _fault(cls) -> str:
        runtime = preferences.runtime()
        if runtime.fault:
            return str(runtime.fault)
        if runtime.ready:
            return "The engine is installed"
        if Installation.running is not None:
            return "The engine is being installed"
        if runtime.download and not bpy.app.online_access:
            return f"Allow online access in Preferences > System first. {OFFLINE_REMEDY}"
        return ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Install, and wait for the end."""
        installation = self._start()
        installation.join()
        return self._conclude(installation)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Install while the user goes on working."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        self._start()
        self._timer = context.window_manager.event_timer_add(TICK, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Show how far it is."""
        installation = Installation.running
        if installation is None:
            return {"CANCELLED"}
        if event.type == "ESC" and event.value == "PRESS":
            installation.cancelled.set()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        redraw()
        if installation.is_alive():
            words = f"Lumiphone: {installation.words}, {installation.fraction:.0%}   (ESC cancels)"
            context.workspace.status_text_set(words)
            return {"PASS_THROUGH"}
        context.workspace.status_text_set(None)
        context.window_manager.event_timer_remove(self._timer)
        return self._conclude(installation)

    def _start(self) -> Installation:
        studio.error = None
        installation = Installation(preferences.runtime())
        Installation.running = installation
        installation.start()
        return installation

    def _conclude(self, installation: Installation) -> set[str]:
        Installation.running = None
        if installation.error:
            studio.error = installation.error
            self.report({"ERROR"}, str(installation.error))
            return {"CANCELLED"}
        self.report({"INFO"}, "The engine is installed")
        return {"FINISHED"}

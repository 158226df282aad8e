"""The sidebar and the modal operator, with a stand-in for the window that bpy lacks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.media.film import Film

if TYPE_CHECKING:
    from tests.blender.process import Blender

HERE = Path(__file__).parent
SCRIPT = """
    import sys, time
    from pathlib import Path
    from types import SimpleNamespace
    sys.path.insert(0, arguments[0])
    import stage, window
    from bl_ext.user_default.lumiphone.addon.blender import sidebar
    from bl_ext.user_default.lumiphone.addon.blender.operators import generate
    from bl_ext.user_default.lumiphone.addon.blender.studio import studio

    folder = Path(arguments[1])
    stage.use_pack(arguments[2], "tiny")
    scene = stage.project((25, 1.0), (128, 96))
    stage.strips().new_movie("clip.mp4", str(folder / "clip.mp4"), 2, 1)
    context = window.Window()

    def drawn():
        layouts = [window.draw(panel, context) for panel in sidebar.CLASSES]
        return {key: [entry for layout in layouts for entry in getattr(layout, key)]
                for key in ("texts", "operators", "fields")}

    def pressed(events):
        operator = generate.LUMIPHONE_OT_generate
        names = ("begin", "modal", "_begin", "_conclude")
        methods = {name: getattr(operator, name) for name in names}
        running = type("Running", (), methods | {"_timer": None})()
        running.report = lambda kind, text: context.said.append(text)
        assert running._begin(bpy.context)
        during = None
        while True:
            studio._tick()
            event = events.pop(0) if events and context.status else "TIMER"
            answer = running.modal(context, SimpleNamespace(type=event, value="PRESS"))
            during = during or (drawn() if context.status else None)
            if not answer & {"RUNNING_MODAL", "PASS_THROUGH"}:
                return list(answer), during
            time.sleep(0.02)

    result = {"empty": drawn()}
    scene.lumiphone.takes = 2
    result["generated"], result["during"] = pressed(["MOUSEMOVE"])
    result["said"], context.said = context.said, []
    result["after"] = drawn()
    scene.lumiphone.takes, context.status[:] = 16, []
    result["cancelled"], _ = pressed(["ESC"])
    result["said then"], result["timers"] = context.said, context.timers
    result["status"] = context.status[-1]
    stage.preferences().pack = "unheard-of"
    context.status.clear()
    result["failed"], _ = pressed([])
    result["with error"] = drawn()
    result["sounds"] = len(stage.sounds())
"""


def test_the_sidebar_and_escape_work(blender: Blender, tmp_path: Path, tiny_pack: Path) -> None:
    Film(frames=50).write(tmp_path)
    found = blender.run(SCRIPT, HERE, tmp_path, tiny_pack)
    fields = ["prompt", "negative_prompt", "stems", "takes", "seed", "quality", "follow_markers"]
    assert found["empty"]["fields"] == fields
    assert found["empty"]["operators"] == ["lumiphone.generate", "lumiphone.open_panel"]
    assert any("not saved yet" in text for text in found["empty"]["texts"])
    assert "lumiphone.cancel" in found["during"]["operators"]
    assert found["generated"] == ["FINISHED"]
    assert "2 takes placed" in found["said"]
    takes = [text for text in found["after"]["operators"] if text == "lumiphone.use_take"]
    assert len(takes) == 2
    assert found["cancelled"] == ["CANCELLED"]
    assert any("Cancelled" in text for text in found["said then"])
    assert found["timers"] == -1  # each time it was taken away
    assert found["status"] is None
    assert found["failed"] == ["CANCELLED"]
    assert any("unheard-of" in text for text in found["with error"]["texts"])
    assert 2 <= found["sounds"] < 18

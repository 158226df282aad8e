"""What the panel's window asks of Blender: the selected clips, takes placed, markers written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.media.film import Film

if TYPE_CHECKING:
    from tests.blender.process import Blender

HERE = Path(__file__).parent
SCRIPT = """
    import shutil, sys, time
    from pathlib import Path
    sys.path.insert(0, arguments[0])
    import stage
    from bl_ext.user_default.lumiphone.addon import messages
    from bl_ext.user_default.lumiphone.addon.blender.host import BlenderHost

    folder = Path(arguments[1])
    stage.use_pack(arguments[2], "tiny")
    scene = stage.project((25, 1.0), (128, 96), folder / "project.blend")
    plain = stage.strips().new_movie("plain.mp4", str(folder / "clip.mp4"), 2, 1)
    graded = stage.strips().new_movie("graded.mp4", str(folder / "clip.mp4"), 2, 101)
    graded.color_saturation = 0.5
    bpy.ops.lumiphone.generate()
    wav = next(folder.glob("lumiphone/plain*/take-1.wav"))
    for name, strip in stage.sounds().items():
        stage.strips().remove(stage.strips()[name])

    sent = []
    host = BlenderHost({}, sent.append)
    stage.select("plain.mp4", "graded.mp4")
    host.offer_clips("first")
    while not sent:
        host.advance()
        time.sleep(0.02)
    answer = sent.pop()
    result = {"request": answer.request, "clips": [clip.id for clip in answer.clips]}
    plain.frame_final_end = 41  # the take below was made before
    host.offer_clips("again")
    plain.frame_start += 200  # and its strip lies elsewhere by now
    take = messages.Take(7, 1, str(wav), str(wav.with_suffix(".json")), 50 * 48000 // 25, 48000)
    order = messages.Place("a job of the panel's", answer.clips[0].id, take, level=-6.0)
    first = host.place(order)
    again = host.place(order)
    result["same"] = first == again
    result["take"] = [first.take, first.channel, first.strip]
    result["sounds"] = stage.sounds()
    result["volume"] = stage.strips()[first.strip].volume
    host.place_markers(answer.clips[1].id, [messages.Cue(0.5, 0.25, "step")])
    result["markers"] = [[marker.frame, marker.name] for marker in stage.scene().timeline_markers]
    shorter = messages.Take(8, 1, str(wav), "", 1234, 48000)
    try:
        host.place(messages.Place("x", "Scene/nowhere", shorter))
    except Exception as error:
        result["refused"] = str(error)
    host.forget()
"""


def test_takes_of_the_panel_lie_where_their_strips_were_and_only_once(
    blender: Blender, tmp_path: Path, tiny_pack: Path
) -> None:
    Film(frames=50).write(tmp_path)
    found = blender.run(SCRIPT, HERE, tmp_path, tiny_pack)
    assert found["request"] == "first"
    assert found["clips"] == ["Scene/plain.mp4", "Scene/graded.mp4"]
    assert found["same"]
    assert found["take"] == [7, 1, "plain · take 1"]
    ((_, strip),) = found["sounds"].items()
    assert (strip["first"], strip["end"], strip["mute"]) == (201, 251, False)
    assert found["volume"] == pytest.approx(0.5012, abs=1e-3), "6 dB down"
    frame, name = found["markers"][0]
    assert frame in {113, 114}  # half a second after 101
    assert name == "♪ step 25%"
    assert "is not on the timeline" in found["refused"]

"""Stems on Blender's timeline: mixed in one strip, or each in a strip of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soundfile

from tests.blender.test_generation import HERE, TIMELINE, make_film

if TYPE_CHECKING:
    from pathlib import Path

    from tests.blender.process import Blender

MIX = "dog · take 1 · a barking dog"
AMBIENCE = "ambience of " + MIX


def test_a_take_is_one_strip_of_its_mix_unless_each_stem_is_wanted_in_its_own(
    blender: Blender, tmp_path: Path, tiny_pack: Path
) -> None:
    make_film(tmp_path)
    found = blender.run(
        TIMELINE
        + """
    scene = timeline()
    scene.lumiphone.stems = {"effects", "ambience"}
    result = {}
    def sounding():
        return {name: strip["mute"] for name, strip in stage.sounds().items()}
    assert bpy.ops.lumiphone.generate() == {"FINISHED"}
    result["mixed"] = sounding()
    bpy.ops.ed.undo()

    stage.preferences().stem_strips = "APART"
    stage.select("dog.mp4")
    assert bpy.ops.lumiphone.generate() == {"FINISHED"}
    result["apart"] = stage.sounds()
    result["files"] = {name: bpy.path.abspath(stage.strips()[name].sound.filepath)
                       for name in stage.sounds()}
    stage.select("dog.mp4")
    assert bpy.ops.lumiphone.another_take() == {"FINISHED"}
    result["second"] = sounding()
    stage.select("dog.mp4")
    bpy.ops.lumiphone.use_take(number=1)
    result["first again"] = sounding()
    stage.preferences().other_takes = "OUT"
    bpy.ops.lumiphone.use_take(number=2)
    result["alone"] = sounding()
    bpy.ops.ed.undo()
    result["undone"] = sounding()
    """,
        HERE,
        tmp_path,
        tiny_pack,
        timeout=240,
    )
    assert found["mixed"] == {MIX: False}
    first, second = found["apart"][MIX], found["apart"][AMBIENCE]
    assert first["channel"] != second["channel"]
    assert (first["first"], first["end"]) == (second["first"], second["end"]) == (120, 180)
    parts = [soundfile.read(found["files"][name], dtype="int32")[0] for name in (MIX, AMBIENCE)]
    mix_file = found["files"][MIX].replace(".effects.wav", ".wav")
    assert found["files"][MIX] != mix_file
    total = sum(part.astype(np.int64) for part in parts)
    assert np.array_equal(total, soundfile.read(mix_file, dtype="int32")[0])
    other, others = (name.replace("take 1", "take 2") for name in (MIX, AMBIENCE))
    assert found["second"] == {MIX: True, AMBIENCE: True, other: False, others: False}
    assert found["first again"] == {MIX: False, AMBIENCE: False, other: True, others: True}
    assert found["alone"] == {other: False, others: False}
    assert found["undone"] == found["first again"]

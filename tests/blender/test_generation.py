"""From a strip to its sound, through the operators of the installed add-on."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from engine.timebase import sample_count
from tests.media.film import Film

if TYPE_CHECKING:
    from tests.blender.process import Blender

HERE = Path(__file__).parent
NTSC = Fraction(24000, 1001)
# A strip of 60 frames, trimmed by 20 and moved; below and above it one channel is taken, the next
# locked; elsewhere on its channel another strip.
TIMELINE = """
    import sys
    from pathlib import Path
    sys.path.insert(0, arguments[0])
    import stage
    folder = Path(arguments[1])
    stage.use_pack(arguments[2], "tiny")

    def timeline():
        scene = stage.project((24, 1.001), (64, 48), folder / "project.blend")
        strips = stage.strips()
        film = strips.new_movie("dog.mp4", str(folder / "dog.mp4"), 3, 100)
        film.frame_final_start, film.frame_final_end = 120, 180
        below = strips.new_movie("below", str(folder / "dog.mp4"), 2, 130)
        above = strips.new_movie("above", str(folder / "dog.mp4"), 4, 179)
        scene.sequence_editor.channels[1].lock = True
        stage.select("dog.mp4")
        scene.lumiphone.prompt = "a barking dog"
        scene.lumiphone.seed = 5_000_000_000 // 4
        return scene
"""


def make_film(
    folder: Path,
    name: str = "dog.mp4",
    flashes: tuple[int, ...] = (30, 65),
    frames: int = 100,
    rate: Fraction = NTSC,
) -> None:
    """A chequered red wall that lights up for five pictures from each of ``flashes`` on.

    To the tiny pack that is a dog and an "impact"; being chequered, it is no cut.
    """
    squares = np.indices((48, 64)).sum(axis=0) // 8 % 2 * 0.5 + 0.5
    wall = squares[..., None] * np.array([1.0, 0.1, 0.1])
    lit = {start + after for start in flashes for after in range(5)}
    pictures = [(wall * (250 if k in lit else 60)).astype(np.uint8) for k in range(frames)]
    Film(name=name, rate=rate, size=(64, 48), pictures=pictures).write(folder)


def test_a_trimmed_and_moved_strip_gets_exact_sound_beside_it_and_undo_removes_it(
    blender: Blender, tmp_path: Path, tiny_pack: Path
) -> None:
    make_film(tmp_path)
    found = blender.run(
        TIMELINE
        + """
    scene = timeline()
    before, layout = stage.state(), stage.layout()
    scene.lumiphone.takes = 2
    assert bpy.ops.lumiphone.generate() == {"FINISHED"}
    result = {"placed": stage.sounds(), "others": [
        name for name, strip in layout.items() if stage.layout().get(name) != strip]}
    names = list(stage.sounds())
    for name in names:
        strip = stage.strips()[name]
        result["placed"][name]["path"] = bpy.path.abspath(strip.sound.filepath)
        result["placed"][name]["channels"] = strip.sound.channels
    for name, strip in stage.layout().items():  # what is heard: the chosen take alone
        stage.strips()[name].mute = strip["type"] == "MOVIE" or strip["mute"]
    scene = stage.scene()
    scene.frame_start, scene.frame_end = 120, 179
    bpy.ops.sound.mixdown(filepath=str(folder / "mix.wav"), container="WAV", codec="PCM",
                          format="S24", mixrate=48000)
    result["undone"] = []
    for _ in range(2):
        bpy.ops.ed.undo()
        result["undone"].append(list(stage.sounds()))
    after = stage.state()
    """,
        HERE,
        tmp_path,
        tiny_pack,
    )
    samples = sample_count(60, NTSC, 48000)
    chosen, other = found["placed"]
    assert chosen == "dog · take 1 · a barking dog"
    assert other == "dog · take 2 · a barking dog"
    strip = found["placed"][chosen]
    # Channels 2 and 4 are taken in this time, 1 is locked: 5 is the nearest.
    assert (strip["channel"], strip["first"], strip["end"]) == (5, 120, 180)
    assert not strip["mute"]
    assert strip["channels"] == "STEREO"
    assert strip["file"] == "//lumiphone/dog.mp4/take-1.wav"
    strip = found["placed"][other]
    assert (strip["channel"], strip["first"], strip["end"]) == (6, 120, 180)
    assert strip["mute"]
    assert found["others"] == []
    sound, rate = soundfile.read(found["placed"][chosen]["path"])
    assert (sound.shape, rate) == ((samples, 2), 48000)
    mix, _ = soundfile.read(tmp_path / "mix.wav")
    assert len(mix) >= samples  # Blender mixes whole blocks
    np.testing.assert_allclose(mix[:samples], sound, atol=1e-3)
    # The picture lights up at 30 and 65: frames 10 and 45 of the strip.
    loud = np.abs(sound[:, 0]) > np.abs(sound[:, 0]).max() / 3
    for frame in (10, 45):
        at = sample_count(frame, NTSC, 48000)
        assert loud[at - 2400 : at + 2400].any()
    assert found["undone"] == [[chosen], []]


def test_takes_are_remembered_by_the_saved_project(
    blender: Blender, tmp_path: Path, tiny_pack: Path
) -> None:
    make_film(tmp_path)
    blender.run(
        TIMELINE
        + """
    timeline()
    bpy.ops.lumiphone.generate()
    bpy.ops.wm.save_mainfile()
    """,
        HERE,
        tmp_path,
        tiny_pack,
    )
    (tmp_path / "moved").mkdir()
    for name in ("project.blend", "lumiphone"):
        (tmp_path / name).rename(tmp_path / "moved" / name)  # the project's folder, not the film
    found = blender.run(
        """
    import json, sys
    from pathlib import Path
    sys.path.insert(0, arguments[0])
    import stage
    stage.use_pack(arguments[2], "tiny")
    bpy.ops.wm.open_mainfile(filepath=str(Path(arguments[1]) / "moved/project.blend"))
    scene = stage.scene()
    first = "dog · take 1 · a barking dog"
    assert list(stage.sounds()) == [first], stage.sounds()
    stage.select(first)
    result = {}
    def sounding():
        return {name: strip["mute"] for name, strip in stage.sounds().items()}
    assert bpy.ops.lumiphone.another_take() == {"FINISHED"}
    result["another"] = sounding()
    result["wishes"] = [json.loads(stage.strips()[name]["lumiphone"])["record"]["settings"]
                        for name in stage.sounds()]
    result["seeds"] = [json.loads(stage.strips()[name]["lumiphone"])["record"]["take"]["seed"]
                       for name in stage.sounds()]
    bpy.ops.lumiphone.use_take(number=1)
    result["chosen"] = sounding()
    bpy.ops.ed.undo()
    result["undone"] = sounding()
    stage.preferences().other_takes = "OUT"
    stage.strips()[first].select = True
    bpy.ops.lumiphone.use_take(number=1)
    result["alone"] = sounding()
    stage.strips()[first].volume = 0.5
    place = stage.sounds()[first]
    bpy.ops.lumiphone.use_take(number=2)
    result["swapped"] = sounding()
    (name,) = stage.sounds()
    now = stage.sounds()[name]
    result["kept its place"] = all(now[key] == place[key] for key in ("channel", "first", "end"))
    result["volume"] = stage.strips()[name].volume
    result["file"] = now["file"]
    stage.strips()[name].select = True
    stage.strips()["dog.mp4"].frame_final_end = 170
    assert bpy.ops.lumiphone.regenerate() == {"FINISHED"}
    result["regenerated"] = stage.sounds()
    result["missing"] = stage.message_of(bpy.ops.lumiphone.use_take, number=9)
    """,
        HERE,
        tmp_path,
        tiny_pack,
    )
    first, second = (f"dog · take {number} · a barking dog" for number in (1, 2))
    assert found["another"] == {first: True, second: False}
    assert found["wishes"][0]["prompt"] == found["wishes"][1]["prompt"] == "a barking dog"
    assert found["seeds"][0] == 1_250_000_000 != found["seeds"][1]
    assert found["chosen"] == {first: False, second: True}
    assert found["undone"] == {first: True, second: False}
    assert found["alone"] == {first: False}
    assert found["swapped"] == {second: False}
    assert found["kept its place"]
    assert found["volume"] == 0.5
    assert found["file"] == "//lumiphone/dog.mp4/take-2.wav"
    (strip,) = found["regenerated"].values()
    assert (list(found["regenerated"]), strip["first"], strip["end"]) == ([second], 120, 170)
    assert "has no take 9. Choose among its takes: 1, 2." in found["missing"]


def test_sound_follows_the_markers_that_were_edited(
    blender: Blender, tmp_path: Path, tiny_pack: Path
) -> None:
    make_film(tmp_path)
    found = blender.run(
        TIMELINE
        + """
    import json
    scene = timeline()
    bpy.ops.lumiphone.generate()
    scene = stage.scene()
    bpy.ops.lumiphone.place_markers()
    result = {"placed": [[marker.frame, marker.name] for marker in scene.timeline_markers]}
    first, *rest = sorted(scene.timeline_markers, key=lambda marker: marker.frame)
    first.frame += 12
    for marker in rest:
        scene.timeline_markers.remove(marker)
    scene.timeline_markers.new("a blow, 40%", frame=150)
    scene.timeline_markers.new("elsewhere", frame=300)
    scene.lumiphone.follow_markers = True
    assert bpy.ops.lumiphone.generate() == {"FINISHED"}
    name = list(stage.sounds())[-1]
    sidecar = Path(bpy.path.abspath(stage.strips()[name].sound.filepath)).with_suffix(".json")
    result["cues"] = json.loads(sidecar.read_text())["cues"]["events"]
    bpy.ops.ed.undo()  # the placing
    result["sounds after undo"] = len(stage.sounds())
    """,
        HERE,
        tmp_path,
        tiny_pack,
    )
    frames = [frame for frame, _ in found["placed"]]
    # The film lights up at its pictures 30 and 65, which are shown at 130 and 165.
    assert frames[0] in {130, 131}
    assert {165, 166} & set(frames)
    assert all(name.startswith("♪ ") and name.endswith("%") for _, name in found["placed"])
    events = found["cues"]
    assert len(events) == 2
    moved, new = events
    assert abs(moved["seconds"] - (frames[0] - 120 + 12) / NTSC) < 1e-3
    assert moved["kind"] == found["placed"][0][1].split()[1]
    assert abs(new["seconds"] - 30 / NTSC) < 1e-3
    assert (new["strength"], new["kind"]) == (0.4, "impact")
    assert found["sounds after undo"] == 1


def test_an_unsaved_project_gets_its_sound_and_hears_where_it_lies(
    blender: Blender, tmp_path: Path, tiny_pack: Path
) -> None:
    make_film(tmp_path, "other.mp4", flashes=(20,), frames=60, rate=Fraction(30))
    found = blender.run(
        """
    import json, sys
    from pathlib import Path
    sys.path.insert(0, arguments[0])
    import stage
    folder = Path(arguments[1])
    stage.use_pack(arguments[2], "tiny")
    scene = stage.project((25, 1.0), (64, 48))  # never saved
    strips = stage.strips()
    film = strips.new_movie("other.mp4", str(folder / "other.mp4"), 1, 11)
    graded = strips.new_movie("graded", str(folder / "other.mp4"), 1, 201)
    graded.color_saturation = 0.5
    graded.frame_final_end = 240
    from bl_ext.user_default.lumiphone.addon.blender import folders
    result = {"remark": folders.remark(), "folder": str(folders.takes_folder())}
    assert bpy.ops.lumiphone.generate() == {"FINISHED"}
    result["sounds"] = stage.sounds()
    name = next(iter(stage.sounds()))
    sidecar = Path(stage.strips()[name].sound.filepath).with_suffix(".json")
    cues = json.loads(sidecar.read_text())["cue_sheet"]
    result["events"] = json.loads((sidecar.parent / cues).read_text())["events"]
    """,
        HERE,
        tmp_path,
        tiny_pack,
    )
    placed = sorted((strip["first"], strip["end"]) for strip in found["sounds"].values())
    assert placed == [(11, 71), (201, 240)]
    assert found["folder"] in found["remark"]
    # Played 1:1, picture 20 of 30 a second is seen at frame 20 of 25 a second.
    assert any(abs(event["seconds"] - 20 / 25) < 0.03 for event in found["events"])

"""What cannot be done is said with a remedy; what dies is started again; nothing stays behind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.addon.editor import gone
from tests.media.film import Film

if TYPE_CHECKING:
    from tests.blender.process import Blender

HERE = Path(__file__).parent
TIMELINE = """
    import sys, time
    from pathlib import Path
    sys.path.insert(0, arguments[0])
    import stage
    folder = Path(arguments[1])
    stage.use_pack(arguments[2], "tiny")
    scene = stage.project((25, 1.0), (128, 96), folder / "project.blend")
    film = stage.strips().new_movie("clip.mp4", str(folder / "clip.mp4"), 2, 1)
    generate = bpy.ops.lumiphone.generate
"""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return Film(frames=50).write(tmp_path)


@pytest.mark.usefixtures("film")
def test_a_killed_engine_or_panel_is_a_message_and_the_next_generation_works(
    blender: Blender, tmp_path: Path, tiny_pack: Path
) -> None:
    found = blender.run(
        TIMELINE
        + """
    result = {}
    for victim in ("engine serve", "addon.panel"):
        scene = stage.scene()
        scene.lumiphone.takes, scene.lumiphone.quality = 16, "FINE"
        count = len(stage.sounds())
        killer = stage.kill_when(victim, lambda: len(stage.sounds()) > count)
        result[victim] = {"said": stage.message_of(generate), "kept": len(stage.sounds())}
        killer.join(5)
        stage.scene().lumiphone.takes = 1
        result[victim]["again"] = list(generate())
    result["processes"] = list(stage.descendants())
    """,
        HERE,
        tmp_path,
        tiny_pack,
    )
    for victim in ("engine serve", "addon.panel"):
        assert "Error: " in found[victim]["said"]
        assert ". " in found[victim]["said"]  # what, and the remedy
        assert found[victim]["again"] == ["FINISHED"]
    assert 0 < found["engine serve"]["kept"] < 16  # finished takes stay
    for pid in found["processes"]:
        assert gone(pid)


@pytest.mark.usefixtures("film")
def test_what_is_in_the_way_is_said(blender: Blender, tmp_path: Path, tiny_pack: Path) -> None:
    found = blender.run(
        TIMELINE
        + """
    result = {}
    stage.select()
    result["nothing selected"] = stage.message_of(generate)
    stage.select("clip.mp4")
    result["no take"] = stage.message_of(bpy.ops.lumiphone.another_take)
    result["nothing runs"] = stage.message_of(bpy.ops.lumiphone.cancel)
    for channel in scene.sequence_editor.channels:
        channel.lock = True
    result["all locked"] = stage.message_of(generate)
    for channel in scene.sequence_editor.channels:
        channel.lock = False
    bpy.context.preferences.addons  # the page is there
    stage.preferences().pack = "unheard-of"
    result["no such pack"] = stage.message_of(generate)
    stage.preferences().pack = "tiny"
    (folder / "clip.mp4").unlink()
    result["no file"] = stage.message_of(generate)
    result["sounds"] = len(stage.sounds())
    """,
        HERE,
        tmp_path,
        tiny_pack,
    )
    sounds = found.pop("sounds")
    expected = {
        "nothing selected": "Select a movie, image, scene or meta strip",
        "no take": "Select a strip that has takes, or a take",
        "nothing runs": "Nothing is being generated",
        "all locked": "No channel is free from frame 1 to 51. Unlock or clear a channel",
        "no such pack": "unheard-of",
        "no file": f"The file of strip 'clip.mp4' is missing: {tmp_path / 'clip.mp4'}. Find it",
    }
    for case, words in expected.items():
        assert words in found[case], case
    assert sounds == 0


@pytest.mark.usefixtures("film")
def test_without_the_engine_the_user_is_told_to_install_it(
    blender_without_packages: Blender, tmp_path: Path, tiny_pack: Path
) -> None:
    found = blender_without_packages.run(
        TIMELINE
        + """
    result = {"generate": stage.message_of(generate)}
    result["offline"] = stage.message_of(bpy.ops.lumiphone.install_engine)
    """,
        HERE,
        tmp_path,
        tiny_pack,
    )
    assert "Install the engine first" in found["generate"]
    assert "Allow online access in Preferences" in found["offline"]


def test_two_blenders_work_at_once(blender: Blender, tmp_path: Path, tiny_pack: Path) -> None:
    runs = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        Film(frames=50).write(folder)
        script = (
            TIMELINE
            + f"""
    scene.lumiphone.prompt, scene.lumiphone.takes = "{name}", 3
    result = [list(generate()), list(stage.sounds())]
    """
        )
        runs.append((name, blender.start(script, HERE, folder, tiny_pack)))
    for name, run in runs:
        finished, sounds = run.result(120)
        assert finished == ["FINISHED"]
        assert sounds == [f"clip · take {number} · {name}" for number in (1, 2, 3)]

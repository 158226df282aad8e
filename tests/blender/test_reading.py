"""Strips of all kinds, read by the installed add-on; pictures carry their numbers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy as np

from tests.media.film import Film, number_in, numbered_picture

if TYPE_CHECKING:
    from tests.blender.process import Blender

HERE = Path(__file__).parent
# Builds a timeline with one strip of each kind, reads it, and says what became of each clip.
SCRIPT = """
    import shutil, sys, time
    from pathlib import Path
    sys.path.insert(0, arguments[0])
    import stage
    from bl_ext.user_default.lumiphone.addon.blender import preparation, reading

    folder = Path(arguments[1])
    scene = stage.project((25, 1.0), (128, 96), folder / "project.blend")
    strips = stage.strips()
    channels = iter(range(1, 100))

    def movie(name, first=1, start=0, end=20, file="same.mp4"):
        strip = strips.new_movie(name, str(folder / file), next(channels), first)
        strip.frame_final_end = first + end
        strip.frame_final_start = first + start
        return strip

    movie("trimmed", first=30, start=7)
    movie("offset").animation_offset_start = 5
    movie("other rate", first=4, start=3, file="other.mp4")
    movie("graded", start=2).color_saturation = 0.5
    movie("cropped").crop.max_x = 32
    movie("reversed").use_reverse_frames = True
    movie("held", start=50, end=70)
    sequence = strips.new_image("images", str(folder / "images/000.png"), next(channels), 10)
    for number in range(1, 12):
        sequence.elements.append(f"{number:03d}.png")
    meta = strips.new_meta("meta", next(channels), 5)
    stage.strips(meta).new_movie("inside", str(folder / "same.mp4"), 1, 5)
    meta.frame_final_end = 22
    other = bpy.data.scenes.new("Other")
    other.render.resolution_x, other.render.resolution_y, other.render.fps = 128, 96, 25
    other.frame_end = 30
    stage.strips(other.sequence_editor_create()).new_movie("two", str(folder / "same.mp4"), 1, 1)
    shown = strips.new_scene("scene", other, next(channels), 1)
    shown.scene_input, shown.frame_final_end = "SEQUENCER", 11
    retimed = movie("retimed", end=60)
    fading = movie("animated")
    fading.blend_alpha = 1
    fading.keyframe_insert("blend_alpha", frame=1)
    with stage.in_sequencer():
        stage.select("retimed")
        scene.sequence_editor.active_strip = retimed
        bpy.ops.sequencer.retiming_segment_speed_set(speed=50.0)
    retimed.frame_final_end = 21

    stage.select(*(strip.name for strip in strips))
    stage.state()  # looking makes 4.5 write down some defaults
    before = stage.state()
    stretches = reading.read_selected(bpy.context)
    ready = preparation.Preparation(stretches, cues_from_markers=False)
    while (clips := ready.advance()) is None:
        time.sleep(0.02)
    after = stage.state()
    result = {"changed": [key for key in before | after if before.get(key) != after.get(key)]}
    for stretch, clip in zip(stretches, clips):
        media = clip.media
        if stretch.why_rendered:  # Blender's temporary folder goes with it
            media = shutil.copy(media, folder / f"rendered {clip.name}.mp4")
        result[clip.name] = [stretch.why_rendered, str(clip.media_start), clip.frames, str(media)]
"""


def numbers(path: str) -> list[int]:
    with av.open(path) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return [number_in(picture.astype(np.uint8)) for picture in pictures]


def read_timeline(blender: Blender, folder: Path) -> dict[str, Any]:
    Film(name="same.mp4", frames=60, rate=Fraction(25)).write(folder)
    Film(name="other.mp4", frames=60, rate=Fraction(30)).write(folder)
    (folder / "images").mkdir()
    for number in range(12):
        picture = numbered_picture(number, 128, 96)
        cv2.imwrite(str(folder / "images" / f"{number:03d}.png"), picture)
    read: dict[str, Any] = blender.run(SCRIPT, HERE, folder)
    return read


def test_each_kind_of_strip_is_read_as_it_is_seen_and_the_project_stays_as_it_was(
    blender: Blender, tmp_path: Path
) -> None:
    read = read_timeline(blender, tmp_path)
    assert read.pop("changed") == []
    # Plain strips are read straight from their files.
    assert read.pop("trimmed") == ["", "7/25", 13, str(tmp_path / "same.mp4")]
    assert read.pop("offset") == ["", "1/5", 15, str(tmp_path / "same.mp4")]
    seen = {
        "other rate": ("another rate", list(range(3, 20))),
        "graded": ("graded", list(range(2, 20))),
        "reversed": ("reversed", list(range(59, 39, -1))),
        "held": ("held at its ends", [*range(50, 60), *[59] * 10]),
        "images": ("image strip", list(range(12))),
        "meta": ("meta strip", list(range(17))),
        "scene": ("scene strip", list(range(10))),
        "animated": ("animated", list(range(20))),
    }
    for name, (why, expected) in seen.items():
        assert read[name][:3] == [why, "0", len(expected)], name
        assert numbers(read[name][3]) == expected, name
    why, _, frames, media = read.pop("retimed")
    assert (why, frames) == ("retimed", 20)
    for frame, number in enumerate(numbers(media)):  # half speed; 4.5 rounds up, 5.0 down
        assert number in {frame // 2, (frame + 1) // 2}
    why, _, frames, media = read["cropped"]
    assert (why, frames) == ("cropped or moved", 20)
    with av.open(media) as container:
        pictures = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    assert all(picture[:, 100:].max() < 30 for picture in pictures)  # what was cropped is black
    assert read.keys() == seen.keys() | {"cropped"}

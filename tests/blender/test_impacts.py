"""The shipped pack in Blender: what is heard begins where impacts are seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import soundfile

from engine.cues import CueSheet
from engine.onset_agreement import match
from engine.packs.registry import DEFAULT_PACK
from engine.training.clips.onsets import detect_onsets

if TYPE_CHECKING:
    from tests.blender.process import Blender

pytestmark = pytest.mark.shipped

HERE = Path(__file__).parent
SAMPLES = Path(__file__).parents[2] / "samples"
FIRST, TRIMMED, FRAMES = 240, 12, 140
RATE = 24000 / 1001
NEAR = 0.06  # seconds


def test_rendered_by_blender_the_sound_meets_the_visible_impacts(
    blender: Blender, tmp_path: Path, carried_pack: str
) -> None:
    if carried_pack != DEFAULT_PACK:
        pytest.skip("the bundle carries no shipped pack")
    found = blender.run(
        """
    import sys
    from pathlib import Path
    sys.path.insert(0, arguments[0])
    import stage
    folder, (film, first, trimmed, frames) = Path(arguments[1]), arguments[2:]
    scene = stage.project((24, 1.001), (640, 360), folder / "project.blend")
    strip = stage.strips().new_movie("impacts.mp4", film, 2, first - trimmed)
    strip.frame_final_start, strip.frame_final_end = first, first + frames
    scene.lumiphone.seed = 1
    assert bpy.ops.lumiphone.generate() == {"FINISHED"}
    result = stage.sounds()
    scene = stage.scene()
    scene.frame_start, scene.frame_end = first, first + frames - 1
    bpy.ops.sound.mixdown(filepath=str(folder / "mix.wav"), container="WAV", codec="PCM",
                          format="S24", mixrate=48000)
    """,
        HERE,
        tmp_path,
        SAMPLES / "impacts.mp4",
        FIRST,
        TRIMMED,
        FRAMES,
        timeout=300,
    )
    ((_, strip),) = found.items()
    assert (strip["channel"], strip["first"], strip["end"]) == (1, FIRST, FIRST + FRAMES)
    wav = tmp_path / "lumiphone" / "impacts.mp4" / "take-1.wav"
    assert soundfile.info(wav).frames == round(FRAMES / RATE * 48000) == 280_280
    mix, rate = soundfile.read(tmp_path / "mix.wav", dtype="float32")
    heard = [onset.sample / rate for onset in detect_onsets(mix[:, 0])]
    true = [
        event.seconds - TRIMMED / RATE
        for event in CueSheet.load(SAMPLES / "impacts.json").events
        if event.strength > 0.3 and TRIMMED <= event.seconds * RATE < TRIMMED + FRAMES
    ]
    agreement = match(true, heard, NEAR)
    assert agreement.recall > 0.5

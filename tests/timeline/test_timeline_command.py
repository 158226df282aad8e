"""`lumiphone timeline`: an edit in, sound on the right frames out, whatever interrupts it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import opentimelineio as otio
import pytest
import soundfile

from tests.command_line import command, environment, run
from tests.timeline.edits import HOUR, IMPACTS
from tests.timeline.melt import audio_tracks, needs_melt, rendered

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.timeline.conftest import Sound

FRAME = 2002  # samples at 48 kHz and 24000/1001 pictures a second


@pytest.fixture(scope="module")
def sounded(reel: Path, tiny_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that one run over the edit of twelve clips wrote."""
    folder = tmp_path_factory.mktemp("sounded") / "out"
    done = run(tiny_pack, "timeline", reel, "-o", folder, "--pack", "tiny", "--seed", "5")
    assert done.code == 0, done.stderr
    return folder


def sums(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "sounds").glob("*.wav"))}


def time_reference(wav: Path) -> int:
    """Samples since midnight that the file's bext chunk (EBU Tech 3285) states."""
    data = wav.read_bytes()
    bext = data.index(b"bext") + 8
    return int.from_bytes(data[bext + 338 : bext + 346], "little")


def laid_out(folder: Path) -> NDArray[Any]:
    """All sounds at the places that their sidecars state, [samples, 2]."""
    mix = np.zeros((301 * FRAME, 2))
    for entry in json.loads((folder / "index.json").read_text("utf-8"))["results"]:
        sidecar = json.loads((folder / entry["sidecar"]).read_text("utf-8"))
        samples, _ = soundfile.read(folder / entry["wav"], always_2d=True)
        assert len(samples) == entry["samples"] == sidecar["span"]["frames"] * FRAME
        first = sidecar["timeline"]["first"] * FRAME
        mix[first : first + len(samples)] += samples
    return mix


@needs_melt
@pytest.mark.parametrize("form", ["otio", "xml"])
def test_rendered_by_melt_every_sound_begins_on_its_sample(
    sounded: Path, tmp_path: Path, form: str
) -> None:
    timeline = otio.adapters.read_from_file(str(sounded / f"reel.{form}"))
    assert [track.name for track in audio_tracks(timeline)] == ["FX", "FX 2", "BG", "BG 2"]
    heard, meant = np.zeros((301 * FRAME, 2)), laid_out(sounded)
    for track in rendered(timeline, tmp_path):
        heard[: len(track)] += track
    assert np.abs(heard - meant).max() < 2**-20
    assert np.abs(meant).max() > 0.1


@needs_melt
def test_rendered_by_melt_impacts_are_heard_within_a_frame_of_where_they_are_seen(
    sounded: Path, tmp_path: Path
) -> None:
    timeline = otio.adapters.read_from_file(str(sounded / "reel.otio"))
    effects = rendered(timeline, tmp_path)[:2]
    for samples, impacts in zip(effects, IMPACTS, strict=True):
        loudness = np.abs(samples).reshape(-1, 2 * FRAME).max(axis=1)
        for frame in impacts:
            before, around = loudness[frame - 3 : frame - 1], loudness[frame - 1 : frame + 2]
            assert around.max() > 3 * before.max(), frame


def test_files_carry_the_timecode_of_their_place(sounded: Path) -> None:
    wav = sounded / "sounds" / "0003_dog_effects.wav"
    assert time_reference(wav) == (HOUR + 87) * FRAME


def test_the_index_tells_people_which_clip_sounds_from_which_file(sounded: Path) -> None:
    head, _, *lines = (sounded / "index.txt").read_text("utf-8").splitlines()
    assert head == "24 sounds"
    (line,) = [line for line in lines if "0005_fast_dog_effects.wav" in line]
    assert line.split() == [
        *("5", "Main", "fast", "dog", "sounds/0005_fast_dog_effects.wav"),
        *("1.67", "s", "seed", "9"),
    ]


def test_both_sides_of_a_dissolve_sound_through_it_and_fade(sounded: Path) -> None:
    going, _ = soundfile.read(sounded / "sounds" / "0003_dog_effects.wav")
    coming, _ = soundfile.read(sounded / "sounds" / "0004_wall_effects.wav")
    assert len(going) == len(coming) == 46 * FRAME
    assert np.abs(going[-20:]).max() < 0.01 * np.abs(going).max()
    assert np.abs(coming[:20]).max() < 0.01 * np.abs(coming).max()


def test_a_second_run_makes_nothing_and_a_changed_wish_makes_all(
    sound: Sound, reel: Path, tmp_path: Path
) -> None:
    first = sound(reel, "-o", tmp_path / "out", "--track", "Top")
    kept = sums(tmp_path / "out")
    again = sound(reel, "-o", tmp_path / "out", "--track", "Top")
    assert [result["fresh"] for result in again["results"]] == [False] * 4  # two clips, two stems
    assert again["seed"] == first["seed"]  # drawn once, kept in the folder
    assert sums(tmp_path / "out") == kept
    other = sound(reel, "-o", tmp_path / "out", "--track", "Top", "--prompt", "rain")
    assert [result["fresh"] for result in other["results"]] == [True] * 4


def test_parts_made_apart_are_the_whole_made_at_once(
    sound: Sound, reel: Path, sounded: Path, tmp_path: Path
) -> None:
    for part in (("--clips", "2,4-8"), ("--end", "01:00:05:00"), ("--clips", "9-12")):
        sound(reel, "-o", tmp_path / "out", "--seed", "5", *part)
    result = sound(reel, "-o", tmp_path / "out", "--seed", "5")
    assert not any(entry["fresh"] for entry in result["results"])
    assert sums(tmp_path / "out") == sums(sounded)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_after_a_kill_in_the_middle_the_next_run_loses_and_repeats_nothing(
    reel: Path, tiny_pack: Path, sounded: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    words = ("timeline", reel, "-o", folder, "--pack", "tiny", "--seed", "5", "--json")
    with subprocess.Popen(
        command(*words), env=environment(tiny_pack), stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and len(list(folder.glob("sounds/0*.json"))) < 4:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    done = {path.name: path.stat().st_mtime_ns for path in folder.glob("sounds/0*.json")}
    assert 4 <= len(done) < 24
    assert not (folder / "reel.otio").exists()
    result = run(tiny_pack, *words).result
    assert sum(not entry["fresh"] for entry in result["results"]) == len(done)
    now = {path.name: path.stat().st_mtime_ns for path in folder.glob("sounds/0*.json")}
    assert now.items() >= done.items()
    assert sums(folder) == sums(sounded)
    assert not list((folder / "sounds").glob(".*"))


def test_a_damaged_sound_is_made_again(sound: Sound, reel: Path, tmp_path: Path) -> None:
    sound(reel, "-o", tmp_path / "out", "--track", "Top", "--seed", "5")
    whole = sums(tmp_path / "out")
    victim = tmp_path / "out" / "sounds" / "0011_dog_effects.wav"
    victim.write_bytes(victim.read_bytes()[:-100])
    result = sound(reel, "-o", tmp_path / "out", "--track", "Top", "--seed", "5")
    assert [entry["fresh"] for entry in result["results"]] == [True, False, False, False]
    assert sums(tmp_path / "out") == whole


def test_the_plan_is_shown_and_nothing_is_written(sound: Sound, reel: Path, tmp_path: Path) -> None:
    plan = sound(reel, "-o", tmp_path / "out", "--plan")
    assert not (tmp_path / "out").exists()
    assert len(plan["clips"]) == 24
    fast = next(clip for clip in plan["clips"] if clip["number"] == 5)
    assert (fast["name"], fast["at"], fast["speed"]) == ("fast dog", "01:00:06:23", "2")
    assert (plan["start"], plan["rate"], plan["frames"]) == ("01:00:00:00", "24000/1001", 301)
    assert plan["estimate"] > 0


@needs_melt
def test_handles_lie_around_a_clip_and_are_not_heard(
    sound: Sound, reel: Path, tmp_path: Path
) -> None:
    words = ("--track", "Top", "--seed", "5", "--handles", "0.25", "--stems", "effects")
    result = sound(reel, "-o", tmp_path / "out", *words)
    assert [entry["samples"] for entry in result["results"]] == [32 * FRAME, 24 * FRAME]
    timeline = otio.adapters.read_from_file(result["timelines"]["otio"])
    (heard,) = rendered(timeline, tmp_path)
    assert len(heard) == 163 * FRAME
    assert (
        time_reference(tmp_path / "out" / "sounds" / "0011_dog_effects.wav") == (HOUR + 94) * FRAME
    )
    # Inside a file melt seeks to a few milliseconds, so this is to the frame.
    loudness = np.abs(heard).reshape(-1, 2 * FRAME).max(axis=1)
    assert loudness[101:104].max() > 3 * loudness[100]
    assert not heard[: 100 * FRAME].any()
    assert not heard[120 * FRAME : 151 * FRAME].any()


def test_the_edit_itself_is_never_replaced(reel: Path, tiny_pack: Path, tmp_path: Path) -> None:
    shutil.copy(reel, tmp_path)
    done = run(tiny_pack, "timeline", tmp_path / "reel.otio", "-o", tmp_path, "--pack", "tiny")
    assert done.code == 2
    assert "would be replaced" in done.stderr
    assert (tmp_path / "reel.otio").read_bytes() == reel.read_bytes()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "-o DIR is missing"),
        (("--plan", "--handles", "-1"), "not a number of seconds"),
        (("--plan", "--stem", "dialogue"), "makes no dialogue"),
        (("--plan", "--clips", "4-2"), "neither a clip's number nor a range"),
        (("--plan", "--clips", "13"), "Nothing in reel"),
        (("--plan", "--track", "none"), "no picture track none"),
    ],
)
def test_what_makes_no_sense_is_refused_before_the_work(
    reel: Path, tiny_pack: Path, words: tuple[str, ...], reason: str
) -> None:
    done = run(tiny_pack, "timeline", reel, *words, "--pack", "tiny")
    assert done.code == 2
    assert reason in done.stderr
    assert "Traceback" not in done.stderr

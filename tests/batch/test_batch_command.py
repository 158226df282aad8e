"""`lumiphone batch`: folders in, takes and an index out, whatever interrupts it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.command_line import command, environment, run
from tests.flashes import GREY, flash_film

if TYPE_CHECKING:
    from tests.command_line import Lumiphone

pytestmark = pytest.mark.usefixtures("tiny_packs")


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """A folder with a dog, and a day's folder with another dog and a wall."""
    folder = tmp_path / "films"
    flash_film(folder)
    flash_film(folder / "day 2", flashes=(20,))
    flash_film(folder / "day 2", "wall.mp4", colour=GREY)
    return folder


@pytest.fixture
def batch(lumiphone: Lumiphone, films: Path, tmp_path: Path) -> Lumiphone:
    """Run `lumiphone batch films -o out --json` and return its object."""
    words = ("batch", films, "-o", tmp_path / "out", "--pack", "tiny", "--seed", "5")
    return lambda *more, code=0: lumiphone(*words, *more, code=code)


def made(result: dict[str, Any]) -> dict[str, int]:
    """How many takes of each clip were made."""
    return {entry["clip"]: len(entry["made"]) for entry in result["results"]}


def sounds(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("take-?.wav")}


def index(folder: Path) -> dict[str, dict[str, Any]]:
    data = json.loads((folder / "index.json").read_text("utf-8"))
    return {entry["clip"]: entry for entry in data["clips"]}


def test_takes_lie_as_the_clips_did_and_the_index_names_them(
    batch: Lumiphone, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = batch("--takes", "2")
    assert made(result) == {"dog.mp4": 2, "day 2/dog.mp4": 2, "day 2/wall.mp4": 2}
    assert sorted(sounds(out)) == [
        f"{clip}/take-{k}.wav" for clip in ("day 2/dog", "day 2/wall", "dog") for k in (1, 2)
    ]
    entries = index(out)
    assert [entry["state"] for entry in entries.values()] == ["done"] * 3
    for entry in entries.values():
        for take in entry["takes"]:
            assert (out / take["wav"]).is_file()
            assert (out / take["video"]).is_file()
    told = (out / "index.txt").read_text("utf-8")
    assert told.startswith("3 clips: 3 done, 0 not yet, 0 failed")
    assert "day 2/dog/take-2.wav  seed" in told


def test_clips_have_seeds_of_their_own(batch: Lumiphone, tmp_path: Path) -> None:
    batch()
    seeds = [entry["takes"][0]["seed"] for entry in index(tmp_path / "out").values()]
    assert len(set(seeds)) == 3


def test_a_second_run_makes_nothing_and_more_takes_are_added(
    batch: Lumiphone, tmp_path: Path
) -> None:
    batch()
    first = sounds(tmp_path / "out")
    assert sum(made(batch()).values()) == 0
    assert sounds(tmp_path / "out") == first
    assert made(batch("--takes", "2")) == {"dog.mp4": 1, "day 2/dog.mp4": 1, "day 2/wall.mp4": 1}
    assert sounds(tmp_path / "out").items() > first.items()
    assert [len(entry["takes"]) for entry in index(tmp_path / "out").values()] == [2, 2, 2]


def test_clips_that_come_later_or_change_are_made_and_no_others(
    batch: Lumiphone, films: Path
) -> None:
    batch()
    flash_film(films / "day 1", "new.mp4")
    flash_film(films, flashes=(3, 30))
    none = {"day 2/dog.mp4": 0, "day 2/wall.mp4": 0}
    assert made(batch()) == {"dog.mp4": 1, "day 1/new.mp4": 1, **none}


def test_prompts_come_from_a_file_and_what_they_change_is_made_again(
    batch: Lumiphone, tmp_path: Path
) -> None:
    batch()
    prompts = tmp_path / "prompts.csv"
    prompts.write_text("clip,prompt,negative\nday 2/*,rain,wind\n")
    assert made(batch("--prompts", prompts)) == {
        "dog.mp4": 0,
        "day 2/dog.mp4": 1,
        "day 2/wall.mp4": 1,
    }
    (take,) = index(tmp_path / "out")["day 2/dog.mp4"]["takes"]
    assert (take["wav"], take["heard"]) == ("day 2/dog/take-2.wav", "rain")


def finished(folder: Path) -> list[Path]:
    """Sidecars of finished takes; what is being made lies in hidden folders.

    os.walk passes over folders that go while it looks; a glob fails on them.
    """
    return [
        Path(place, name)
        for place, _, names in os.walk(folder)
        if not Path(place).name.startswith(".")
        for name in names
        if re.fullmatch(r"take-.*\.json", name)
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_after_a_kill_in_the_middle_the_next_run_loses_and_repeats_nothing(
    batch: Lumiphone, films: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    batch("--takes", "4")
    shutil.move(out, whole)
    fixed = ("batch", films, "-o", out, "--pack", "tiny", "--seed", "5", "--takes", "4")
    with subprocess.Popen(
        command(*fixed), env=environment(tiny_pack), stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and len(finished(out)) < 5:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    done = {path: path.stat().st_mtime_ns for path in finished(out)}
    assert 5 <= len(done) < 12
    assert sum(made(batch("--takes", "4")).values()) == 12 - len(done)
    assert all(path.stat().st_mtime_ns == written for path, written in done.items())
    assert sounds(out) == sounds(whole)
    assert not list(out.rglob(".*"))


def test_the_plan_says_what_and_how_long_and_writes_nothing(
    batch: Lumiphone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = batch("--takes", "3", "--plan")
    assert not (tmp_path / "out").exists()
    assert (plan["takes_to_make"], plan["seconds_to_make"]) == (9, 18.0)
    assert plan["estimate"] > 0
    batch()
    monkeypatch.setattr("engine.rehearsal.measured_pace", None)  # this job's own is better
    plan = batch("--takes", "3", "--plan")
    assert (plan["takes_to_make"], plan["takes_there"]) == (6, 3)
    assert plan["estimate"] > 0


def test_a_pace_in_words_in_the_index_stops_nothing(batch: Lumiphone, tmp_path: Path) -> None:
    batch()
    path = tmp_path / "out" / "index.json"
    whole = json.loads(path.read_text("utf-8"))
    pace = whole["pace"] | {"sound": "long", "seconds": "fast"}
    path.write_text(json.dumps(whole | {"pace": pace}), "utf-8")
    assert batch("--takes", "2", "--plan")["estimate"] > 0
    assert sum(made(batch("--takes", "2")).values()) == 3
    assert json.loads(path.read_text("utf-8"))["pace"]["seconds"] > 0


def test_a_clip_that_cannot_be_sounded_stops_nothing(
    batch: Lumiphone, films: Path, tmp_path: Path
) -> None:
    (films / "broken.mp4").write_bytes(b"\0" * 2000)
    result = batch(code=2)
    assert made(result)["broken.mp4"] == 0
    assert sum(made(result).values()) == 3
    entry = index(tmp_path / "out")["broken.mp4"]
    assert entry["state"] == "failed"
    assert "cannot be read as video" in entry["why"]
    flash_film(films, "broken.mp4")
    assert made(batch())["broken.mp4"] == 1
    assert index(tmp_path / "out")["broken.mp4"]["state"] == "done"


def test_a_clip_that_breaks_off_stops_nothing_though_it_is_the_first(
    batch: Lumiphone, films: Path
) -> None:
    whole = flash_film(films, "a.mkv", frames=500)
    data = bytearray(whole.read_bytes())
    data[len(data) // 10 : -2000] = bytes(len(data) - len(data) // 10 - 2000)
    whole.write_bytes(data)
    result = batch("--no-video", code=2)
    assert made(result) == {"a.mkv": 0, "dog.mp4": 1, "day 2/dog.mp4": 1, "day 2/wall.mp4": 1}


def test_a_take_that_was_damaged_or_deleted_is_made_again(batch: Lumiphone, tmp_path: Path) -> None:
    batch()
    whole = sounds(tmp_path / "out")
    damaged, deleted = (tmp_path / "out" / name / "take-1.wav" for name in ("dog", "day 2/wall"))
    damaged.write_bytes(damaged.read_bytes()[:-100])
    deleted.unlink()
    assert made(batch()) == {"dog.mp4": 1, "day 2/dog.mp4": 0, "day 2/wall.mp4": 1}
    again = sounds(tmp_path / "out")
    assert again["dog/take-2.wav"] == whole["dog/take-1.wav"]


def test_another_form_of_delivery_is_another_take(batch: Lumiphone) -> None:
    batch("--no-video", "--loudness", "r128")
    assert sum(made(batch("--no-video", "--loudness", "r128")).values()) == 0
    assert sum(made(batch("--no-video")).values()) == 3
    assert sum(made(batch()).values()) == 3
    assert sum(made(batch("--no-video")).values()) == 0


def test_stems_are_files_of_their_own_and_missed_when_one_is_gone(
    batch: Lumiphone, tmp_path: Path
) -> None:
    words = ("--stems", "effects,score")
    batch(*words)
    (take,) = index(tmp_path / "out")["dog.mp4"]["takes"]
    assert set(take["stems"]) == {"effects", "score"}
    assert sum(made(batch(*words)).values()) == 0
    (tmp_path / "out" / take["stems"]["score"]).unlink()
    assert made(batch(*words)) == {"dog.mp4": 1, "day 2/dog.mp4": 0, "day 2/wall.mp4": 0}


def test_results_inside_the_folder_are_none_of_its_clips(films: Path, tiny_pack: Path) -> None:
    words = ("batch", films, "-o", films / "sound", "--pack", "tiny", "--json")
    for takes in (3, 0):
        done = run(tiny_pack, *words)
        assert done.code == 0, done.stderr
        assert sum(made(done.result).values()) == takes


def test_a_folder_without_films_is_bad_input(tiny_pack: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no film")
    done = run(tiny_pack, "batch", tmp_path, "-o", tmp_path / "out")
    assert done.code == 2
    assert "holds no films" in done.stderr

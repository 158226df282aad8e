"""`lumiphone farm`: an edit as a job that a farm takes, and `openjd run` carries out here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine.cli import main
from tests.command_line import command, environment, run

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.usefixtures("tiny_packs")

PROMPT = 'a "heavy" {{Param.Door}} & more'


def openjd(packs: Path, *words: str | Path) -> str:
    """Run Open Job Description's own program."""
    done = subprocess.run(
        [sys.executable, "-m", "openjd", *map(str, words)],
        env=environment(packs),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def starter(folder: Path) -> Path:
    """A program as a farm's machines have it."""
    path = folder / "lumiphone"
    words = " ".join(f"'{word}'" for word in command())
    path.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    path.chmod(0o755)
    return path


def bundle(
    capsys: pytest.CaptureFixture[str], edit: Path, job: Path, *words: str | Path, code: int = 0
) -> dict[str, Any]:
    """Run `lumiphone farm ... --json` and return its object."""
    ended = main([*map(str, ("farm", edit, "-o", job, "--pack", "tiny", *words)), "--json"])
    output = capsys.readouterr()
    assert ended == code, output.err
    data: dict[str, Any] = json.loads(output.out.splitlines()[-1])
    return data


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def steps(job: dict[str, Any]) -> Sequence[dict[str, Any]]:
    found: Sequence[dict[str, Any]] = json.loads(Path(job["template"]).read_text("utf-8"))["steps"]
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script starts the program")
def test_three_chunks_of_a_farm_give_byte_for_byte_what_one_plain_run_gives(
    capsys: pytest.CaptureFixture[str], reel: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    wish = ("--seed", "5", "--prompt", PROMPT, "--handles", "0.1", "--prompt", f"effects={PROMPT}")
    job = bundle(capsys, reel, tmp_path / "job", "--to", out, "--command", starter(tmp_path), *wish)
    said = openjd(tiny_pack, *job["command"][1:])
    assert [f"Clips(CHUNK[INT]) = {part}" in said for part in ("1-4", "5-8", "9-12")] == [True] * 3
    assert said.count("8 sounds made") == job["tasks"] == 3  # 4 clips, 2 stems
    assert "0 sounds made, 24 were there already" in said
    farmed = out.rename(tmp_path / "farmed")
    plain = run(tiny_pack, "timeline", reel, "-o", out, "--pack", "tiny", *wish)
    assert plain.code == 0, plain.stderr
    assert files(farmed) == files(out)
    assert len(files(out)) == 2 * 24 + 4  # sounds with sidecars, two indices, two edits


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script starts the program")
def test_the_job_needs_no_parameters_and_keeps_the_edit_it_was_made_from(
    capsys: pytest.CaptureFixture[str], reel: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    edit = tmp_path / "moved" / "reel.otio"
    edit.parent.mkdir()
    # Films that are named from the edit's own folder, and an edit that changes later.
    films = ((str(reel.with_name(name)), f"../films/{name}") for name in ("dog.mp4", "wall.mp4"))
    text = reel.read_text("utf-8")
    for absolute, relative in films:
        text = text.replace(absolute, relative)
    edit.write_text(text, "utf-8")
    shutil.copytree(reel.parent, tmp_path / "films")
    prompts = tmp_path / "words.csv"
    prompts.write_text("clip,prompt\ndog,bark\n")
    words = ("--command", starter(tmp_path), "--prompts", prompts, "--clips", "11-12")
    job = bundle(capsys, edit, tmp_path / "job", *words)
    edit.unlink()
    prompts.unlink()
    openjd(tiny_pack, "run", job["template"], "--step", "Assemble", "--run-dependencies")
    done = json.loads((tmp_path / "job" / "result" / "index.json").read_text("utf-8"))
    assert [entry["number"] for entry in done["results"]] == [11, 11, 12, 12]


def test_the_edit_itself_is_never_replaced(capsys: pytest.CaptureFixture[str], reel: Path) -> None:
    before = reel.read_bytes()
    job = bundle(capsys, reel, reel.parent, code=2)
    assert "would be replaced" in job["error"]["what"]
    assert reel.read_bytes() == before


def test_the_job_passes_open_job_descriptions_own_check(
    capsys: pytest.CaptureFixture[str], reel: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    prompts = tmp_path / "prompts.csv"
    prompts.write_text("clip,prompt\ndog,bark\n")
    more = ("--prompts", prompts, "--media", tmp_path, "--guidance", "cues=2", "--negative", "wind")
    job = bundle(capsys, reel, tmp_path / "job", *more, "--clips", "2,4-8")
    assert "passes validation" in openjd(tiny_pack, "check", job["template"])
    summary = openjd(
        tiny_pack,
        *("summary", job["template"], "--job-param", job["parameters"]),
        "--output",
        "json",
    )
    assert json.loads(summary)["total_steps"] == 2
    assert job["tasks"] == 3  # 2, 4-7, 8


def test_chunks_ask_for_a_gpu_unless_told_not_to_and_assembling_never_does(
    capsys: pytest.CaptureFixture[str], reel: Path, tmp_path: Path
) -> None:
    sound, assemble = steps(bundle(capsys, reel, tmp_path / "a"))
    assert sound["hostRequirements"]["amounts"] == [{"name": "amount.worker.gpu", "min": 1}]
    assert "hostRequirements" not in assemble
    assert assemble["dependencies"] == [{"dependsOn": sound["name"]}]
    sound, _ = steps(bundle(capsys, reel, tmp_path / "b", "--no-gpu"))
    assert "hostRequirements" not in sound


def test_deadline_cloud_finds_values_and_files_beside_the_template(
    capsys: pytest.CaptureFixture[str], reel: Path, tmp_path: Path
) -> None:
    bundle(capsys, reel, tmp_path / "job", "--seed", "7")
    values = json.loads((tmp_path / "job" / "parameter_values.json").read_text("utf-8"))
    named = {entry["name"]: entry["value"] for entry in values["parameterValues"]}
    copy = tmp_path / "job" / "reel.otio"
    assert (named["Edit"], named["Seed"], named["Clips"]) == (str(copy), 7, "1-12")
    references = json.loads((tmp_path / "job" / "asset_references.json").read_text("utf-8"))
    found = references["assetReferences"]
    assert found["inputs"]["filenames"] == [
        str(reel.with_name(f"{n}.mp4")) for n in ("dog", "wall")
    ]
    assert found["outputs"]["directories"] == [str(tmp_path / "job" / "result")]


def test_a_prompt_that_farms_do_not_take_is_refused(
    capsys: pytest.CaptureFixture[str], reel: Path, tmp_path: Path
) -> None:
    job = bundle(capsys, reel, tmp_path / "job", "--prompt", "rain " * 300, code=2)
    assert "--prompts FILE" in job["error"]["remedy"]
    assert not (tmp_path / "job").exists()


def test_parts_made_side_by_side_must_share_a_seed(
    tiny_pack: Path, reel: Path, tmp_path: Path
) -> None:
    done = run(tiny_pack, "timeline", reel, "-o", tmp_path, "--sounds-only", "--pack", "tiny")
    assert done.code == 2
    assert "Give all parts the same: --seed" in done.stderr

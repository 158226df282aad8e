from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from engine import __version__
from engine.cli import main
from engine.cues import CueSheet
from tests.flashes import GREY, flash_film

if TYPE_CHECKING:
    from pathlib import Path

Lumiphone: TypeAlias = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(autouse=True)
def _packs(tiny_pack: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tiny_pack))
    monkeypatch.setattr("engine.packs.registry.BUNDLED", tmp_path / "nothing")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return flash_film(tmp_path)


@pytest.fixture
def lumiphone(capsys: pytest.CaptureFixture[str]) -> Lumiphone:
    """Run the command line with --json and return exit code and object."""

    def run(*words: str | Path) -> tuple[int, dict[str, Any]]:
        code = main([*map(str, words), "--json"])
        (line,) = capsys.readouterr().out.splitlines()
        return code, json.loads(line)

    return run


def test_cues_prints_the_sheet_that_generate_takes_back(
    lumiphone: Lumiphone, film: Path, tmp_path: Path
) -> None:
    code, sheet = lumiphone("cues", film)
    assert code == 0
    assert sheet.keys() == {"rate", "events", "curves"}
    assert all(event.keys() == {"seconds", "strength", "kind"} for event in sheet["events"])
    assert len(sheet["curves"]["energy"]) == 50
    path = tmp_path / "cues.json"
    path.write_text(json.dumps(sheet), "utf-8")
    code, _ = lumiphone("generate", film, "-o", tmp_path / "takes", "--cues", path)
    assert code == 0
    assert CueSheet.load(tmp_path / "takes" / "dog" / "cues.json") == CueSheet.load(path)


def test_cues_writes_a_file_too(lumiphone: Lumiphone, film: Path, tmp_path: Path) -> None:
    path = tmp_path / "sheet.json"
    _, sheet = lumiphone("cues", film, "-o", path, "--start", "1.0")
    assert json.loads(path.read_text("utf-8")) == sheet
    impacts = [event["seconds"] for event in sheet["events"] if event["kind"] == "impact"]
    assert impacts == pytest.approx([0.4], abs=0.03)


def test_cues_are_a_list_to_a_person(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cues", str(film)]) == 0
    assert "impact" in capsys.readouterr().out
    still = flash_film(tmp_path, "still.mp4", flashes=())
    assert main(["cues", str(still)]) == 0
    assert "No event" in capsys.readouterr().out


def test_suggest_says_what_is_seen(lumiphone: Lumiphone, film: Path) -> None:
    code, seen = lumiphone("suggest", film)
    assert code == 0
    assert seen["suggested_prompt"] == "a dog barking"
    assert seen["mood"].endswith(" music")
    assert seen["labels"][0]["label"] == "dog"
    assert 0 < seen["labels"][0]["probability"] <= 1


def test_suggest_admits_that_it_recognises_nothing(lumiphone: Lumiphone, tmp_path: Path) -> None:
    code, seen = lumiphone("suggest", flash_film(tmp_path, "grey.mp4", colour=GREY))
    assert (code, seen["suggested_prompt"]) == (0, "")


def test_packs_are_listed_shown_and_verified(lumiphone: Lumiphone, tiny_pack: Path) -> None:
    code, listing = lumiphone("packs", "list")
    assert code == 0
    assert [pack["id"] for pack in listing["packs"]] == ["tiny"]
    code, shown = lumiphone("packs", "show", "tiny")
    assert (code, shown["folder"]) == (0, str(tiny_pack / "tiny"))
    assert shown["manifest"]["licence"]["name"] == "CC0-1.0"
    assert lumiphone("packs", "verify") == (0, {"verified": ["tiny"]})
    assert lumiphone("packs", "verify", "tiny") == (0, {"verified": ["tiny"]})


def test_packs_are_shown_to_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["packs", "list"], ["packs", "show", "tiny"], ["packs", "verify"]):
        assert main(words) == 0
        assert "tiny" in capsys.readouterr().out


def test_doctor_finds_a_machine_that_can_make_sound(lumiphone: Lumiphone, tiny_pack: Path) -> None:
    code, found = lumiphone("doctor")
    assert (code, found["healthy"]) == (0, True)
    assert not any(problem["fatal"] for problem in found["problems"])
    assert found["program"] == __version__
    assert found["packs"] == [
        {"id": "tiny", "folder": str(tiny_pack / "tiny"), "whole": True},
    ]
    assert all(found["libraries"].values())
    assert "cpu" in found["providers"]


def test_doctor_says_how_to_get_a_pack(
    lumiphone: Lumiphone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tmp_path / "empty"))
    code, found = lumiphone("doctor")
    assert (code, found["healthy"]) == (3, False)
    (problem,) = found["problems"]
    assert "lumiphone-base" in problem["what"]
    assert str(tmp_path / "empty") in problem["remedy"]


def test_doctor_finds_a_pack_that_was_cut_short(
    lumiphone: Lumiphone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_pack: Path
) -> None:
    packs = shutil.copytree(tiny_pack, tmp_path / "packs")
    graph = packs / "tiny" / "velocity.onnx"
    graph.write_bytes(graph.read_bytes()[:-1])
    monkeypatch.setenv("LUMIPHONE_PACKS", str(packs))
    code, found = lumiphone("doctor")
    assert (code, found["packs"][0]["whole"]) == (3, False)
    assert any(str(graph) in problem["what"] for problem in found["problems"])


def test_doctor_names_a_library_that_cannot_be_imported(
    lumiphone: Lumiphone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    code, found = lumiphone("doctor")
    assert (code, found["libraries"]["cv2"]) == (3, None)
    assert "opencv-python-headless" in found["problems"][0]["remedy"]


def test_doctor_speaks_to_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    assert "All is well." in capsys.readouterr().out


def test_bench_measures_every_stage_cold_and_warm(lumiphone: Lumiphone, film: Path) -> None:
    code, figures = lumiphone("bench", "--clip", film, "--pack", "tiny", "--device", "cpu")
    assert code == 0
    assert (figures["clip_seconds"], figures["clip_size"]) == (2, [64, 48])
    for run in (figures["cold"], figures["warm"]):
        stages = {"decode", "motion", "scene", "sampler", "decoder", "finish", "write"}
        assert stages <= run["stages"].keys()
        assert 0 < sum(run["stages"].values()) < run["total"]
    assert figures["cold"]["total"] > figures["warm"]["total"]
    assert figures["peak_bytes"] is None or 2e7 < figures["peak_bytes"] < 2e9


def test_bench_measures_a_take_with_words(lumiphone: Lumiphone, film: Path) -> None:
    words = ("--prompt", "rain falling")
    code, figures = lumiphone("bench", "--clip", film, "--pack", "tiny", "--device", "cpu", *words)
    assert code == 0
    assert figures["cold"]["stages"]["text"] > 0


def test_bench_makes_its_own_film(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--pack", "tiny"]) == 0
    shown = capsys.readouterr().out
    assert "8 s, 1280x720" in shown
    assert "sampler" in shown
    assert "peak memory" in shown


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"lumiphone {__version__}\n"

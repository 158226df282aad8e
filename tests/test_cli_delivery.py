"""Delivery from the command line: Broadcast Wave, loudness, names, and what made a file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
import pyloudnorm
import pytest
import soundfile

from engine.cli import main
from engine.commands.arguments import LOUDNESS_TARGETS
from engine.media.programme_loudness import TARGETS
from tests.flashes import flash_film

Lumiphone: TypeAlias = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def _packs(tiny_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tiny_pack))


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Two seconds with timecode 01:00:00:00."""
    made = flash_film(tmp_path / "films")
    coded = made.with_name("shot.mov")
    with av.open(made) as source, av.open(coded, "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0], opaque=True)
        stream.metadata["timecode"] = "01:00:00:00"
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    return coded


@pytest.fixture
def lumiphone(capsys: pytest.CaptureFixture[str]) -> Lumiphone:
    """Run a command with --json and return its object; it must end with the given code."""

    def run(*words: str | Path, code: int = 0) -> dict[str, Any]:
        ended = main([*map(str, words), "--json"])
        output = capsys.readouterr()
        assert ended == code, output.err
        data: dict[str, Any] = json.loads(output.out.splitlines()[-1])
        return data

    return run


@pytest.fixture
def generate(lumiphone: Lumiphone, tmp_path: Path) -> Lumiphone:
    words = ("generate", "-o", tmp_path / "takes", "--pack", "tiny", "--seed", "3")
    return lambda *more, code=0: lumiphone(*words, *more, code=code)


def sound(path: str | Path) -> Any:  # noqa: ANN401 - an array
    return soundfile.read(path, dtype="int32")[0]


def test_a_broadcast_wave_begins_at_the_stretchs_timecode(generate: Lumiphone, film: Path) -> None:
    take = generate(film, "--wav-format", "bwf", "--start", "10f", "--prompt", "a bell")["takes"][0]
    with av.open(take["wav"]) as container:
        tags = dict(container.metadata)
    assert int(tags["time_reference"]) == (3600 + Fraction(10, 25)) * 48_000
    assert tags["comment"] == "a bell"
    assert soundfile.info(take["wav"]).frames == take["samples"]


def test_a_broadcast_wave_has_the_samples_of_the_plain_one(generate: Lumiphone, film: Path) -> None:
    plain, broadcast = (
        generate(film, "--wav-format", form, "--no-video")["takes"][0]["wav"]
        for form in ("wav", "bwf")
    )
    assert (sound(plain) == sound(broadcast)).all()


@pytest.mark.parametrize("form", ["wav", "bwf"])
def test_a_mix_comes_to_its_target(generate: Lumiphone, film: Path, form: str) -> None:
    take = generate(film, "--loudness", "r128", "--wav-format", form)["takes"][0]
    samples, rate = soundfile.read(take["wav"])
    assert pyloudnorm.Meter(rate).integrated_loudness(samples) == pytest.approx(-23, abs=0.5)
    told = json.loads(Path(take["sidecar"]).read_text("utf-8"))
    assert told["loudness_target"] == "r128"
    assert told["loudness"]["integrated"] == pytest.approx(-23, abs=0.5)


def test_every_target_can_be_asked_for() -> None:
    assert set(LOUDNESS_TARGETS) == set(TARGETS)


def test_without_a_target_the_level_is_the_models(generate: Lumiphone, film: Path) -> None:
    take = generate(film)["takes"][0]
    assert "loudness" not in json.loads(Path(take["sidecar"]).read_text("utf-8"))


def test_netflixs_dialogue_gate_is_said_to_be_missing(generate: Lumiphone, film: Path) -> None:
    (warning,) = [
        text for text in generate(film, "--loudness", "netflix")["warnings"] if "Netflix" in text
    ]
    assert "no dialogue gate" in warning


def test_ucs_names_tell_takes_apart(generate: Lumiphone, film: Path) -> None:
    takes = generate(
        *(film, "--takes", "2", "--ucs", "DOORWood_LUMI_SHOW", "--prompt", "knock on wood")
    )["takes"]
    names = [Path(take["wav"]).name for take in takes]
    assert names == [
        "DOORWood_Knock On Wood 01_LUMI_SHOW.wav",
        "DOORWood_Knock On Wood 02_LUMI_SHOW.wav",
    ]
    assert json.loads(Path(takes[0]["sidecar"]).read_text("utf-8"))["wav"] == names[0]


def test_a_wav_whose_sidecar_is_gone_is_not_overwritten(generate: Lumiphone, film: Path) -> None:
    words = (film, "--no-video", "--ucs", "DOORWood_LUMI_SHOW", "--prompt", "knock")
    first = generate(*words)["takes"][0]
    Path(first["sidecar"]).unlink()
    before = Path(first["wav"]).read_bytes()
    second = generate(*words)["takes"][0]
    assert Path(second["wav"]).name == "DOORWood_Knock 02_LUMI_SHOW.wav"
    assert Path(first["wav"]).read_bytes() == before


def test_a_ucs_name_of_another_form_is_bad_input(generate: Lumiphone, film: Path) -> None:
    error = generate(film, "--ucs", "door", code=2)["error"]
    assert "CatID_CreatorID_SourceID" in error["what"]


@pytest.mark.parametrize("container", ["mp4", "mov", "mkv"])
def test_a_video_alone_says_what_made_it(
    generate: Lumiphone, lumiphone: Lumiphone, film: Path, tmp_path: Path, container: str
) -> None:
    take = generate(film, "--container", container, "--prompt", "Tür")["takes"][0]
    alone = Path(shutil.copy(take["video"], tmp_path / f"alone.{container}"))
    facts = lumiphone("inspect", alone)["facts"]
    assert (facts["seed"], facts["prompt"], facts["clip"]["path"]) == (3, "Tür", "shot.mov")
    with av.open(alone) as opened:
        tags = {name.lower(): text for name, text in opened.metadata.items()}
    assert tags["comment"] == "Sound generated by Lumiphone (tiny, seed 3)"


def test_a_broadcast_wave_alone_says_what_made_it_and_is_made_again(
    generate: Lumiphone, lumiphone: Lumiphone, film: Path, tmp_path: Path
) -> None:
    words = ("--wav-format", "bwf", "--start", "5f", "--loudness", "r128", "--guidance", "cues=2")
    take = generate(film, *words, "--no-video")["takes"][0]
    alone = Path(shutil.copy(take["wav"], tmp_path / "alone.wav"))
    shutil.rmtree(tmp_path / "takes")
    assert lumiphone("inspect", alone)["command"][:2] == ["lumiphone", "inspect"]
    again = lumiphone("inspect", alone, "--again", tmp_path / "again", "--clip", film)["again"]
    assert (sound(again["wav"]) == sound(alone)).all()


def test_a_plain_take_is_made_again_from_its_sidecar_with_cues_given_by_hand(
    generate: Lumiphone, lumiphone: Lumiphone, film: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "mine.json"
    sheet.write_text(json.dumps({"rate": "25", "events": [{"seconds": 0.5}]}), "utf-8")
    take = generate(film, "--cues", sheet)["takes"][0]
    sheet.unlink()
    for file in (take["wav"], take["sidecar"], take["video"]):
        again = lumiphone("inspect", file, "--again", tmp_path / "again")["again"]
        assert (sound(again["wav"]) == sound(take["wav"])).all()


def test_a_retimed_span_is_made_again(
    generate: Lumiphone, lumiphone: Lumiphone, film: Path, tmp_path: Path
) -> None:
    sidecar = Path(generate(film, "--no-video")["takes"][0]["sidecar"])
    facts = json.loads(sidecar.read_text("utf-8"))
    facts["span"] |= {"frames": 20, "rate": "24000/1001", "speed": "2"}
    sidecar.write_text(json.dumps(facts), "utf-8")
    again = lumiphone("inspect", sidecar, "--again", tmp_path / "again")["again"]
    assert again["samples"] == round(20 * Fraction(1001, 24_000) * 48_000)


def test_another_clip_is_not_sounded_in_its_place(
    generate: Lumiphone, lumiphone: Lumiphone, film: Path, tmp_path: Path
) -> None:
    take = generate(film)["takes"][0]
    other = flash_film(tmp_path, "other.mp4", flashes=(20,))
    words = ("inspect", take["wav"], "--again", tmp_path / "again", "--clip", other)
    assert "not the clip" in lumiphone(*words, code=2)["error"]["what"]


def test_a_pack_of_other_contents_is_refused(
    generate: Lumiphone, lumiphone: Lumiphone, film: Path, tmp_path: Path
) -> None:
    sidecar = Path(generate(film)["takes"][0]["sidecar"])
    facts = json.loads(sidecar.read_text("utf-8"))
    facts["pack"]["sha256"] = "0" * 64
    sidecar.write_text(json.dumps(facts), "utf-8")
    words = ("inspect", sidecar, "--again", tmp_path / "again")
    assert lumiphone(*words, code=2)["error"]["code"] == "bad_pack"


@pytest.mark.parametrize("name", ["x.wav", "x.mp4", "x.json", "missing.wav"])
def test_files_of_others_are_bad_input(lumiphone: Lumiphone, tmp_path: Path, name: str) -> None:
    soundfile.write(tmp_path / "x.wav", np.zeros(10), 48_000)
    flash_film(tmp_path, "x.mp4")
    (tmp_path / "x.json").write_text('{"schema": 1}', "utf-8")
    assert lumiphone("inspect", tmp_path / name, code=2)["error"]["code"] == "bad_input"


@pytest.mark.parametrize(
    "damage", [{"seed": "many"}, {"span": {"rate": "0/0"}}, {"prompt": 3}, {"cues": {"rate": -1}}]
)
def test_damaged_facts_are_bad_input(
    generate: Lumiphone,
    lumiphone: Lumiphone,
    film: Path,
    tmp_path: Path,
    damage: dict[str, object],
) -> None:
    sidecar = Path(generate(film, "--no-video")["takes"][0]["sidecar"])
    facts = json.loads(sidecar.read_text("utf-8"))
    sidecar.write_text(json.dumps(facts | damage), "utf-8")
    lumiphone("inspect", sidecar, "--again", tmp_path / "again", code=2)

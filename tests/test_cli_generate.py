from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import av
import pytest
import soundfile

from engine.cli import main
from engine.cues import CueSheet
from tests.flashes import GREY, flash_film

pytestmark = pytest.mark.usefixtures("tiny_packs")

TAKE_KEYS = {"number", "seed", "wav", "stems", "video", "sidecar", "samples", "sample_rate"}
RESULT_KEYS = {"takes", "cues", "suggested_prompt", "mood", "warnings"}
SOUNDS = ("ambience.wav", "effects.wav", "wav")

Generate: TypeAlias = Callable[..., dict[str, Any]]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return flash_film(tmp_path / "films")


@pytest.fixture
def generate(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Generate:
    """Run `lumiphone generate ... --json` into tmp_path/takes and return its object."""

    def run(*words: str | Path) -> dict[str, Any]:
        code = main(
            [*("generate", "-o", str(tmp_path / "takes"), "--pack", "tiny", "--json")]
            + [str(word) for word in words]
        )
        output = capsys.readouterr()
        assert (code, output.err) == (0, "")
        (line,) = output.out.splitlines()
        data: dict[str, Any] = json.loads(line)
        return data

    return run


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def packets(path: Path) -> list[bytes]:
    with av.open(path) as container:
        stream = container.streams.video[0]
        return [bytes(packet) for packet in container.demux(stream) if packet.size]


def codecs(path: Path) -> tuple[str, str]:
    with av.open(path) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        return video.codec_context.name, audio.codec_context.name


def test_a_take_is_a_wav_a_video_a_sidecar_and_the_cue_sheet(
    generate: Generate, film: Path, tmp_path: Path
) -> None:
    result = generate(film, "--seed", "7", "--takes", "2")
    assert result.keys() == RESULT_KEYS
    assert names(tmp_path / "takes") == [
        "dog/cues.json",
        *sorted(f"dog/take-{k}.{kind}" for k in (1, 2) for kind in ("json", "mp4", *SOUNDS)),
    ]
    first, second = result["takes"]
    assert first.keys() == TAKE_KEYS
    assert (first["seed"], second["seed"]) == (7, 8)
    assert (first["number"], second["number"]) == (1, 2)
    assert (first["samples"], first["sample_rate"]) == (96_000, 48_000)
    assert soundfile.info(first["wav"]).frames == 96_000
    assert result["suggested_prompt"] == "a dog barking"
    assert len(CueSheet.load(Path(result["cues"])).events) > 1


def test_the_video_has_the_clips_own_pictures_bit_for_bit(generate: Generate, film: Path) -> None:
    (take,) = generate(film)["takes"]
    assert packets(Path(take["video"])) == packets(film)
    assert codecs(Path(take["video"])) == ("h264", "aac")


def test_sound_in_the_video_can_be_pcm(generate: Generate, film: Path) -> None:
    (mov,) = generate(film, "--audio-codec", "pcm")["takes"]
    (mkv,) = generate(film, "--audio-codec", "pcm", "--container", "mkv")["takes"]
    assert [Path(take["video"]).name for take in (mov, mkv)] == ["take-1.mov", "take-2.mkv"]
    assert codecs(Path(mov["video"])) == codecs(Path(mkv["video"])) == ("h264", "pcm_s24le")


def test_no_video_is_written_where_none_is_wanted(
    generate: Generate, film: Path, tmp_path: Path
) -> None:
    (take,) = generate(film, "--no-video")["takes"]
    assert take["video"] is None
    assert names(tmp_path / "takes") == [
        "dog/cues.json",
        *sorted(f"dog/take-1.{kind}" for kind in ("json", *SOUNDS)),
    ]


def test_the_sidecar_says_what_was_asked_and_used(generate: Generate, film: Path) -> None:
    asked = ("--prompt", "rain", "--negative", "wind", "--seed", "3", "--steps", "5")
    (take,) = generate(film, *asked, "--guidance", "3", "--guidance", "cues=2")["takes"]
    sidecar = json.loads(Path(take["sidecar"]).read_text("utf-8"))
    assert sidecar["clip"]["path"] == str(film)
    assert len(sidecar["clip"]["sha256"]) == 64
    assert sidecar["span"] == {"rate": "25", "frames": 50, "media_start": "0", "speed": "1"}
    assert (sidecar["prompt"], sidecar["negative"]) == ("rain", "wind")
    assert sidecar["stems"]["effects"]["text_source"] == "prompt"
    assert (sidecar["seed"], sidecar["steps"]) == (3, 5)
    assert sidecar["guidance"] == {"text": 3, "cues": 2}
    assert sidecar["pack"]["id"] == "tiny"
    assert len(sidecar["pack"]["sha256"]) == 64
    assert sidecar["program"]["version"]
    assert (sidecar["wav"], sidecar["video"]) == ("take-1.wav", "take-1.mp4")


def test_one_seed_gives_the_same_file_again_and_numbers_go_on(
    generate: Generate, film: Path
) -> None:
    first = generate(film, "--seed", "7")
    second = generate(film, "--seed", "7")
    wavs = [Path(result["takes"][0]["wav"]) for result in (first, second)]
    assert [wav.name for wav in wavs] == ["take-1.wav", "take-2.wav"]
    assert wavs[0].read_bytes() == wavs[1].read_bytes()
    assert first["cues"] == second["cues"]


def test_a_stretch_is_measured_in_timecode(generate: Generate, film: Path) -> None:
    (take,) = generate(film, "--start", "00:00:00:10", "--end", "1.2")["takes"]
    assert take["samples"] == round(20 / 25 * 48_000)


def test_an_edited_cue_sheet_goes_back_in(generate: Generate, film: Path, tmp_path: Path) -> None:
    seen = generate(film, "--seed", "1")
    sheet = json.loads(Path(seen["cues"]).read_text("utf-8"))
    sheet["events"] = [{"seconds": 1.0, "strength": 1.0, "kind": "impact"}]
    edited = tmp_path / "edited.json"
    edited.write_text(json.dumps(sheet), "utf-8")
    followed = generate(film, "--seed", "1", "--cues", edited)
    assert Path(followed["cues"]).name == "cues-2.json"
    assert CueSheet.load(Path(followed["cues"])) == CueSheet.load(edited)
    wavs = [Path(result["takes"][0]["wav"]).read_bytes() for result in (seen, followed)]
    assert wavs[0] != wavs[1]
    sidecar = json.loads(Path(followed["takes"][0]["sidecar"]).read_text("utf-8"))
    assert sidecar["cues"] == CueSheet.load(edited).to_json()


def test_several_clips_share_one_object(generate: Generate, film: Path, tmp_path: Path) -> None:
    wall = flash_film(tmp_path / "films", "wall.mp4", flashes=(), colour=GREY)
    result = generate(film, wall, "--takes", "2", "--seed", "1")
    assert result.keys() == RESULT_KEYS | {"clips"}
    assert [Path(take["wav"]).parent.name for take in result["takes"]] == [
        *("dog", "dog", "wall", "wall")
    ]
    first, second = result["clips"]
    assert first.keys() == RESULT_KEYS | {"clip"}
    assert [first["clip"], second["clip"]] == [str(film), str(wall)]
    assert result["takes"] == first["takes"] + second["takes"]
    assert (result["cues"], result["suggested_prompt"]) == (
        first["cues"],
        first["suggested_prompt"],
    )
    assert result["warnings"][-1].startswith(f"{wall}: ")


def test_clips_of_one_name_do_not_meet(generate: Generate, film: Path, tmp_path: Path) -> None:
    other = flash_film(tmp_path / "others", flashes=(20,))
    third = flash_film(tmp_path / "others", "dog.mov", flashes=(30,))
    result = generate(film, other, third)
    folders = [Path(take["wav"]).parent for take in result["takes"]]
    assert len(set(folders)) == 3
    for clip, folder in zip((film, other, third), folders, strict=True):
        sidecar = json.loads((folder / "take-1.json").read_text("utf-8"))
        assert sidecar["clip"]["path"] == str(clip)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have text for names")
def test_a_clip_whose_name_is_no_text(generate: Generate, film: Path) -> None:
    odd = film.rename(film.parent / os.fsdecode(b"caf\xe9 \xf0\x9f\x90\x95.mp4"))
    (take,) = generate(odd)["takes"]
    sidecar = json.loads(Path(take["sidecar"]).read_text("utf-8"))
    assert sidecar["clip"]["path"] == str(odd)
    assert Path(take["video"]).is_file()


def test_a_person_is_told_where_the_takes_lie(
    capsys: pytest.CaptureFixture[str], film: Path, tmp_path: Path
) -> None:
    assert main(["generate", str(film), "-o", str(tmp_path / "takes"), "--pack", "tiny"]) == 0
    output = capsys.readouterr()
    assert f"{tmp_path / 'takes' / 'dog' / 'take-1.wav'}  (seed " in output.out
    assert "looks like: a dog barking" in output.out
    assert "lumiphone: " in output.err, "a film this small earns a warning"


def test_takes_can_be_made_without_naming_a_pack_when_there_is_only_one(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("engine.packs.registry.BUNDLED", tmp_path / "nothing")
    assert main(["generate", str(film), "-o", str(tmp_path / "takes"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["takes"]

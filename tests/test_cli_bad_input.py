"""What cannot be used: one line that names it and the remedy, the right exit code, nothing left."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from engine.cli import main
from tests.command_line import ROOT, Outcome, environment
from tests.flashes import flash_film

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def packs(tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a pack of the test's own to damage."""
    copy = shutil.copytree(tiny_pack, tmp_path / "packs")
    monkeypatch.setenv("LUMIPHONE_PACKS", str(copy))
    monkeypatch.setattr("engine.packs.registry.BUNDLED", tmp_path / "nothing")
    return copy


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return flash_film(tmp_path / "films")


@pytest.fixture
def fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, packs: Path
) -> Callable[..., dict[str, str]]:
    """Generate what must not work, check how it ends, and return the error object."""
    assert packs.is_dir()

    def run(*words: str | Path, code: int = 2) -> dict[str, str]:
        takes = tmp_path / "takes"
        ended = main(["generate", *map(str, words), "-o", str(takes), "--seed", "1", "--json"])
        output = capsys.readouterr()
        (line,), (said,) = output.out.splitlines(), output.err.splitlines()
        error: dict[str, str] = json.loads(line)["error"]
        assert ended == code
        assert error.keys() == {"code", "what", "remedy"}
        assert said == " ".join(f"lumiphone: {error['what']}. {error['remedy']}.".split())
        assert not takes.exists()
        return error

    return run


def sound_alone(path: Path) -> None:
    with av.open(path, "w") as container:
        stream = container.add_stream("aac", rate=48_000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.float32), "fltp", "mono")
        frame.sample_rate = 48_000
        container.mux([*stream.encode(frame), *stream.encode(None)])


def without_frames(path: Path) -> None:
    with av.open(path, "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()


def cut_short(path: Path) -> None:
    whole = flash_film(path.parent, "whole.mp4").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def absurdly_fast(path: Path) -> None:
    flash_film(path.parent, path.name, rate=Fraction(5000))


def text(path: Path) -> None:
    path.write_text("Dear diary,\ntoday I renamed this to .mp4.\n", "utf-8")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (sound_alone, "no video stream"),
        (without_frames, "cannot be read as video"),
        (cut_short, "cannot be read|cut short"),
        (absurdly_fast, "5000 pictures a second"),
        (text, "text file|no media file"),
        (Path.touch, "empty"),
        (Path.mkdir, "is a folder"),
        (lambda _path: None, "does not exist"),
    ],
    ids=["sound", "no frames", "truncated", "absurd rate", "text", "empty", "folder", "missing"],
)
def test_a_clip_that_cannot_be_used(
    fails: Callable[..., dict[str, str]],
    tmp_path: Path,
    make: Callable[[Path], None],
    says: str,
) -> None:
    clip = tmp_path / "clip.mp4"
    make(clip)
    error = fails(clip)
    assert error["code"] == "bad_media"
    assert str(clip) in error["what"]
    assert any(part in error["what"] for part in says.split("|"))


def test_one_bad_clip_among_good_ones_is_found_before_any_work(
    fails: Callable[..., dict[str, str]], film: Path, tmp_path: Path
) -> None:
    assert str(tmp_path / "gone.mp4") in fails(film, tmp_path / "gone.mp4")["what"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--prompt", "rain " * 2000], "10000 characters|9999 characters"),
        (["--negative", "x" * 10_000], "10000 characters"),
        (["--start", "noon"], "'noon'"),
        (["--start", "1.5", "--end", "1.0"], "no stretch"),
        (["--end", "99"], "no stretch"),
        (["--steps", "0"], "--steps"),
        (["--steps", "many"], "--steps"),
        (["--takes", "0"], "--takes"),
        (["--seed", "-1"], "--seed"),
        (["--guidance", "-1"], "--guidance"),
        (["--guidance", "salt=1"], "'salt'"),
        (["--device", "abacus"], "--device"),
        (["--container", "mp4", "--audio-codec", "pcm"], "MP4"),
        (["--nonsense"], "--nonsense"),
        (["--take", "2"], "--take"),
    ],
)
def test_a_setting_that_makes_no_sense(
    fails: Callable[..., dict[str, str]], film: Path, words: list[str], says: str
) -> None:
    error = fails(film, *words)
    assert error["code"] in {"bad_input", "bad_usage"}
    assert any(part in error["what"] for part in says.split("|"))


def test_one_cue_sheet_for_several_clips(
    fails: Callable[..., dict[str, str]], film: Path, tmp_path: Path
) -> None:
    assert "--cues" in fails(film, film, "--cues", tmp_path / "cues.json")["what"]


@pytest.mark.parametrize(
    "content", [None, "{", "[]", '{"events": [{"seconds": -1}]}', '{"rate": 0}', "\ud83d"]
)
def test_a_cue_sheet_that_is_none(
    fails: Callable[..., dict[str, str]], film: Path, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "cues.json"
    if content is not None:
        path.write_text(content, "utf-8", errors="surrogatepass")
    error = fails(film, "--cues", path)
    assert error["code"] == "bad_cues"
    assert "cues.json" in error["what"]


def edit_manifest(packs: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = packs / "tiny" / "pack.json"
    data = json.loads(path.read_text("utf-8"))
    change(data)
    path.write_text(json.dumps(data), "utf-8")


def test_a_pack_that_is_not_there(fails: Callable[..., dict[str, str]], film: Path) -> None:
    error = fails(film, "--pack", "nobody")
    assert error["code"] == "pack_not_found"
    assert "'nobody'" in error["what"]
    assert "LUMIPHONE_PACKS" in error["remedy"]


def test_no_pack_at_all(
    fails: Callable[..., dict[str, str]],
    film: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tmp_path / "empty"))
    assert fails(film)["code"] == "pack_not_found"


def test_a_pack_with_a_missing_file(
    fails: Callable[..., dict[str, str]], film: Path, packs: Path
) -> None:
    (packs / "tiny" / "decoder.onnx").unlink()
    error = fails(film)
    assert (error["code"], "decoder.onnx" in error["what"]) == ("bad_pack", True)


def test_a_pack_with_a_wrong_checksum(
    fails: Callable[..., dict[str, str]], film: Path, packs: Path
) -> None:
    path = packs / "tiny" / "velocity.onnx"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    error = fails(film)
    assert (error["code"], str(path) in error["what"]) == ("bad_pack", True)


def test_a_pack_whose_graph_has_another_signature(
    fails: Callable[..., dict[str, str]], film: Path, packs: Path
) -> None:
    def change(data: dict[str, Any]) -> None:
        data["graphs"]["velocity"]["outputs"]["velocity"]["type"] = "int64"

    edit_manifest(packs, change)
    error = fails(film)
    assert (error["code"], "velocity.onnx" in error["what"]) == ("bad_pack", True)


def test_a_pack_of_a_newer_schema(
    fails: Callable[..., dict[str, str]], film: Path, packs: Path
) -> None:
    edit_manifest(packs, lambda data: data.update(schema=2))
    error = fails(film, "--pack", "tiny")
    assert (error["code"], "schema 2" in error["what"]) == ("bad_pack", True)
    assert "Update Lumiphone" in error["remedy"]


def test_a_pack_that_fails_verification_is_named(
    packs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (packs / "tiny" / "LICENSE").write_text("XX0-1.0\n", "utf-8")
    for words in (["packs", "verify"], ["packs", "verify", "tiny"]):
        assert main(words) == 2
        output = capsys.readouterr()
        assert "tiny: damaged" in output.out
        assert "LICENSE" in output.err


@pytest.mark.skipif(sys.platform == "win32", reason="folder permissions work differently")
def test_a_folder_that_may_not_be_written(
    film: Path, packs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert packs.is_dir()
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    if os.geteuid() == 0:
        locked = Path("/sys")  # where not even root makes folders
    before = sorted(locked.iterdir())
    assert main(["generate", str(film), "-o", str(locked)]) == 2
    assert f"lumiphone: {locked / 'dog'} cannot be written" in capsys.readouterr().err
    assert sorted(locked.iterdir()) == before


def test_a_folder_that_is_a_file(
    film: Path, packs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert packs.is_dir()
    target = tmp_path / "notes.txt"
    target.write_text("mine")
    assert main(["generate", str(film), "-o", str(target)]) == 2
    assert str(target) in capsys.readouterr().err
    assert target.read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize("limit", [1_000, 300_000, 577_000])
def test_a_disk_that_takes_no_more(film: Path, packs: Path, tmp_path: Path, limit: int) -> None:
    """The system refuses larger files: in the sound (576 kB) or, at last, in the video."""
    set_limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));"
    done = _generate_after(set_limit, packs, film, tmp_path / "takes")
    assert done.code == 2
    assert done.result["error"]["code"] == "bad_output"
    assert str(tmp_path / "takes" / "dog" / "take-1.") in done.stderr
    assert not (tmp_path / "takes").exists()


def test_a_disk_that_is_full(film: Path, packs: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(disk)]
    if (
        not shutil.which("mount")
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("mounting a small disk needs root")
    try:
        done = _generate_after("", packs, film, disk / "takes")
        left = list(disk.iterdir())
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert done.code == 2
    assert "No space left on device" in done.stderr
    assert "Free some space" in done.result["error"]["remedy"]
    assert left == []


def _generate_after(before: str, packs: Path, film: Path, takes: Path) -> Outcome:
    """Generate in a process that first runs ``before``."""
    words = ["generate", film, "-o", takes, "--pack", "tiny", "--audio-codec", "pcm", "--json"]
    code = f"import sys; {before} from engine.cli import main; sys.exit(main({[*map(str, words)]}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(packs),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)

"""`lumiphone loudness`: measuring mixes, and bringing them to a delivery's loudness."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import av
import numpy as np
import pyloudnorm
import pytest
import soundfile

from engine.cli import main
from engine.media.bwf import BroadcastInfo, write_bwf
from tests.flashes import flash_film

if TYPE_CHECKING:
    from av.audio.stream import AudioStream

RATE = 48_000
Loudness: TypeAlias = Callable[..., dict[str, Any]]


@pytest.fixture
def loudness(capsys: pytest.CaptureFixture[str]) -> Loudness:
    """Run the command with --json and return its object; it must end with the given code."""

    def run(*words: str | Path, code: int = 0) -> dict[str, Any]:
        ended = main(["loudness", *map(str, words), "--json"])
        output = capsys.readouterr()
        assert ended == code, output.err
        data: dict[str, Any] = json.loads(output.out.splitlines()[-1])
        return data

    return run


def noise(level: float = 0.05, channels: int = 2) -> Any:  # noqa: ANN401 - an array
    """Four seconds of decaying bursts, which have a loudness range and peaks; [channels, n]."""
    count = 4 * RATE
    decay = np.exp(-3 * (np.arange(count) / RATE % 1))
    sound = np.random.default_rng(1).standard_normal((channels, count)) * decay * level
    return sound.astype(np.float32)


def sound_file(
    folder: Path, name: str = "mix.wav", *, level: float = 0.05, channels: int = 2
) -> Path:
    path = folder / name
    soundfile.write(path, noise(level, channels).T, RATE, subtype="PCM_24")
    return path


def film(folder: Path, *, codec: str = "pcm_s24le", suffix: str = "mov", later: float = 0) -> Path:
    """Four seconds of pictures with an impulse at 1 s, on a track that begins ``later``."""
    pictures = flash_film(folder / "pictures", frames=100)
    path = folder / f"film.{suffix}"
    samples = noise()
    samples[:, RATE] = 0.9
    samples = samples[:, round(later * RATE) :]
    with av.open(pictures) as source, av.open(path, "w") as target:
        video = target.add_stream_from_template(source.streams.video[0], opaque=True)
        video.metadata["timecode"] = "01:00:00:00"
        audio = cast("AudioStream", target.add_stream(codec, rate=RATE, layout="stereo"))
        target.metadata["title"] = "The film"
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = video
                target.mux(packet)
        for start in range(0, samples.shape[1], 1024):
            block = np.ascontiguousarray(samples[:, start : start + 1024])
            frame = av.AudioFrame.from_ndarray(block, "fltp", "stereo")
            frame.rate, frame.time_base = RATE, Fraction(1, RATE)
            frame.pts = round(later * RATE) + start
            target.mux(audio.encode(frame))
        target.mux(audio.encode(None))
    return path


def heard(path: Path) -> Any:  # noqa: ANN401 - an array
    """All samples of a film's sound, [n, 2], padded to where the pictures begin."""
    with av.open(path) as container:
        frames = list(container.decode(audio=0))
    first = round((frames[0].time or 0) * RATE)
    convert = av.AudioResampler("fltp", "stereo", RATE)
    blocks = [block.to_ndarray() for frame in frames for block in convert.resample(frame)]
    return np.pad(np.concatenate(blocks, axis=1), ((0, 0), (first, 0))).T


def peak(samples: Any) -> int:  # noqa: ANN401 - an array
    return int(np.abs(samples[:, 0]).argmax())


def packets(path: Path) -> list[bytes]:
    with av.open(path) as container:
        stream = container.streams.video[0]
        return [bytes(packet) for packet in container.demux(stream) if packet.size]


def lufs(samples: Any) -> float:  # noqa: ANN401 - an array
    return float(pyloudnorm.Meter(RATE).integrated_loudness(np.asarray(samples, np.float64)))


def test_it_shows_what_another_meter_shows(loudness: Loudness, tmp_path: Path) -> None:
    wav, flac = sound_file(tmp_path), sound_file(tmp_path, "loud.flac", level=0.2)
    result = loudness(wav, flac)
    for entry, path in zip(result["files"], (wav, flac), strict=True):
        samples, _ = soundfile.read(path)
        assert entry["loudness"]["integrated"] == pytest.approx(lufs(samples), abs=0.1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["loud.flac", "mix.wav"]


@pytest.mark.parametrize(
    ("target", "wanted"), [("r128", -23), ("a85", -24), ("netflix", -27), ("streaming", -14)]
)
def test_a_mix_comes_to_its_target_as_broadcast_wave(
    loudness: Loudness, tmp_path: Path, target: str, wanted: float
) -> None:
    out = tmp_path / "out.wav"
    (entry,) = loudness(sound_file(tmp_path), "--target", target, "-o", out)["files"]
    samples, rate = soundfile.read(out)
    assert (len(samples), rate) == (4 * RATE, RATE)
    assert soundfile.info(out).subtype == "PCM_24"
    assert lufs(samples) == pytest.approx(wanted, abs=0.5)
    assert entry["loudness_written"]["integrated"] == pytest.approx(wanted, abs=0.5)
    (again,) = loudness(out)["files"]
    assert target in again["meets"]


def test_a_broadcast_wave_keeps_its_place_in_time(loudness: Loudness, tmp_path: Path) -> None:
    path = tmp_path / "reel.wav"
    write_bwf(path, noise(), RATE, BroadcastInfo("Reel one", Fraction(36036, 10)))
    loudness(path, "--target", "r128", "-o", tmp_path / "out")
    with av.open(tmp_path / "out" / "reel.wav") as container:
        assert int(container.metadata["time_reference"]) == 36036 * RATE // 10
        assert container.metadata["comment"] == "Reel one"


@pytest.mark.parametrize(
    ("codec", "suffix", "later"),
    [("pcm_s24le", "mov", 0), ("pcm_s16le", "mkv", 0.5), ("aac", "mp4", 0), ("aac", "mov", 0.25)],
)
def test_a_film_keeps_its_pictures_and_its_sound_its_place(
    loudness: Loudness, tmp_path: Path, codec: str, suffix: str, later: float
) -> None:
    source = film(tmp_path, codec=codec, suffix=suffix, later=later)
    (entry,) = loudness(source, "--target", "r128", "-o", tmp_path / "out")["files"]
    out = Path(entry["written"])
    assert out == tmp_path / "out" / source.name
    assert packets(out) == packets(source)
    samples = heard(out)
    assert lufs(samples) == pytest.approx(-23, abs=0.5)
    assert peak(samples) == peak(heard(source)) == pytest.approx(RATE, abs=RATE / 1000)
    with av.open(out) as container:
        assert container.streams.audio[0].codec_context.name[:3] == codec[:3]
        tags = {name.lower(): text for name, text in container.metadata.items()}
        assert tags["title"] == "The film"


def test_the_sound_of_a_film_alone_begins_at_its_timecode(
    loudness: Loudness, tmp_path: Path
) -> None:
    source = film(tmp_path, later=0.5)
    loudness(source, "--target", "a85", "-o", tmp_path / "mix.wav")
    samples, _ = soundfile.read(tmp_path / "mix.wav")
    assert peak(samples) == RATE
    with av.open(tmp_path / "mix.wav") as container:
        assert int(container.metadata["time_reference"]) == 3600 * RATE


def test_without_a_target_the_level_stays(loudness: Loudness, tmp_path: Path) -> None:
    wav = sound_file(tmp_path)
    loudness(wav, "-o", tmp_path / "out.wav")
    before, after = (soundfile.read(path, dtype="int32")[0] for path in (wav, tmp_path / "out.wav"))
    assert (before == after).all()


def test_what_peaks_do_not_allow_is_said(loudness: Loudness, tmp_path: Path) -> None:
    spiky = np.zeros((2, 4 * RATE), np.float32)
    spiky[:, ::RATE] = 0.9
    soundfile.write(tmp_path / "spiky.wav", spiky.T, RATE)
    words = ("--target", "streaming", "-o", tmp_path / "out.wav")
    (entry,) = loudness(tmp_path / "spiky.wav", *words)["files"]
    assert "its peaks reach the ceiling" in entry["warning"]


def test_a_take_that_was_levelled_says_what_made_it(
    loudness: Loudness, tiny_pack: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tiny_pack))
    clip = flash_film(tmp_path)
    words = ["generate", str(clip), "-o", str(tmp_path / "takes"), "--pack", "tiny", "--seed", "3"]
    assert main([*words, "--wav-format", "bwf"]) == 0
    for name in ("take-1.wav", "take-1.mp4"):
        out = tmp_path / "out" / name
        loudness(tmp_path / "takes" / "dog" / name, "--target", "r128", "-o", tmp_path / "out")
        again = ["--again", str(tmp_path / "again"), "--clip", str(clip)]
        assert main(["inspect", str(out), *again]) == 0
    first, second = (
        soundfile.read(path)[0]
        for path in (tmp_path / "out" / "take-1.wav", tmp_path / "again" / "dog" / "take-1.wav")
    )
    assert np.abs(first - second).max() < 2**-20  # this one went through 24 bits before


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("mix.wav", "--target", "r128"), "--target changes nothing without -o"),
        (("mix.wav", "-o", "mix.wav"), "mix.wav would be replaced"),
        (("mix.wav", "-o", "mix.mp4"), "cannot be written as mix.mp4"),
        (("mix.wav", "other/mix.flac", "-o", "out"), "Several files are called mix"),
        (("silent.mp4",), "holds no sound"),
        (("text.wav",), "cannot be read as sound"),
        (("gone.wav",), "cannot be read as sound"),
        (("surround.wav",), "6 channels cannot be measured"),
    ],
)
def test_what_makes_no_sense_is_refused(
    loudness: Loudness,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    reason: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()
    mix, _ = sound_file(tmp_path), sound_file(tmp_path / "other", "mix.flac")
    before = mix.read_bytes()
    flash_film(tmp_path, "silent.mp4")
    sound_file(tmp_path, "surround.wav", channels=6)
    (tmp_path / "text.wav").write_text("no sound")
    assert reason in loudness(*words, code=2)["error"]["what"]
    assert mix.read_bytes() == before

"""Broadcast Wave files, read back by programs that are not ours."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError, MediaError
from engine.media import riff
from engine.media.bext import bext_chunk, time_reference
from engine.media.bwf import BroadcastInfo, write_bwf
from engine.media.ixml import ixml_chunk, read_provenance
from engine.media.programme_loudness import Loudness
from engine.media.riff import read_chunks, wave_header
from engine.timebase import parse_time

if TYPE_CHECKING:
    from pathlib import Path

FILM = Fraction(24000, 1001)
INFO = BroadcastInfo(
    description="a dog barking, café",
    start=86400 / FILM,  # 01:00:00:00
    rate=FILM,
    originated=datetime(2026, 11, 23, 14, 5, 9),  # noqa: DTZ001 - bext has no time zone
    reference="A1B2",
    maker="Lumiphone 1.0, base",
    loudness=Loudness(-23.04, 5.5, -18.0, -20.26, -1.35),
    scene="12",
    tracks=("FX L", "FX R"),
    provenance={"seed": 7, "prompt": "Tür & <Tor> \x01 ]]>"},
)


LOUDNESS = {
    "LoudnessValue": -23.04,
    "LoudnessRange": 5.5,
    "MaxTruePeakLevel": -1.35,
    "MaxMomentaryLoudness": -18.0,
    "MaxShortTermLoudness": -20.26,
}


def noise(channels: int = 2, count: int = 4801) -> Any:  # noqa: ANN401 - integers and floats of them
    whole = np.random.default_rng(3).integers(-(2**23), 2**23, (channels, count))
    return whole, (whole / 2**23).astype(np.float32)


def metadata(path: Path) -> dict[str, str]:
    with av.open(path) as container:
        return dict(container.metadata)


def bext_fields(path: Path) -> tuple[Any, ...]:
    data = read_chunks(path, {b"bext"})[b"bext"]
    return struct.unpack("<256s32s32s10s8sQH64s5h180s", data[:602])


@pytest.mark.parametrize("channels", [1, 2])
def test_libsndfile_reads_the_samples_exactly(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "take.wav"
    whole, samples = noise(channels)
    write_bwf(path, samples, 48_000, INFO)
    read, rate = soundfile.read(path, dtype="int32", always_2d=True)
    assert (rate, soundfile.info(path).subtype) == (48_000, "PCM_24")
    assert (whole == read.T >> 8).all()


def test_ffmpeg_reads_the_words_and_the_sample_since_midnight(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    write_bwf(path, noise()[1], 48_000, INFO)
    read = metadata(path)
    assert read["comment"] == "a dog barking, cafe"
    assert (read["date"], read["creation_time"]) == ("2026-11-23", "14:05:09")
    assert (read["encoded_by"], read["originator_reference"]) == ("Lumiphone", "A1B2")
    assert int(read["time_reference"]) == 172_972_800  # 3603.6 s
    assert read["coding_history"].strip() == "A=PCM,F=48000,W=24,M=stereo,T=Lumiphone 1.0 base"


@pytest.mark.skipif(not shutil.which("mediainfo"), reason="MediaInfo is not installed")
def test_mediainfo_reads_bext_with_its_loudness_and_start(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    write_bwf(path, noise()[1], 48_000, INFO)
    words = ["mediainfo", "--Full", "--Output=JSON", str(path)]
    text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    general, audio = json.loads(text)["media"]["track"][:2]
    assert general["extra"]["bext_Version"] == "2"
    assert general["Encoded_Date"] == "2026-11-23 14:05:09"
    assert (audio["Delay"], audio["Delay_Source"]) == ("3603.600", "Container (bext)")
    read = general["extra"] | audio["extra"]
    assert {name: float(read[name]) for name in LOUDNESS} == LOUDNESS


def test_loudness_stands_in_hundredths_in_version_2(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    write_bwf(path, noise()[1], 48_000, INFO)
    assert bext_fields(path)[6] == 2
    assert bext_fields(path)[8:13] == (-2304, 550, -135, -1800, -2026)


@pytest.mark.parametrize("loudness", [None, Loudness(*[-np.inf] * 5)])
def test_loudness_that_is_unknown_is_marked_so(loudness: Loudness | None) -> None:
    data = bext_chunk(BroadcastInfo(loudness=loudness), 1, 48_000).data
    assert struct.unpack("<5h", data[412:422]) == (0x7FFF,) * 5


def test_ixml_tells_speed_tracks_and_provenance(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    write_bwf(path, noise()[1], 48_000, INFO)
    chunk = read_chunks(path, {b"iXML"})[b"iXML"]
    root = ET.fromstring(chunk)  # noqa: S314 - ours
    assert root.findtext("SPEED/TIMECODE_RATE") == "24000/1001"
    assert root.findtext("SPEED/TIMECODE_FLAG") == "NDF"
    assert root.findtext("SPEED/TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO") == "172972800"
    assert [track.findtext("NAME") for track in root.iter("TRACK")] == ["FX L", "FX R"]
    assert root.findtext("NOTE") == "a dog barking, café"
    assert read_provenance(chunk) == INFO.provenance


@given(text=st.text())
def test_any_text_makes_whole_xml(text: str) -> None:
    info = BroadcastInfo(description=text, scene=text, provenance={"prompt": text})
    assert read_provenance(ixml_chunk(info, 2, 48_000).data) == {"prompt": text}


@pytest.mark.parametrize("data", [b"", b"<BWFXML", b"<BWFXML/>", b"\xff\xfe"])
def test_chunks_of_others_have_no_provenance(data: bytes) -> None:
    assert read_provenance(data) is None


@pytest.mark.parametrize(
    ("timecode", "rate", "expected"),
    [
        ("01:00:00:00", FILM, 172_972_800),
        ("01:00:00:00", Fraction(25), 172_800_000),
        ("10:00:00;00", Fraction(30000, 1001), 1_727_998_272),
        ("23:59:59:23", Fraction(24), 4_147_198_000),
    ],
)
def test_timecode_becomes_samples_since_midnight(
    timecode: str, rate: Fraction, expected: int
) -> None:
    info = BroadcastInfo(start=parse_time(timecode, rate) / rate)
    assert time_reference(info, 48_000) == expected


@given(frame=st.integers(0, 24 * 86_400), rate=st.sampled_from([FILM, Fraction(30000, 1001)]))
def test_the_start_is_exact_to_the_sample(frame: int, rate: Fraction) -> None:
    data = bext_chunk(BroadcastInfo(start=frame / rate), 2, 48_000).data
    (start,) = struct.unpack("<Q", data[338:346])
    assert abs(start - frame * 48_000 * rate.denominator / Fraction(rate.numerator)) <= 0.5


def test_a_start_before_midnight_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="before midnight"):
        write_bwf(tmp_path / "x.wav", noise()[1], 48_000, BroadcastInfo(start=Fraction(-1)))
    assert list(tmp_path.iterdir()) == []


def test_the_same_sound_without_a_date_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        write_bwf(tmp_path / name, noise()[1], 48_000, BroadcastInfo(description="rain"))
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_what_is_too_long_for_riff_becomes_rf64(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(riff, "LARGEST_RIFF", 10_000)
    path = tmp_path / "take.wav"
    whole, samples = noise()
    write_bwf(path, samples, 48_000, INFO)
    assert path.read_bytes()[:4] == b"RF64"
    assert soundfile.info(path).format == "RF64"
    read, _ = soundfile.read(path, dtype="int32")
    assert (whole == read.T >> 8).all()
    assert int(metadata(path)["time_reference"]) == 172_972_800
    assert read_provenance(read_chunks(path, {b"iXML"})[b"iXML"]) == INFO.provenance


@pytest.mark.parametrize("channels", [1, 2])
def test_riff_ends_where_its_size_field_does(channels: int) -> None:
    frame = 3 * channels
    empty = len(wave_header(channels, 0, 48_000)) - 8
    most = (2**32 - 2 - empty) // frame
    size = most * frame + most * frame % 2
    most -= empty + size > 2**32 - 2
    last, beyond = (wave_header(channels, count, 48_000) for count in (most, most + 1))
    assert (last[:4], beyond[:4]) == (b"RIFF", b"RF64")
    assert struct.unpack("<I", last[4:8])[0] == empty + most * frame + most * frame % 2
    whole, data, count = struct.unpack("<QQQ", beyond[20:44])
    assert (data, count) == ((most + 1) * frame, most + 1)
    assert whole == len(beyond) - 8 + data + data % 2


def test_libsndfile_and_ffmpeg_read_a_header_beyond_4_gb(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    count = 48_000 * 3600 * 5  # five hours
    header = wave_header(2, count, 48_000, [bext_chunk(INFO, 2, 48_000)])
    with path.open("wb") as file:  # of which only the ends take room on the disk
        file.write(header)
        file.truncate(len(header) + count * 6)
        file.seek(-6, 2)
        file.write(b"\1\0\0\2\0\0")
    with soundfile.SoundFile(path) as sound:
        assert sound.frames == count
        sound.seek(count - 1)
        assert (sound.read(1, dtype="int32") >> 8).tolist() == [[1, 2]]
    with av.open(path) as container:
        assert container.streams.audio[0].duration == count


def test_what_is_no_wave_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(b"ID3 and so on")
    with pytest.raises(MediaError, match="no WAVE file"):
        read_chunks(path, {b"bext"})


def test_a_file_that_is_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    write_bwf(path, noise()[1], 48_000, INFO)
    path.write_bytes(path.read_bytes()[:700])
    assert set(read_chunks(path, {b"bext", b"iXML"})) == {b"bext"}

from __future__ import annotations

import sys
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import OutputError
from engine.media.writer import write_wav

if TYPE_CHECKING:
    from pathlib import Path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    count=st.one_of(st.integers(1, 300), st.integers(65_500, 65_600)),
    channels=st.sampled_from([1, 2]),
    sample_rate=st.sampled_from([44_100, 48_000, 96_000]),
    seed=st.integers(0, 2**32 - 1),
)
def test_samples_come_back_exactly(
    tmp_path: Path, count: int, channels: int, sample_rate: int, seed: int
) -> None:
    path = tmp_path / "take.wav"
    whole = np.random.default_rng(seed).integers(-(2**23), 2**23, (channels, count))
    write_wav(path, (whole / 2**23).astype(np.float32), sample_rate)
    read, rate = soundfile.read(path, dtype="int32", always_2d=True)
    assert (rate, read.shape) == (sample_rate, (count, channels))
    assert (whole == read.T >> 8).all()
    assert path.stat().st_size % 2 == 0


def test_the_header_says_24_bit_pcm(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    write_wav(path, np.zeros((2, 1000), np.float32), 48_000)
    with wave.open(str(path)) as file:
        assert file.getparams()[:4] == (2, 3, 48_000, 1000)
    assert path.stat().st_size == 44 + 2 * 3 * 1000


def test_what_is_too_loud_is_clipped_and_does_not_wrap(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    write_wav(path, np.array([[-2.0, -1.0, 1.0, 2.0]], np.float32), 48_000)
    read, _ = soundfile.read(path, dtype="int32")
    assert (read >> 8).tolist() == [-(2**23), -(2**23), 2**23 - 1, 2**23 - 1]


def test_more_than_four_gigabytes_are_refused_before_writing(tmp_path: Path) -> None:
    endless = np.broadcast_to(np.float32(0), (2, 2**30))  # takes no memory
    with pytest.raises(OutputError, match=r"larger than 4 GB.* at most 4\.1 hours"):
        write_wav(tmp_path / "take.wav", endless, 48_000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX can limit the size of files")
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    import resource  # noqa: PLC0415 - not on Windows

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(OutputError, match=r"take\.wav cannot be written \(File too large\)"):
            write_wav(tmp_path / "take.wav", np.zeros((2, 100_000), np.float32), 48_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []

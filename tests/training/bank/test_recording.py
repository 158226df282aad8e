from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from engine.training.bank.recording import (
    PEAK,
    SAMPLE_RATE,
    UnusableRecordingError,
    cleaned,
    read_recording,
)
from tests.training.small_bank import click, noise

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.training


def tone(rate: int, seconds: float = 0.5, pitch: float = 440.0) -> np.ndarray:
    time = np.arange(int(rate * seconds)) / rate
    return (0.5 * np.sin(2 * np.pi * pitch * time)).astype(np.float32)


@given(st.sampled_from([8000, 11025, 22050, 44100, 48000, 96000]))
def test_every_rate_becomes_48_khz_of_the_same_length(rate: int) -> None:
    recording = cleaned(tone(rate), rate)
    assert recording.source_rate == rate
    assert abs(len(recording.samples) - SAMPLE_RATE // 2) < 100
    assert recording.bandwidth <= rate // 2


def test_the_peak_is_normalised_and_the_offset_removed() -> None:
    recording = cleaned(noise(1) * 0.1 + np.float32(0.2), SAMPLE_RATE)
    assert recording.offset == pytest.approx(0.2, abs=0.01)
    assert abs(float(recording.samples.mean())) < 0.01
    assert float(np.abs(recording.samples).max()) == pytest.approx(PEAK, rel=0.02)


def test_silence_at_the_ends_is_cut_to_a_few_milliseconds() -> None:
    padded = np.pad(click(), (SAMPLE_RATE, SAMPLE_RATE))
    recording = cleaned(padded, SAMPLE_RATE)
    loud = np.flatnonzero(np.abs(recording.samples) > 0.01)
    assert loud[0] <= SAMPLE_RATE // 100
    assert len(recording.samples) - loud[-1] < SAMPLE_RATE // 8


def test_an_attack_at_the_very_start_survives() -> None:
    recording = cleaned(click(), SAMPLE_RATE)
    assert int(np.argmax(np.abs(recording.samples))) < 200


def test_bandwidth_tells_a_dull_recording() -> None:
    dull = cleaned(noise(1)[:11025], 11025)
    assert 4500 < dull.bandwidth <= 5512
    assert cleaned(noise(1), SAMPLE_RATE).bandwidth > 20_000


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(SAMPLE_RATE, np.float32), "silent"),
        (np.zeros(0, np.float32), "empty"),
        (np.full(SAMPLE_RATE, np.nan, np.float32), "not numbers"),
        (np.sign(tone(SAMPLE_RATE)), "clipped"),
        (click(0.005), "ms long"),
    ],
)
def test_broken_recordings_are_refused_with_the_reason(samples: np.ndarray, reason: str) -> None:
    with pytest.raises(UnusableRecordingError, match=reason):
        cleaned(samples, SAMPLE_RATE)


def test_files_are_mixed_to_mono(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, np.stack([tone(44100), tone(44100)], axis=1), 44100)
    assert read_recording(path).samples.ndim == 1


def test_channels_that_cancel_each_other_do_not_become_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.stack([tone(44100), -tone(44100)], axis=1), 44100)
    assert read_recording(path).rms_db > -10


def test_a_stretch_of_a_long_file_can_be_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(5), SAMPLE_RATE)
    recording = read_recording(path, start=0.3, seconds=2)
    assert abs(len(recording.samples) - 2 * SAMPLE_RATE) < 100


def test_what_is_no_audio_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ogg"
    path.write_bytes(b"nothing" * 100)
    with pytest.raises(UnusableRecordingError, match="decoded"):
        read_recording(path)

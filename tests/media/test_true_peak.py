from __future__ import annotations

import math
from fractions import Fraction
from typing import TypeAlias

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.filter import Graph
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.media.true_peak import BLOCK, block_peaks, true_peak_db

SAMPLE_RATE = 48_000
Samples: TypeAlias = npt.NDArray[np.float32]


def ffmpeg_true_peak_db(samples: Samples) -> float:
    """What FFmpeg's EBU R 128 meter, a different interpolator, says of stereo ``samples``."""
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=SAMPLE_RATE,
        format="fltp",
        layout="stereo",
        time_base=Fraction(1, SAMPLE_RATE),
    )
    meter = graph.add("ebur128", "peak=true:metadata=1")
    sink = graph.add("abuffersink")
    graph.link_nodes(source, meter, sink).configure()
    # The meter reports whole tenths of a second.
    padded = np.pad(samples, ((0, 0), (0, SAMPLE_RATE // 2)))
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(padded), "fltp", "stereo")
    frame.sample_rate, frame.pts = SAMPLE_RATE, 0
    source.push(frame)
    source.push(None)
    peak = 0.0
    while True:
        try:
            metadata = sink.pull().metadata
        except (av.error.EOFError, av.error.BlockingIOError):
            return 20 * math.log10(peak)
        peak = float(metadata.get("lavfi.r128.true_peak", peak))


def _sine(frequency: float, phase: float, amplitude: float, count: int = 4800) -> Samples:
    places = np.arange(count) / SAMPLE_RATE
    wave = amplitude * np.sin(2 * np.pi * frequency * places + phase)
    return np.stack([wave, wave]).astype(np.float32)


def test_a_peak_between_the_samples_is_seen() -> None:
    # ITU-R BS.1770-4, Annex 2: at a quarter of the sample rate and 45 degrees the samples miss
    # the peak by 3 dB.
    wave = _sine(SAMPLE_RATE / 4, math.pi / 4, 1.0)
    assert np.abs(wave).max() == pytest.approx(math.sqrt(0.5), abs=1e-6)
    inside = wave * np.hanning(wave.shape[1]).astype(np.float32)
    assert true_peak_db(inside) == pytest.approx(0, abs=0.15)


@settings(max_examples=25)
@given(
    frequency=st.floats(300, 16_000),
    phase=st.floats(0, 2 * math.pi),
    level=st.floats(-40, 6),
)
def test_sines_read_like_their_amplitude_and_like_ffmpeg(
    frequency: float, phase: float, level: float
) -> None:
    wave = _sine(frequency, phase, 10 ** (level / 20)) * np.hanning(4800).astype(np.float32)
    found = true_peak_db(wave)
    assert found == pytest.approx(level, abs=0.3)
    if level > -20:  # the meter prints three decimals of the amplitude
        # A meter may read 0.4 dB too little (EBU Tech 3341): oversampling misses the very top.
        assert found == pytest.approx(ffmpeg_true_peak_db(wave), abs=0.4)


@given(
    count=st.integers(1, 9000),
    seed=st.integers(0, 2**32 - 1),
    floor=st.floats(0, 2),
)
def test_skipping_quiet_stretches_changes_no_peak_over_the_floor(
    count: int, seed: int, floor: float
) -> None:
    rng = np.random.default_rng(seed)
    loudness = rng.uniform(0, 1, -(-count // 500)).repeat(500)[:count]
    samples = (rng.standard_normal((2, count)) * loudness * 0.4).astype(np.float32)
    thorough, quick = block_peaks(samples, 0.0), block_peaks(samples, floor)
    assert thorough.shape == (-(-count // BLOCK),)
    over = thorough > floor
    assert (thorough[over] == quick[over]).all()
    assert (quick[~over] <= floor).all()


def test_silence_has_no_peak() -> None:
    assert true_peak_db(np.zeros((2, 1000), np.float32)) == -math.inf

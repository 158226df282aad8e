from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cues import CueEvent, CueSheet
from engine.inference.cue_raster import RISE, rasterise, rings, steady

RATE = Fraction(375, 4)
SIGMA = 4 / 375


def sheet(*events: tuple[float, float], energy: tuple[float, ...] = ()) -> CueSheet:
    return CueSheet(
        Fraction(25),
        tuple(CueEvent(seconds, strength) for seconds, strength in events),
        {"energy": energy} if energy else {},
    )


def test_an_event_is_a_gaussian_bump_as_high_as_its_strength() -> None:
    raster = rasterise(sheet((1.0, 0.6)), 200, RATE, with_energy=True)
    times = np.arange(200) / float(RATE)
    expected = 0.6 * np.exp(-0.5 * ((times - 1.0) / SIGMA) ** 2)
    np.testing.assert_allclose(raster[:, 0], expected, atol=1e-5)
    assert raster.dtype == np.float32


def test_without_a_curve_events_ring_off_and_nothing_else_sounds() -> None:
    struck = rasterise(sheet((1.0, 0.8)), 188, RATE, with_energy=True, ring=0.15)
    assert struck[:, 3].all()
    assert not struck[:90, 2].any()
    assert struck[:, 2].max() == pytest.approx(0.8, rel=0.07)
    assert not struck[94 + round(0.3 * float(RATE)) :, 2].any()


def test_an_event_rings_on_where_the_curve_has_fallen() -> None:
    seen = sheet((1.0, 0.8), energy=(0.5,) * 30 + (0.0,) * 30)
    plain = rasterise(seen, 188, RATE, with_energy=True)
    ringing = rasterise(seen, 188, RATE, with_energy=True, ring=0.5)
    assert (ringing[:, 2] >= plain[:, 2]).all()
    bell = rings(seen.events, np.arange(188) / float(RATE), 0.5)
    np.testing.assert_array_equal(ringing[:, 2], np.maximum(plain[:, 2], bell))


@given(ring=st.floats(0.1, 3), strength=st.floats(0.1, 1))
def test_the_area_under_a_ring_by_its_height_is_its_length(ring: float, strength: float) -> None:
    seconds = np.arange(0, 8, 0.001)
    energy = rings([CueEvent(1.0, strength)], seconds, ring)
    assert float(energy.sum()) * 0.001 / strength == pytest.approx(ring, abs=0.002)
    assert not energy[seconds < 1.0 - RISE].any()
    falling = energy[np.argmax(energy) :]
    assert (np.diff(falling) <= 0).all()


def test_an_event_on_a_point_reaches_its_full_strength() -> None:
    raster = rasterise(sheet((float(32 / RATE), 0.8)), 100, RATE, with_energy=False)
    assert raster[:, 0].argmax() == 32
    assert raster[32, 0] == pytest.approx(0.8)
    assert raster[33, 0] == pytest.approx(0.8 * np.exp(-0.5), abs=1e-6)


def test_where_bumps_overlap_the_higher_one_counts() -> None:
    both = rasterise(sheet((0.50, 0.9), (0.51, 0.4)), 100, RATE, with_energy=False)
    each = [
        rasterise(sheet(event), 100, RATE, with_energy=False)
        for event in ((0.50, 0.9), (0.51, 0.4))
    ]
    np.testing.assert_array_equal(both[:, 0], np.maximum(each[0][:, 0], each[1][:, 0]))


def test_a_sheet_without_events_says_that_nothing_happens() -> None:
    raster = rasterise(sheet(), 10, RATE, with_energy=True)
    np.testing.assert_array_equal(raster, np.tile(np.array([0, 1, 0, 0], np.float32), (10, 1)))


def test_energy_is_read_off_the_curve_in_between_its_points() -> None:
    curve = tuple(np.linspace(0, 1, 26).tolist())
    raster = rasterise(sheet(energy=curve), 94, RATE, with_energy=True)
    np.testing.assert_allclose(raster[:, 2], np.arange(94) / float(RATE), atol=1e-6)
    assert (raster[:, 3] == 1).all()


def test_beyond_its_end_the_curve_holds() -> None:
    raster = rasterise(sheet(energy=(0.2, 0.7)), 50, RATE, with_energy=True)
    assert raster[-1, 2] == pytest.approx(0.7)


def test_energy_can_be_left_unknown() -> None:
    raster = rasterise(sheet(energy=(0.5, 0.5)), 20, RATE, with_energy=False)
    assert not raster[:, 2:].any()


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1)), max_size=8),
    st.integers(0, 60),
    st.fractions(1, 1000, max_denominator=16),
)
def test_any_sheet_fits_any_length_and_stays_in_bounds(
    events: list[tuple[float, float]], frames: int, rate: Fraction
) -> None:
    raster = rasterise(sheet(*events, energy=(0.3,)), frames, rate, with_energy=True)
    assert raster.shape == (frames, 4)
    assert ((raster >= 0) & (raster <= 1)).all()


@given(st.floats(0.2, 0.8), st.integers(1, 40))
def test_a_shorter_raster_is_the_beginning_of_a_longer_one(seconds: float, frames: int) -> None:
    whole = rasterise(sheet((seconds, 1)), 100, RATE, with_energy=False)
    np.testing.assert_array_equal(
        rasterise(sheet((seconds, 1)), frames, RATE, with_energy=False), whole[:frames]
    )


def test_training_can_import_it_without_onnxruntime() -> None:
    code = "import sys, engine.inference.cue_raster; print('onnxruntime' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_steady_stretch_has_no_onset_and_one_energy() -> None:
    points = steady(5, 0.25)
    assert points.dtype == np.float32
    np.testing.assert_array_equal(points, [[0, 1, 0.25, 1]] * 5)

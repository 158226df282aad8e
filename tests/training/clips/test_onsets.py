from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.training.clips.onsets import (
    SAMPLE_RATE,
    detect_onsets,
    energy_curve,
    strength,
)
from tests.training.small_bank import click, noise

pytestmark = pytest.mark.training


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12, unique=True), st.integers(0, 9000))
def test_placed_clicks_are_found_within_5_ms(slots: list[int], shift: int) -> None:
    samples = np.zeros(8 * SAMPLE_RATE, np.float32)
    places = sorted(2400 + shift + 12_000 * slot for slot in slots)
    for place in places:
        samples[place : place + len(click())] += click()
    found = [onset.sample for onset in detect_onsets(samples)]
    assert len(found) == len(places)
    assert np.abs(np.array(found) - places).max() < 0.005 * SAMPLE_RATE


def test_clicks_are_found_over_rain() -> None:
    samples = noise(4) * np.float32(0.15)
    places = [48_000, 90_000, 130_000]
    for place in places:
        samples[place : place + len(click())] += click()
    found = [onset.sample for onset in detect_onsets(samples)]
    assert len(found) == 3
    assert np.abs(np.array(found) - places).max() < 0.005 * SAMPLE_RATE


def test_steady_noise_has_no_onsets() -> None:
    found = detect_onsets(noise(8))
    assert all(onset.sample < SAMPLE_RATE // 10 for onset in found)  # its own beginning may count


def test_silence_has_no_onsets_and_no_energy() -> None:
    silence = np.zeros(SAMPLE_RATE, np.float32)
    assert detect_onsets(silence) == []
    assert not energy_curve(silence).any()


def test_softer_onsets_are_weaker() -> None:
    samples = np.zeros(2 * SAMPLE_RATE, np.float32)
    samples[20_000 : 20_000 + len(click())] += click()
    samples[60_000 : 60_000 + len(click())] += click() * np.float32(0.1)
    loud, soft = detect_onsets(samples)
    assert loud.level_db - soft.level_db == pytest.approx(20, abs=1)
    assert strength(loud.level_db) > strength(soft.level_db)


@given(st.floats(-200, 100))
def test_strength_stays_between_its_bounds(level: float) -> None:
    assert 0.05 <= strength(level) <= 1


def test_energy_is_decibels_at_25_points_a_second() -> None:
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    tone = (np.sqrt(2) * 0.1 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)  # -20 dB RMS
    curve = energy_curve(tone)
    assert len(curve) == 50
    assert curve[5:-5] == pytest.approx(1 - 20 / 60, abs=0.005)


def test_energy_rises_where_the_sound_begins() -> None:
    samples = np.zeros(2 * SAMPLE_RATE, np.float32)
    samples[SAMPLE_RATE:] = noise(1)
    curve = energy_curve(samples)
    assert not curve[:23].any()
    assert (curve[27:] > 0.7).all()

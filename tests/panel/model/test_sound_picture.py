from __future__ import annotations

import numpy as np
import pytest

from addon.panel.model.sound_picture import picture_sound

RATE = 48_000


def test_a_click_stands_out_in_the_outline_where_it_is() -> None:
    samples = np.zeros((2, RATE), np.float32)
    samples[1, RATE // 4] = 0.8  # in one channel only
    picture = picture_sound(samples, RATE)
    assert np.argmax(picture.highs) / len(picture.highs) == pytest.approx(0.25, abs=0.005)
    assert picture.peak == pytest.approx(0.8)
    assert picture.lows.max() == 0


@pytest.mark.parametrize("hertz", [100, 1000, 9000])
def test_a_tone_is_a_line_in_the_spectrogram_at_its_octave(hertz: int) -> None:
    tone = np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE, dtype=np.float64)
    picture = picture_sound(tone[None].astype(np.float32), RATE)
    middle = picture.levels[len(picture.levels) // 2]
    share = np.log(hertz / 40) / np.log(RATE / 2 / 40)
    assert np.argmax(middle) / len(middle) == pytest.approx(share, abs=0.08)
    assert middle.max() == pytest.approx(1, abs=0.02)


def test_near_silence_is_not_blown_up_to_look_like_sound() -> None:
    noise = np.random.default_rng(2).normal(0, 1e-6, (1, RATE)).astype(np.float32)
    assert picture_sound(noise, RATE).levels.max() < 0.5


def test_ten_minutes_are_drawn_in_bounded_detail() -> None:
    picture = picture_sound(np.zeros((1, 600 * 8000), np.float32), 8000)
    assert len(picture.highs) <= 24_000
    assert len(picture.levels) <= 6_000


def test_one_sample_is_a_sound_too() -> None:
    assert picture_sound(np.full((1, 1), 0.5, np.float32), RATE).peak == 0.5

from __future__ import annotations

import numpy as np
import pytest

from engine.training.clips.onsets import SAMPLE_RATE, detect_onsets
from engine.training.clips.rooms import ROOMS, Surroundings, draw_surroundings, surround
from tests.training.small_bank import click, noise

pytestmark = pytest.mark.training


def one_click() -> np.ndarray:
    samples = np.zeros(4 * SAMPLE_RATE, np.float32)
    samples[SAMPLE_RATE : SAMPLE_RATE + len(click())] = click()
    return samples


def random() -> np.random.Generator:
    return np.random.default_rng(0)


def test_plain_surroundings_change_nothing() -> None:
    samples = one_click()
    assert surround(samples, Surroundings(), random()) is samples


@pytest.mark.parametrize("room", range(len(ROOMS)))
def test_rooms_add_a_tail_and_keep_the_first_arrival(room: int) -> None:
    heard = surround(one_click(), Surroundings(room=room, wet_db=-10), random())
    before = heard[: SAMPLE_RATE - 48]
    assert np.abs(before).max() < 0.01
    assert abs(detect_onsets(heard)[0].sample - SAMPLE_RATE) < 0.005 * SAMPLE_RATE
    tail = heard[SAMPLE_RATE + len(click()) + 480 :]
    assert np.square(tail).sum() > 1e-4


def test_larger_rooms_ring_longer() -> None:
    late = slice(2 * SAMPLE_RATE, 3 * SAMPLE_RATE)
    energies = [
        float(np.square(surround(one_click(), Surroundings(room=room), random())[late]).sum())
        for room in (0, 2, 4)
    ]
    assert energies == sorted(energies)


def test_distance_takes_the_highs() -> None:
    def highs(samples: np.ndarray) -> float:
        power = np.square(np.abs(np.fft.rfft(samples)))
        return float(power[len(power) // 3 :].sum() / power.sum())

    near = noise(2)
    assert highs(surround(near, Surroundings(distance=0.9), random())) < 0.1 * highs(near)


def test_old_recordings_hiss_and_have_neither_bass_nor_highs() -> None:
    heard = surround(one_click(), Surroundings(old=True), random())
    assert np.abs(heard[: SAMPLE_RATE // 2]).max() > 0
    power = np.square(np.abs(np.fft.rfft(surround(noise(4), Surroundings(old=True), random()))))
    per_hertz = len(power) / (SAMPLE_RATE / 2)
    mids = power[int(800 * per_hertz) : int(1500 * per_hertz)].mean()
    assert power[int(20 * per_hertz) : int(60 * per_hertz)].mean() < 0.1 * mids
    assert power[int(12_000 * per_hertz) : int(16_000 * per_hertz)].mean() < 0.1 * mids


def test_captions_say_what_was_done() -> None:
    where = Surroundings(room=4, distance=0.9, old=True)
    assert where.phrases() == ["in a large hall", "far away", "old recording"]
    assert Surroundings().phrases() == []


def test_about_half_of_all_clips_stay_plain() -> None:
    state = random()
    plain = sum(draw_surroundings(state).plain for _ in range(1000))
    assert 450 < plain < 650

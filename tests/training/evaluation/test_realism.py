from __future__ import annotations

import numpy as np
import pytest

from engine.training.evaluation.bench import Sound
from engine.training.evaluation.realism import audible
from engine.training.evaluation.yamnet import Hearing

pytestmark = pytest.mark.training

PATCH, HOP = 46_080, 23_040


def test_patches_of_digital_silence_and_of_a_quiet_room_are_left_out() -> None:
    noise = np.random.default_rng(1).standard_normal(PATCH).astype(np.float32)
    levels = (0.1, 0.0, 10 ** (-75 / 20), 10 ** (-50 / 20))
    samples = np.concatenate([level * noise for level in levels]).astype(np.float32)
    patches = (len(samples) - PATCH) // HOP + 1
    names = tuple(map(str, range(521)))
    hearing = Hearing(np.zeros(521, np.float32), np.zeros((patches, 1024), np.float32), names)
    heard = audible(Sound(samples, hearing))
    assert heard[::2].tolist() == [True, False, False, True]
    assert heard[1::2].tolist() == [True, False, True]  # half of each neighbour

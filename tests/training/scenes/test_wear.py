from dataclasses import replace

import numpy as np

from engine.training.scenes.scene import Set
from engine.training.scenes.wear import Wear, apply

PLAIN = Wear(1, 1, 0, 0, 0, None, 0, 0, 0, 1, (), 0, (0, 0), 0)


def _stage() -> Set:
    return Set(np.random.default_rng(0), 1.0, 1.0)


def _pictures(level: float = 120.0) -> list[np.ndarray]:
    return [np.full((96, 128), level, np.float32) for _ in range(5)]


def test_no_wear_leaves_the_picture_as_it_was() -> None:
    out = apply(_stage(), PLAIN, _pictures(), 64)

    assert out.shape == (5, 64, 64)
    assert np.all(out == 120)


def test_bars_are_black_and_the_picture_lies_between_them() -> None:
    out = apply(_stage(), replace(PLAIN, bars=(0.125, 0.0)), _pictures(), 64)

    assert np.all(out[:, :8] == 0)
    assert np.all(out[:, 8:56] == 120)
    assert np.all(out[:, 56:] == 0)


def test_flicker_changes_whole_pictures() -> None:
    out = apply(_stage(), replace(PLAIN, flicker=0.1), _pictures(), 64)

    levels = out.mean((1, 2))
    assert np.ptp(levels) > 4
    assert np.all(out.std((1, 2)) < 1)


def test_grain_differs_from_picture_to_picture() -> None:
    out = apply(_stage(), replace(PLAIN, grain=8), _pictures(), 64).astype(float)

    assert 6 < (out[0] - out[1]).std() / np.sqrt(2) < 10


def test_compression_keeps_the_picture_recognisable() -> None:
    ramp = [np.tile(np.linspace(0, 255, 128, dtype=np.float32), (96, 1))]

    out = apply(_stage(), replace(PLAIN, quality=30), ramp, 64)
    clean = apply(_stage(), PLAIN, ramp, 64)

    assert np.abs(out.astype(float) - clean).mean() < 6

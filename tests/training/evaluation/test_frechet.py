from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import sqrtm

from engine.training.evaluation.frechet import frechet_distance


def drawn(
    count: int, dimensions: int, seed: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    random = np.random.default_rng(seed)
    return random.standard_normal((count, dimensions)) @ random.standard_normal((dimensions,) * 2)


def test_it_is_the_published_formula() -> None:
    first, second = drawn(60, 5, 1), drawn(80, 5, 2) + 1
    covariances = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    expected = (
        np.square(first.mean(axis=0) - second.mean(axis=0)).sum()
        + sum(np.trace(each) for each in covariances)
        - 2 * np.trace(sqrtm(covariances[0] @ covariances[1]).real)
    )
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-6)


def test_a_set_has_no_distance_to_itself_even_with_fewer_members_than_dimensions() -> None:
    values = drawn(10, 64, 3)
    assert frechet_distance(values, values) == pytest.approx(0, abs=1e-6)


def test_a_shift_alone_counts_as_its_square() -> None:
    values = drawn(50, 8, 4)
    assert frechet_distance(values, values + 3) == pytest.approx(8 * 9, rel=1e-6)


def test_both_ways_around_it_is_the_same() -> None:
    first, second = drawn(20, 30, 5), drawn(25, 30, 6)
    assert frechet_distance(first, second) == pytest.approx(frechet_distance(second, first))


def test_few_samples_make_it_too_large() -> None:
    def own(count: int) -> float:
        random = np.random.default_rng(7)
        return frechet_distance(*random.standard_normal((2, count, 32)))

    assert own(40) > 2 * own(400) > 4 * own(4000)

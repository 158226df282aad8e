"""Frechet audio distance (Kilgour et al. 2019, arXiv:1812.08466) on any embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def frechet_distance(first: NDArray[np.floating[Any]], second: NDArray[np.floating[Any]]) -> float:
    """Return the Frechet distance of two normal distributions fitted to embeddings.

    The trace of the root of the two covariances' product is the sum of the singular values of the
    product of their factors; so nothing needs inverting or regularising when there are fewer
    embeddings than dimensions. The fewer they are, the larger the distance comes out: compare only
    sets of one size.

    Args:
        first: [n, dimensions], n at least 2.
        second: [m, dimensions], m at least 2.
    """
    mean_1, factor_1 = _fitted(first)
    mean_2, factor_2 = _fitted(second)
    cross = np.linalg.svd(factor_1 @ factor_2.T, compute_uv=False).sum()
    spread = np.square(factor_1).sum() + np.square(factor_2).sum() - 2 * cross
    return float(np.square(mean_1 - mean_2).sum() + max(spread, 0.0))


def _fitted(
    values: NDArray[np.floating[Any]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean, and a factor whose square is the covariance, [n or dimensions, dimensions]."""
    mean = values.mean(axis=0, dtype=np.float64)
    factor = (values - mean) / np.sqrt(len(values) - 1)
    _, triangle = np.linalg.qr(factor)  # no more rows than dimensions, and the same square
    return mean, triangle

"""Rotary positions (Su et al. 2021, arXiv:2104.09864) for sequences of any length.

A head's channels are turned in pairs. Which channel is paired with which makes no difference to
the products of queries and keys, so here a head's first half is paired with its second, which
is cheaper than the checkpoints' pairs of neighbours: :func:`pairs_apart` reorders the weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

_BASE = 10_000.0


def rotary_angles(positions: Tensor, width: int, scale: Tensor | None = None) -> Tensor:
    """Return the angles [points, width / 2] of positions [points], in radians.

    Args:
        positions: Of the points, float32.
        width: Channels of a head.
        scale: Stretches the positions, so that two sequences of different rates run alongside.
    """
    exponents = torch.arange(0, width, 2, dtype=torch.float32, device=positions.device) / width
    rates = 1.0 / _BASE**exponents
    if scale is not None:
        rates = rates * scale
    return positions.unsqueeze(1) * rates


def rotate(x: Tensor, angles: tuple[Tensor, Tensor]) -> Tensor:
    """Turn [batch, heads, points, width] by the angles' cosines and sines [points, width / 2]."""
    cosines, sines = angles
    first, second = x.chunk(2, dim=-1)
    turned = (first * cosines - second * sines, second * cosines + first * sines)
    return torch.cat(turned, dim=-1)


def pairs_apart(rows: Tensor, width: int) -> Tensor:
    """Move neighbouring channels [heads * width, ...] of every head into its two halves."""
    pairs = rows.reshape(-1, width // 2, 2, *rows.shape[1:])
    return pairs.transpose(1, 2).reshape(rows.shape)

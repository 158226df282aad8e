"""Convolution over time that keeps the length."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None = None, dilation: int = 1) -> Tensor:
    """Return [batch, outputs, time] of [batch, inputs, time] under zero padding.

    Args:
        x: The signal.
        weight: [outputs, inputs, taps], an odd number of taps.
        bias: [outputs].
        dilation: Samples from tap to tap.
    """
    margin = dilation * (weight.shape[2] // 2)
    return F.conv1d(x, weight, bias, padding=margin, dilation=dilation)

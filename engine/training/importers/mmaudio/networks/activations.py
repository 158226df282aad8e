"""GELU and the bias before it, written as one operator of onnxruntime when exported.

Written out they are six, each of which reads and writes the widest layer.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

_OPERATOR = "com.microsoft::BiasGelu"


def gelu(x: Tensor, bias: Tensor) -> Tensor:
    """Return the exact Gaussian error linear unit (Hendrycks & Gimpel 2016) of ``x + bias``.

    Args:
        x: [..., width].
        bias: [width].
    """
    if torch.onnx.is_in_onnx_export():
        inputs = (x, bias)
        return torch.onnx.ops.symbolic(_OPERATOR, inputs, dtype=x.dtype, shape=x.shape, version=1)
    return F.gelu(x + bias)

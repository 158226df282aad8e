"""GELU, written as one operator of onnxruntime when exported.

Written out it is five, each of which reads and writes the widest layer.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

_OPERATOR = "com.microsoft::Gelu"


def gelu(x: Tensor) -> Tensor:
    """Return the exact Gaussian error linear unit (Hendrycks & Gimpel 2016), same shape."""
    if torch.onnx.is_in_onnx_export():
        return torch.onnx.ops.symbolic(_OPERATOR, (x,), dtype=x.dtype, shape=x.shape, version=1)
    return F.gelu(x)

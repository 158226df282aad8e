"""Attention between flat rows of tokens, written as one operator of onnxruntime when exported.

Written out as products and a softmax, attention takes half as long again on a processor: the
operator works through a picture's scores in pieces that stay in the cache.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.training.importers.mmaudio.networks.rows import RowLinear, linear

_OPERATOR = "com.microsoft::MultiHeadAttention"


def attend(
    queries: Tensor, keys: Tensor, values: Tensor, heads: int, *, causal: bool = False
) -> Tensor:
    """Return what ``queries`` gather: scaled dot-product attention (Vaswani et al. 2017).

    Args:
        queries: [batch, tokens, width], heads side by side in the width.
        keys: [batch, other tokens, width].
        values: As ``keys``.
        heads: How many share the width.
        causal: Whether a token sees only itself and those before it.
    """
    if torch.onnx.is_in_onnx_export():
        attributes = {"num_heads": heads, "unidirectional": int(causal)}
        return torch.onnx.ops.symbolic(
            *(_OPERATOR, (queries, keys, values), attributes),
            dtype=queries.dtype,
            shape=queries.shape,
            version=1,
        )

    def split(tokens: Tensor) -> Tensor:
        return tokens.unflatten(-1, (heads, -1)).transpose(1, 2)

    gathered = F.scaled_dot_product_attention(
        split(queries), split(keys), split(values), is_causal=causal
    )
    return gathered.transpose(1, 2).flatten(2)


class SelfAttention(nn.Module):
    """Attention among tokens; queries, keys and values have a common matrix in checkpoints."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.zeros(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = RowLinear(width, width)

    def forward(self, tokens: Tensor, *, asked: int | None = None, causal: bool = False) -> Tensor:
        """Return what the ``asked`` first tokens gather, or all."""
        # Three products: one result to be cut in three would have to be copied.
        width = self.out_proj.in_features
        projected = [
            linear(
                rows,
                self.in_proj_weight[start : start + width],
                self.in_proj_bias[start : start + width],
            )
            for start, rows in zip(
                range(0, 3 * width, width), (tokens[:, :asked], tokens, tokens), strict=True
            )
        ]
        out: Tensor = self.out_proj(attend(*projected, self.heads, causal=causal))
        return out

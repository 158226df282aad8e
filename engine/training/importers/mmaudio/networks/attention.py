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
        return torch.onnx.ops.symbolic(
            _OPERATOR,
            (queries, keys, values),
            attrs={"num_heads": heads, "unidirectional": int(causal)},
            dtype=queries.dtype,
            shape=queries.shape,
            version=1,
        )

    def split(tokens: Tensor) -> Tensor:
        return torch.unflatten(tokens, -1, (heads, -1)).transpose(1, 2)

    gathered = F.scaled_dot_product_attention(
        split(queries), split(keys), split(values), is_causal=causal
    )
    return gathered.transpose(1, 2).flatten(2)


def project(
    rows: Tensor, weight: Tensor, bias: Tensor, *, asked: int | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Return queries (of the ``asked`` first tokens, or all), keys and values.

    Three products: one result to be cut in three would have to be copied. Keys and values go
    without their biases. A keys' bias raises all scores of a query alike, which the softmax undoes;
    the values' is added by :func:`merge`.

    Args:
        rows: [batch, tokens, width].
        weight: The common matrix [3 * width, width] of checkpoints.
        bias: Of all three [3 * width].
        asked: How many of the first tokens ask; all if None.
    """
    width = rows.shape[2]
    queries = linear(rows[:, :asked], weight[:width], bias[:width])
    return queries, linear(rows, weight[width : 2 * width]), linear(rows, weight[2 * width :])


def merge(gathered: Tensor, layer: RowLinear, bias: Tensor) -> Tensor:
    """Return the last layer of attention on what was gathered from values without their bias.

    The shares that a token takes of the values add up to one, so it would have got their bias once.

    Args:
        gathered: [batch, tokens, width].
        layer: The last layer.
        bias: Of queries, keys and values [3 * width].
    """
    passed = layer.weight @ bias[2 * layer.in_features :]
    return linear(gathered, layer.weight, layer.bias + passed)


class SelfAttention(nn.Module):
    """Attention among tokens."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.zeros(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = RowLinear(width, width)

    def forward(self, tokens: Tensor, *, asked: int | None = None, causal: bool = False) -> Tensor:
        """Return what the ``asked`` first tokens gather, or all."""
        parts = project(tokens, self.in_proj_weight, self.in_proj_bias, asked=asked)
        gathered = attend(*parts, self.heads, causal=causal)
        return merge(gathered, self.out_proj, self.in_proj_bias)

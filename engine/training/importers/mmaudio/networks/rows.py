"""Linear layers over the rows of all pictures at once.

Over two axes a product and its bias are exported as one operator (Gemm); over three they are two,
and the second reads and writes everything again.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F


class RowLinear(nn.Linear):
    """As :class:`torch.nn.Linear`, for [batch, tokens, width]."""

    def forward(self, rows: Tensor) -> Tensor:
        """Return [batch, tokens, out width]."""
        return linear(rows, self.weight, self.bias)


def linear(rows: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return [batch, tokens, out width] for [batch, tokens, width]."""
    out = F.linear(rows.flatten(0, 1), weight, bias)
    return out.view(-1, rows.shape[1], weight.shape[0])

"""Transformer blocks: one stream alone, or latent, CLIP and text that attend to each other.

Multimodal diffusion transformer (Esser et al. 2024, arXiv:2403.03206) with adaLN modulation
(Peebles & Xie 2023, arXiv:2212.09748), queries and keys normalised, SwiGLU over time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.training.importers.mmaudio.networks.layers import (
    GatedFeedForward,
    RootMeanSquareNorm,
    SequenceConv,
)
from engine.training.importers.mmaudio.networks.rotary import rotate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.training.importers.mmaudio.networks.flow_config import FlowConfig

_KERNEL = 3
Angles: TypeAlias = tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Guide:
    """What modulates a stream's normalisations.

    Attributes:
        condition: [batch, points, width]; one point serves them all.
        spread: Takes what was made of it to the stream's points.
    """

    condition: Tensor
    spread: Callable[[Tensor], Tensor]


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Shift and scale a normalised sequence."""
    return x * (1 + scale) + shift


def apart(layer: nn.Linear, x: Tensor, parts: int) -> list[Tensor]:
    """Return a layer's outputs in equal parts: products of their own need no copy afterwards.

    Its rows are taken out part by part, which is folded into weights apart; the parts of a chunk
    are not, and would be in memory twice.
    """
    rows = layer.out_features // parts
    cuts = [slice(part * rows, (part + 1) * rows) for part in range(parts)]
    return [F.linear(x, layer.weight[cut], layer.bias[cut]) for cut in cuts]


def attend(heads: Sequence[Tensor]) -> Tensor:
    """Return [batch, points, width] of queries, keys and values [batch, heads, points, ...]."""
    queries, keys, values = heads
    return F.scaled_dot_product_attention(queries, keys, values).transpose(1, 2).flatten(2)


class SelfAttention(nn.Module):
    """Queries, keys and values of one stream.

    The rows of ``qkv`` are queries, then keys, then values, heads in order; the channels of queries
    and keys are in the order of :func:`engine.training.importers.mmaudio.networks.rotary.rotate`.
    """

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.head = config.HEAD_WIDTH
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.q_norm = RootMeanSquareNorm(self.head)
        self.k_norm = RootMeanSquareNorm(self.head)

    def forward(self, x: Tensor, angles: Angles | None) -> list[Tensor]:
        """Return queries, keys and values, each [batch, heads, points, width of a head]."""
        queries, keys, values = (
            part.reshape(*x.shape[:2], -1, self.head).transpose(1, 2)
            for part in apart(self.qkv, x, 3)
        )
        queries, keys = self.q_norm(queries), self.k_norm(keys)
        if angles is not None:
            queries, keys = rotate(queries, angles), rotate(keys, angles)
        return [queries, keys, values]


class StreamBlock(nn.Module):
    """Attention and feed-forward of one stream.

    Args:
        config: Sizes.
        pointwise: Whether its points are in no order in time (text).
        ends: Whether the stream is looked at for the last time, and not changed any more.
    """

    def __init__(self, config: FlowConfig, *, pointwise: bool = False, ends: bool = False) -> None:
        super().__init__()
        width = config.width
        self.attn = SelfAttention(config)
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.parts = 2 if ends else 6
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, self.parts * width))
        if not ends:
            self.linear1 = (
                nn.Linear(width, width) if pointwise else SequenceConv(width, width, _KERNEL)
            )
            self.ffn = GatedFeedForward(width, None if pointwise else _KERNEL)

    def modulation(self, guide: Guide) -> tuple[Tensor, ...]:
        """Return shifts, scales and gates [batch, points, width]: two, or six."""
        layer = cast("nn.Linear", self.adaLN_modulation[1])
        parts = apart(layer, F.silu(guide.condition), self.parts)
        return tuple(guide.spread(part) for part in parts)

    def heads(self, x: Tensor, shift: Tensor, scale: Tensor, angles: Angles | None) -> list[Tensor]:
        """Return queries, keys and values of the modulated stream."""
        heads: list[Tensor] = self.attn(modulate(self.norm(x), shift, scale), angles)
        return heads

    def after(self, x: Tensor, attended: Tensor, parts: Sequence[Tensor]) -> Tensor:
        """Return the stream with what was attended to, and the feed-forward, added."""
        gate, shift, scale, last_gate = parts
        x = x + self.linear1(attended) * gate
        out: Tensor = x + self.ffn(modulate(self.norm(x), shift, scale)) * last_gate
        return out

    def forward(self, x: Tensor, guide: Guide, angles: Angles | None) -> Tensor:
        """Return the stream [batch, points, width] after attending to itself."""
        shift, scale, *rest = self.modulation(guide)
        return self.after(x, attend(self.heads(x, shift, scale, angles)), rest)


class JointBlock(nn.Module):
    """Three streams with weights of their own that attend to all three.

    Args:
        config: Sizes.
        ends: Whether CLIP and text are needed no more afterwards.
    """

    def __init__(self, config: FlowConfig, *, ends: bool) -> None:
        super().__init__()
        self.ends = ends
        self.latent_block = StreamBlock(config)
        self.clip_block = StreamBlock(config, ends=ends)
        self.text_block = StreamBlock(config, pointwise=True, ends=ends)

    def forward(
        self,
        streams: Sequence[Tensor],
        guides: Sequence[Guide],
        angles: Sequence[Angles | None],
    ) -> list[Tensor]:
        """Return latent, CLIP and text, [batch, points, width]; the latent alone if it ends."""
        blocks = (self.latent_block, self.clip_block, self.text_block)
        heads, rests = [], []
        for block, x, guide, turn in zip(blocks, streams, guides, angles, strict=True):
            shift, scale, *rest = block.modulation(guide)
            heads.append(block.heads(x, shift, scale, turn))
            rests.append(rest)
        together = attend([torch.cat(parts, dim=2) for parts in zip(*heads, strict=True)])
        attended = torch.split(together, [x.shape[1] for x in streams], dim=1)
        staying = blocks[:1] if self.ends else blocks
        return [
            block.after(x, seen, rest)
            for block, x, seen, rest in zip(staying, streams, attended, rests, strict=False)
        ]

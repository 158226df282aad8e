"""Synchformer's visual trunk (Iashin et al. 2024, arXiv:2401.16423): segments to points.

A segment becomes tubelets of two pictures, which attend along time and then across the picture in
each block (Motionformer with divided attention, Patrick et al. 2021, arXiv:2106.05392). In the end
the tubelets of each moment are gathered into one point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.training.importers.mmaudio.networks.activations import gelu
from engine.training.importers.mmaudio.networks.attention import (
    SelfAttention,
    attend,
    merge,
    project,
)
from engine.training.importers.mmaudio.networks.rows import RowLinear, linear

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "vfeat_extractor."
# Of single pictures; its trainers left it in the file.
UNUSED = ("patch_embed.proj.weight", "patch_embed.proj.bias")
_EPSILON = 1e-6
_WIDENING = 4  # of the layer between


@dataclass(frozen=True, slots=True)
class SynchformerConfig:
    """Sizes of the trunk.

    Attributes:
        width: Of a token.
        blocks: How many follow each other.
        heads: Of attention.
        moments: Tubelets one after the other in a segment.
        depth: Pictures in a tubelet.
        patch: Side of a tubelet in pixels.
        side: Tubelets along a side of the picture.
    """

    width: int = 768
    blocks: int = 12
    heads: int = 12
    moments: int = 8
    depth: int = 2
    patch: int = 16
    side: int = 14


def trunk_weights(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the trunk's tensors of a checkpoint, which holds an audio trunk and more besides."""
    named = {
        name.removeprefix(PREFIX): tensor
        for name, tensor in tensors.items()
        if name.startswith(PREFIX)
    }
    return {name: tensor for name, tensor in named.items() if name not in UNUSED}


class Synchformer(nn.Module):
    """Segments to points, each segment by itself."""

    def __init__(self, config: SynchformerConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.patch_embed_3d = TubeletProjection(config)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, config.side**2 + 1, width))
        self.temp_embed = nn.Parameter(torch.zeros(1, config.moments, width))
        self.blocks = nn.ModuleList(DividedBlock(config) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(width, eps=_EPSILON)
        self.spatial_attn_agg = Gathering(config)

    def forward(self, frames: Tensor) -> Tensor:
        """Return [batch, segments * moments, width].

        Args:
            frames: Normalised pictures [batch, segments, moments * depth, 3, height, width].
        """
        config = self.config
        tubelets = self.patch_embed_3d(frames.flatten(0, 1))
        places = self.pos_embed[:, 1:].unsqueeze(1) + self.temp_embed.unsqueeze(2)
        start = (self.cls_token + self.pos_embed[:, :1]).expand(tubelets.shape[0], -1, -1)
        tokens = torch.cat([start, tubelets + places.flatten(1, 2)], dim=1)
        for block in self.blocks:
            tokens = block(tokens)
        seen = self.norm(tokens[:, 1:]).reshape(-1, config.side**2, config.width)
        points: Tensor = self.spatial_attn_agg(seen)
        return points.view(frames.shape[0], -1, config.width)


class TubeletProjection(nn.Module):
    """A convolution by whole tubelets, as the one matrix product that it is."""

    def __init__(self, config: SynchformerConfig) -> None:
        super().__init__()
        self.config = config
        kernel = (config.depth, config.patch, config.patch)
        self.proj = nn.Conv3d(3, config.width, kernel, kernel)

    def forward(self, frames: Tensor) -> Tensor:
        """Return [segments, tubelets, width], moment by moment, row by row."""
        config = self.config
        grid = torch.unflatten(frames, 4, (config.side, config.patch))
        grid = torch.unflatten(grid, 3, (config.side, config.patch))
        grid = torch.unflatten(grid, 1, (config.moments, config.depth))
        rows = grid.permute(0, 1, 4, 6, 3, 2, 5, 7).flatten(4).flatten(1, 3)
        assert self.proj.bias is not None  # noqa: S101 - made with one
        return linear(rows, self.proj.weight.flatten(1), self.proj.bias)


class DividedBlock(nn.Module):
    """Attention along time, attention across the picture, and a layer for each token by itself."""

    def __init__(self, config: SynchformerConfig) -> None:
        super().__init__()
        self.moments = config.moments
        width = config.width
        self.norm3 = nn.LayerNorm(width, eps=_EPSILON)
        self.timeattn = GroupAttention(width, config.heads)
        self.norm1 = nn.LayerNorm(width, eps=_EPSILON)
        self.attn = GroupAttention(width, config.heads)
        self.norm2 = nn.LayerNorm(width, eps=_EPSILON)
        self.mlp = FeedForward(width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return [segments, 1 + tubelets, width]; the first token stands for the whole segment."""
        places = (tokens.shape[1] - 1) // self.moments
        along = self.timeattn(_turned(self.norm3(tokens), self.moments, places), places)
        tokens = tokens + _turned(along, places, self.moments)
        tokens = tokens + self.attn(self.norm1(tokens), self.moments)
        out: Tensor = tokens + self.mlp(self.norm2(tokens))
        return out


def _turned(tokens: Tensor, rows: int, columns: int) -> Tensor:
    """Turn ``rows`` by ``columns`` tokens after the first into columns by rows."""
    grid = torch.unflatten(tokens[:, 1:], 1, (rows, columns))
    return torch.cat([tokens[:, :1], grid.transpose(1, 2).flatten(1, 2)], dim=1)


class GroupAttention(nn.Module):
    """Tokens attend to their own group and to the first token, which attends to all."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.width, self.heads = width, heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = RowLinear(width, width)

    def forward(self, tokens: Tensor, groups: int) -> Tensor:
        """Return what tokens [segments, 1 + groups * n, width], group by group, gather."""
        queries, keys, values = project(tokens, self.qkv.weight, self.qkv.bias)
        first = attend(queries[:, :1], keys, values, self.heads)
        grouped = queries[:, 1:].reshape(-1, (tokens.shape[1] - 1) // groups, self.width)
        rest = attend(grouped, _grouped(keys, groups), _grouped(values, groups), self.heads)
        rest = rest.view(-1, tokens.shape[1] - 1, self.width)
        return merge(torch.cat([first, rest], dim=1), self.proj, self.qkv.bias)


def _grouped(tokens: Tensor, groups: int) -> Tensor:
    """Return [segments * groups, 1 + n, width]: each group after the first token."""
    first = tokens[:, :1].unsqueeze(1).expand(-1, groups, -1, -1)
    rest = torch.unflatten(tokens[:, 1:], 1, (groups, -1))
    return torch.cat([first, rest], dim=2).flatten(0, 1)


class FeedForward(nn.Module):
    """A wider layer with GELU between."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = RowLinear(width, _WIDENING * width)
        self.fc2 = RowLinear(_WIDENING * width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the layer's output, same shape."""
        out: Tensor = self.fc2(gelu(linear(tokens, self.fc1.weight), self.fc1.bias))
        return out


class Gathering(nn.Module):
    """A transformer layer whose learned token gathers the others.

    Only that token is worked out: nobody asks for the others.
    """

    def __init__(self, config: SynchformerConfig) -> None:
        super().__init__()
        width = config.width
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.norm1 = nn.LayerNorm(width, eps=_EPSILON)
        self.self_attn = SelfAttention(width, config.heads)
        self.norm2 = nn.LayerNorm(width, eps=_EPSILON)
        self.linear1 = RowLinear(width, _WIDENING * width)
        self.linear2 = RowLinear(_WIDENING * width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return [batch, 1, width] for [batch, tokens, width]."""
        start = self.cls_token.expand(tokens.shape[0], -1, -1)
        point = start + self.self_attn(self.norm1(torch.cat([start, tokens], dim=1)), asked=1)
        hidden = linear(self.norm2(point), self.linear1.weight)
        out: Tensor = point + self.linear2(gelu(hidden, self.linear1.bias))
        return out

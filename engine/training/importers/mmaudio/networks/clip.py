"""CLIP ViT-H/14 as DFN5B trained it (Radford et al. 2021; Fang et al. 2023, arXiv:2309.17425).

The image encoder gives one feature per picture. Of the text encoder the family uses no summary but
the last hidden states, one per token. Names of weights are those of open_clip's checkpoints, where
the image encoder's begin with "visual.".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.training.importers.mmaudio.networks.attention import SelfAttention
from engine.training.importers.mmaudio.networks.rows import RowLinear

if TYPE_CHECKING:
    from collections.abc import Mapping

IMAGE_PREFIX = "visual."
# Of the summary that a text has in CLIP's own space, which the family does not use.
UNUSED = ("text_projection", "logit_scale")
_STEEPNESS = 1.702  # of the sigmoid that stands in for GELU
_WIDENING = 4  # of the layer between


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """Sizes of the image encoder.

    Attributes:
        width: Of a token.
        blocks: How many follow each other.
        heads: Of attention.
        patch: Side of a patch in pixels.
        side: Patches along a side of the picture.
        features: Width of the output.
    """

    width: int = 1280
    blocks: int = 32
    heads: int = 16
    patch: int = 14
    side: int = 27
    features: int = 1024


@dataclass(frozen=True, slots=True)
class TextConfig:
    """Sizes of the text encoder.

    Attributes:
        width: Of a token, and of the output.
        blocks: How many follow each other.
        heads: Of attention.
        tokens: Most tokens of a text.
        vocabulary: Different tokens.
    """

    width: int = 1024
    blocks: int = 24
    heads: int = 16
    tokens: int = 77
    vocabulary: int = 49408


def split_weights(
    tensors: Mapping[str, Tensor],
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return the tensors of a checkpoint for the image encoder and for the text encoder."""
    image, text = {}, {}
    for name, tensor in tensors.items():
        if name.startswith(IMAGE_PREFIX):
            image[name.removeprefix(IMAGE_PREFIX)] = tensor
        elif name not in UNUSED:
            text[name] = tensor
    return image, text


class ImageEncoder(nn.Module):
    """Pictures to features of length 1, each by itself."""

    def __init__(self, config: ImageConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.conv1 = nn.Conv2d(3, width, config.patch, config.patch, bias=False)
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros(config.side**2 + 1, width))
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(width, config.blocks, config.heads)
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.zeros(width, config.features))

    def forward(self, frames: Tensor) -> Tensor:
        """Return [batch, N, features].

        Args:
            frames: Normalised pictures [batch, N, 3, height, width]. What is over at the right and
                at the bottom when they are cut into patches is not looked at.
        """
        patches = self._patches(frames.flatten(0, 1))
        start = self.class_embedding.expand(patches.shape[0], 1, -1)
        tokens = torch.cat([start, patches], dim=1) + self.positional_embedding
        summary = self.transformer.first_token(self.ln_pre(tokens))
        features = self.ln_post(summary) @ self.proj
        return torch.unflatten(F.normalize(features, dim=-1), 0, frames.shape[:2])

    def _patches(self, frames: Tensor) -> Tensor:
        """A convolution by whole patches, as the one matrix product that it is."""
        patch, side = self.config.patch, self.config.side
        seen = frames[:, :, : side * patch, : side * patch]
        columns = torch.unflatten(seen, 3, (side, patch))
        grid = torch.unflatten(columns, 2, (side, patch))
        rows = grid.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)
        return F.linear(rows, self.conv1.weight.flatten(1))


class TextEncoder(nn.Module):
    """Tokens to features of length 1, one per token."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        width = config.width
        self.token_embedding = nn.Embedding(config.vocabulary, width)
        self.positional_embedding = nn.Parameter(torch.zeros(config.tokens, width))
        self.transformer = Transformer(width, config.blocks, config.heads)
        self.ln_final = nn.LayerNorm(width)

    def forward(self, input_ids: Tensor) -> Tensor:
        """Return [batch, tokens, width] for token ids [batch, tokens], padded with zeros."""
        tokens = self.token_embedding(input_ids) + self.positional_embedding
        return F.normalize(self.ln_final(self.transformer(tokens)), dim=-1)


class Transformer(nn.Module):
    """Blocks in a row."""

    def __init__(self, width: int, blocks: int, heads: int) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(Block(width, heads) for _ in range(blocks))

    def forward(self, tokens: Tensor) -> Tensor:
        """Return [batch, tokens, width]; each token sees itself and those before it."""
        for block in self.resblocks:
            tokens = block(tokens, causal=True)
        return tokens

    def first_token(self, tokens: Tensor) -> Tensor:
        """Return the first token [batch, width], where all tokens see each other.

        The last block works it out alone: nobody asks for the others.
        """
        *all_but_last, last = self.resblocks
        for block in all_but_last:
            tokens = block(tokens)
        first: Tensor = last(tokens, asked=1)
        return first.squeeze(1)


class Block(nn.Module):
    """Attention and a layer of its own for each token, both normalised first."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = SelfAttention(width, heads)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = FeedForward(width)

    def forward(self, tokens: Tensor, *, asked: int | None = None, causal: bool = False) -> Tensor:
        """Return [batch, tokens, width], or only the ``asked`` first tokens."""
        tokens, gathered = (
            tokens[:, :asked],
            self.attn(self.ln_1(tokens), asked=asked, causal=causal),
        )
        tokens = tokens + gathered
        out: Tensor = tokens + self.mlp(self.ln_2(tokens))
        return out


class FeedForward(nn.Module):
    """A wider layer with a sigmoid-weighted unit between, an approximation of GELU."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.c_fc = RowLinear(width, _WIDENING * width)
        self.c_proj = RowLinear(_WIDENING * width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the layer's output, same shape."""
        hidden = self.c_fc(tokens)
        out: Tensor = self.c_proj(hidden * torch.sigmoid(_STEEPNESS * hidden))
        return out

"""Sizes of the flow network, known without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class FlowConfig:
    """Sizes of one flow network.

    Attributes:
        latent_channels: Values per latent.
        heads: Attention heads, 64 channels each.
        joint_blocks: Blocks where latent, CLIP and text attend to each other.
        fused_blocks: Blocks of the latent alone, which follow.
        generation: 2 has SiLU in every input projection, and a time embedding of its own.
        clip_width: Values per CLIP feature.
        sync_width: Values per Synchformer feature.
        text_width: Values per token of the text.
        tokens: Of a text.
    """

    latent_channels: int
    heads: int
    joint_blocks: int
    fused_blocks: int
    generation: Literal[1, 2] = 1
    clip_width: int = 1024
    sync_width: int = 768
    text_width: int = 1024
    tokens: int = 77

    HEAD_WIDTH = 64

    @property
    def width(self) -> int:
        """Channels of the hidden states."""
        return self.heads * self.HEAD_WIDTH

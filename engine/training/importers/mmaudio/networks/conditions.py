"""What the flow is conditioned on, made ready once for all steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.training.importers.mmaudio.networks.layers import GatedFeedForward, SequenceConv

if TYPE_CHECKING:
    from engine.training.importers.mmaudio.networks.flow_config import FlowConfig

SEGMENT_POINTS = 8
_KERNEL = 3
_SYNC_KERNEL = 7


class ConditionEncoder(nn.Module):
    """Features of pictures and text to the tokens that the flow network attends to."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        width, second = config.width, config.generation == 2
        # The first generation has no activation behind its linear layers.
        between = [nn.SiLU()] if second else []
        self.clip_input_proj = nn.Sequential(
            nn.Linear(config.clip_width, width), *between, GatedFeedForward(width, _KERNEL)
        )
        self.text_input_proj = nn.Sequential(
            nn.Linear(config.text_width, width), *between, GatedFeedForward(width)
        )
        self.sync_input_proj = nn.Sequential(
            SequenceConv(config.sync_width, width, _SYNC_KERNEL),
            nn.SiLU() if second else nn.SELU(),
            GatedFeedForward(width, _KERNEL),
        )
        self.sync_pos_emb = nn.Parameter(torch.zeros(1, 1, SEGMENT_POINTS, config.sync_width))
        self.clip_cond_proj = nn.Linear(width, width)
        self.text_cond_proj = nn.Linear(width, width)
        self.global_cond_mlp = GatedFeedForward(width)

    def forward(
        self, clip: Tensor, sync: Tensor, text: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return CLIP's tokens, text's tokens, sync points, and the summary [batch, width].

        Args:
            clip: [batch, pictures, CLIP width] at 8 pictures per second.
            sync: [batch, 8 * segments, Synchformer width].
            text: [batch, tokens, text width].
        """
        batch, points, width = sync.shape
        segments = sync.reshape(batch, points // SEGMENT_POINTS, SEGMENT_POINTS, width)
        sync = (segments + self.sync_pos_emb).reshape(batch, points, width)
        clip_tokens = self.clip_input_proj(clip)
        text_tokens = self.text_input_proj(text)
        seen = self.clip_cond_proj(clip_tokens.mean(dim=1))
        told = self.text_cond_proj(text_tokens.mean(dim=1))
        summary = self.global_cond_mlp(seen + told)
        return clip_tokens, text_tokens, self.sync_input_proj(sync), summary


class NullConditions(nn.Module):
    """What stands for a condition that is not there."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.empty_clip_feat = nn.Parameter(torch.zeros(1, config.clip_width))
        self.empty_sync_feat = nn.Parameter(torch.zeros(1, config.sync_width))
        self.empty_string_feat = nn.Parameter(torch.zeros(config.tokens, config.text_width))

    def forward(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return CLIP's [1, 1, width] and sync's [1, 1, width], for all times, and the text's."""
        return (
            self.empty_clip_feat.unsqueeze(0),
            self.empty_sync_feat.unsqueeze(0),
            self.empty_string_feat.unsqueeze(0),
        )

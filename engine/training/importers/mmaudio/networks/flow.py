"""One step of the flow: latent, time and prepared conditions to velocity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.training.importers.mmaudio.networks.blocks import (
    Angles,
    Guide,
    JointBlock,
    StreamBlock,
    modulate,
)
from engine.training.importers.mmaudio.networks.layers import (
    GatedFeedForward,
    SequenceConv,
    TimeEmbedding,
)
from engine.training.importers.mmaudio.networks.rotary import rotary_angles

if TYPE_CHECKING:
    from engine.training.importers.mmaudio.networks.flow_config import FlowConfig

_KERNEL = 7
# Generation 1: frequencies from one radian on down. Generation 2: from 10,000 to one.
_TIME_FREQUENCIES = 256
_TIME_SCALES = {1: 1.0, 2: 10_000.0}


class FinalLayer(nn.Module):
    """Hidden states to velocities."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        width = config.width
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))
        self.conv = SequenceConv(width, config.latent_channels, _KERNEL)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Return [batch, latents, channels]; ``condition`` is [batch, 1, width]."""
        shift, scale = self.adaLN_modulation(condition).chunk(2, dim=-1)
        out: Tensor = self.conv(modulate(self.norm(x), shift, scale))
        return out


class FlowNetwork(nn.Module):
    """The velocity of a latent.

    Positions are made from the lengths of the inputs, so that any duration will do.
    """

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        width = config.width
        self.head = config.HEAD_WIDTH
        second = config.generation == 2
        self.audio_input_proj = nn.Sequential(
            SequenceConv(config.latent_channels, width, _KERNEL),
            nn.SiLU() if second else nn.SELU(),
            GatedFeedForward(width, _KERNEL),
        )
        self.t_embed = TimeEmbedding(
            width, width if second else _TIME_FREQUENCIES, _TIME_SCALES[config.generation]
        )
        joint = config.joint_blocks
        self.joint_blocks = nn.ModuleList(
            JointBlock(config, ends=i == joint - 1) for i in range(joint)
        )
        self.fused_blocks = nn.ModuleList(StreamBlock(config) for _ in range(config.fused_blocks))
        self.final_layer = FinalLayer(config)

    def forward(  # noqa: PLR0917 - a graph's inputs come in order
        self,
        latent: Tensor,
        time: Tensor,
        clip_tokens: Tensor,
        text_tokens: Tensor,
        sync_points: Tensor,
        summary: Tensor,
    ) -> Tensor:
        """Return the velocity [batch, latents, channels].

        Args:
            latent: [batch, latents, channels], or one for all: [1, latents, channels].
            time: [batch] or [1], 0 is noise and 1 is sound.
            clip_tokens: [batch, pictures, width].
            text_tokens: [batch, tokens, width].
            sync_points: [batch, points, width], over the same time as the latent.
            summary: [batch, width].
        """
        x = self.audio_input_proj(latent).expand(summary.shape[0], -1, -1)
        condition = self.t_embed(time).unsqueeze(1) + summary.unsqueeze(1)
        latents, pictures = latent.shape[1], clip_tokens.shape[1]
        nearest = nearest_points(sync_points.shape[1], latents, latent.device)
        followed = Guide(condition + sync_points, lambda parts: parts.index_select(1, nearest))
        held = Guide(condition, lambda parts: parts)
        places = self._angles(latents, latent.device)
        shown = self._angles(pictures, latent.device, _ratio(latents, pictures, latent.device))
        streams = [x, clip_tokens, text_tokens]
        for block in self.joint_blocks:
            streams = block(streams, (followed, held, held), (places, shown, None))
        x = streams[0]
        for block in self.fused_blocks:
            x = block(x, followed, places)
        out: Tensor = self.final_layer(x, condition)
        return out

    def _angles(self, points: int, device: torch.device, scale: Tensor | None = None) -> Angles:
        positions = torch.arange(points, dtype=torch.float32, device=device)
        angles = rotary_angles(positions, self.head, scale)
        return angles.cos(), angles.sin()


def nearest_points(points: int, latents: int, device: torch.device) -> Tensor:
    """Return for every latent the sync point whose middle lies nearest, int64 [latents]."""
    middles = torch.arange(latents, dtype=torch.float32, device=device) + 0.5
    return (middles * _ratio(points, latents, device)).floor().long().clamp(max=points - 1)


def _ratio(over: int, under: int, device: torch.device) -> Tensor:
    """Return a quotient of sizes as a tensor, since a graph knows its sizes only when it runs."""
    counts = torch.tensor([over, under], dtype=torch.float32, device=device)
    return counts[0] / counts[1]

"""The flow network: latent, time, text and cues to velocity (rectified flow, Liu et al. 2022).

A transformer over pairs of latent frames. Every block's normalisation is modulated frame by frame
(adaLN, Peebles & Xie 2023) by the sum of the time's, text's, cues' and stem's embeddings, so that a
cue acts on the moment that it belongs to. A missing condition is a vector of zeros.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True, slots=True)
class FlowConfig:
    """Sizes of the flow network; the defaults are those of lumiphone-base."""

    latent_channels: int = 46
    patch: int = 2  # latent frames per token
    text_channels: int = 384
    cue_channels: int = 4
    cues_per_latent: int = 2
    stems: int = 3
    width: int = 384
    heads: int = 6
    blocks: int = 6
    expansion: int = 2
    modulation_rank: int = 64


def rotary_angles(count: int, width: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return cosines and sines [count, width / 2] of rotary positions (Su et al. 2021)."""
    rates = 1000.0 ** (-torch.arange(0, width, 2, device=device, dtype=torch.float32) / width)
    angles = torch.arange(count, device=device, dtype=torch.float32).unsqueeze(1) * rates
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Apply rotary positions to [batch, heads, time, width]."""
    first, second = x.chunk(2, dim=-1)
    turned = (first * cosines - second * sines, second * cosines + first * sines)
    return torch.cat(turned, dim=-1)


class TimeEmbedding(nn.Module):
    """Time in [0, 1], [batch], to [batch, width]."""

    FREQUENCIES = 128

    def __init__(self, width: int) -> None:
        super().__init__()
        rates = torch.exp(torch.linspace(0.0, math.log(1000.0), self.FREQUENCIES))
        self.register_buffer("rates", rates, persistent=False)
        self.enter = nn.Linear(2 * self.FREQUENCIES, width)
        self.leave = nn.Linear(width, width)

    def forward(self, time: Tensor) -> Tensor:
        """Return the embedding."""
        angles = time.unsqueeze(1) * self.get_buffer("rates")
        out: Tensor = self.leave(F.silu(self.enter(torch.cat([angles.cos(), angles.sin()], dim=1))))
        return out


class FlowBlock(nn.Module):
    """Attention and a feed-forward layer, each modulated per frame."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.attention_norm = nn.LayerNorm(width, elementwise_affine=False)
        self.attention_in = nn.Linear(width, 3 * width)
        self.attention_out = nn.Linear(width, width)
        self.head_norm = nn.LayerNorm(width // config.heads, elementwise_affine=False)
        self.feed_norm = nn.LayerNorm(width, elementwise_affine=False)
        self.widen = nn.Linear(width, config.expansion * width)
        self.narrow = nn.Linear(config.expansion * width, width)
        self.modulation_in = nn.Linear(width, config.modulation_rank)
        self.modulation_out = nn.Linear(config.modulation_rank, 6 * width)
        nn.init.zeros_(self.modulation_out.weight)
        nn.init.zeros_(self.modulation_out.bias)

    def attend(self, x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
        """Return what attention gathers for each of [batch, time, width]."""
        batch, count, width = x.shape
        mixed = self.attention_in(x).reshape(batch, count, 3, self.heads, width // self.heads)
        query, key, value = mixed.permute(2, 0, 3, 1, 4)
        query = rotate(self.head_norm(query), cosines, sines).type_as(value)
        key = rotate(self.head_norm(key), cosines, sines).type_as(value)
        attended = F.scaled_dot_product_attention(query, key, value)
        out: Tensor = self.attention_out(attended.transpose(1, 2).reshape(batch, count, width))
        return out

    def forward(self, x: Tensor, condition: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
        """Return [batch, time, width] under a condition of the same shape."""
        modulation = self.modulation_out(self.modulation_in(condition))
        shift_a, scale_a, gate_a, shift_f, scale_f, gate_f = modulation.chunk(6, dim=-1)
        attended = self.attend(self.attention_norm(x) * (1 + scale_a) + shift_a, cosines, sines)
        x = x + gate_a * attended
        fed = self.widen(self.feed_norm(x) * (1 + scale_f) + shift_f)
        out: Tensor = x + gate_f * self.narrow(F.gelu(fed, approximate="tanh"))
        return out


class Flow(nn.Module):
    """Velocity field of the latent."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        cue_inputs = config.cue_channels * config.cues_per_latent * config.patch
        self.enter = nn.Linear(config.latent_channels * config.patch + cue_inputs, width)
        self.time = TimeEmbedding(width)
        self.text = nn.Sequential(
            nn.Linear(config.text_channels, width), nn.SiLU(), nn.Linear(width, width)
        )
        # A cue acts a little before and after itself: attacks are prepared, bodies ring on.
        self.cues = nn.Sequential(
            nn.Linear(3 * cue_inputs, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.stem = nn.Linear(config.stems, width, bias=False)
        nn.init.zeros_(self.stem.weight)
        self.blocks = nn.ModuleList(FlowBlock(config) for _ in range(config.blocks))
        self.leave_norm = nn.LayerNorm(width, elementwise_affine=False)
        self.leave_modulation = nn.Linear(width, 2 * width)
        self.leave = nn.Linear(width, config.latent_channels * config.patch)
        for layer in (self.leave_modulation, self.leave):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(
        self, latent: Tensor, time: Tensor, text: Tensor, cues: Tensor, stem: Tensor
    ) -> Tensor:
        """Return the velocity [batch, frames, channels].

        Args:
            latent: [batch, frames, channels], frames a multiple of ``patch``.
            time: [batch], 0 is noise and 1 is sound.
            text: [batch, 384], unit vectors; zeros where there is no text.
            cues: [batch, frames * cues_per_latent, cue_channels]; zeros where unknown.
            stem: [batch, stems], one at the stem's place; zeros where it is open.
        """
        batch = latent.shape[0]
        tokens = latent.reshape(batch, -1, self.config.latent_channels * self.config.patch)
        cue_inputs = self.enter.in_features - tokens.shape[2]
        cues = cues.reshape(batch, -1, cue_inputs)
        padded = F.pad(cues, (0, 0, 1, 1))
        near = torch.cat([padded[:, :-2], cues, padded[:, 2:]], dim=2)
        # sqrt(384) brings a unit vector's entries to unit size.
        text_condition = self.text(text * math.sqrt(self.config.text_channels))
        whole = self.time(time) + text_condition + self.stem(stem)
        condition = whole.unsqueeze(1) + self.cues(near)
        condition = F.silu(condition)
        x = self.enter(torch.cat([tokens, cues], dim=2))
        head = self.config.width // self.config.heads
        cosines, sines = rotary_angles(x.shape[1], head, x.device)
        for block in self.blocks:
            x = block(x, condition, cosines, sines)
        shift, scale = self.leave_modulation(condition).chunk(2, dim=-1)
        out: Tensor = self.leave(self.leave_norm(x) * (1 + scale) + shift)
        return out.reshape(batch, -1, self.config.latent_channels)

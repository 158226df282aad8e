"""The judge network: a latent and a text vector to how well they match.

Sound and words meet in one space, as in CLAP (Elizalde et al. 2022, arXiv:2206.04769), but the
sound comes as a latent, so that drafts of a take can be ranked before any of them is decoded.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.training.networks.blocks import ConvNeXtBlock


@dataclass(frozen=True, slots=True)
class JudgeConfig:
    """Sizes of the judge network; the defaults are those of lumiphone-base."""

    latent_channels: int = 46
    text_channels: int = 384
    width: int = 80
    blocks: int = 4
    expansion: int = 2
    dropout: float = 0.2


class Judge(nn.Module):
    """Cosine between what a latent sounds like and what a text says.

    Args:
        config: Sizes.
    """

    centre: Tensor

    def __init__(self, config: JudgeConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.enter = nn.Conv1d(config.latent_channels, width, 5, stride=2, padding=2)
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(width, config.expansion) for _ in range(config.blocks)
        )
        self.attend = nn.Linear(width, 1)
        self.leave = nn.Linear(3 * width, config.text_channels)
        # All texts have much in common; what sets them apart is what they differ by.
        self.register_buffer("centre", torch.zeros(config.text_channels))
        self.sharpness = nn.Parameter(torch.tensor(2.5))  # log of the factor on cosines in training

    def sound(self, latent: Tensor) -> Tensor:
        """Map [batch, frames, latent channels] to unit vectors [batch, text channels]."""
        x = F.gelu(self.enter(latent.transpose(1, 2)), approximate="tanh").transpose(1, 2)
        for number, block in enumerate(self.blocks):
            x = block(x)
            if number < 2:
                x = F.avg_pool1d(x.transpose(1, 2), 2, ceil_mode=True).transpose(1, 2)
        weights = torch.softmax(self.attend(x), 1)
        pooled = torch.cat([(weights * x).sum(1), x.mean(1), x.amax(1)], 1)
        heard: Tensor = self.leave(F.dropout(pooled, self.config.dropout, self.training))
        return F.normalize(heard, dim=1)

    def words(self, text: Tensor) -> Tensor:
        """Map text vectors [batch, text channels] to unit vectors around their centre."""
        return F.normalize(F.normalize(text, dim=1) - self.centre, dim=1)

    def forward(self, latent: Tensor, text: Tensor) -> Tensor:
        """Return the cosine of each latent and its text, [batch]."""
        return (self.sound(latent) * self.words(text)).sum(1)

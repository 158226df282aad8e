"""The motion encoder's network: convolutions on five stacked pictures, then over time.

No normalisation layers: every picture is brought to one contrast at the input instead, so batches
and chunks of any size give the same answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

REACH = 2  # pictures that are stacked on each side
DILATIONS = (1, 2, 4, 8, 4, 2, 1)
CONTEXT = REACH + sum(DILATIONS)  # pictures on each side that an answer depends on


@dataclass(frozen=True, slots=True)
class Size:
    """How large the network is.

    Attributes:
        stages: Channels at 16, 8 and 4 pixels.
        width: Channels over time.
    """

    stages: tuple[int, int, int] = (64, 96, 128)
    width: int = 128


class PictureBlock(nn.Module):
    """A residual 3 x 3 convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Map [pictures, channels, rows, columns] to the same shape."""
        changed: Tensor = F.relu(self.conv(x))
        return x + changed


class TimeBlock(nn.Module):
    """A residual dilated convolution over time."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.mix = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map [clips, channels, pictures] to the same shape."""
        changed: Tensor = self.mix(F.relu(self.conv(x)))
        return x + changed


class MotionEncoder(nn.Module):
    """Grey pictures to events and curves.

    An answer for a picture depends on :data:`CONTEXT` pictures on each side.
    """

    def __init__(self, kinds: int, curves: int, size: Size | None = None) -> None:
        super().__init__()
        size = size or Size()
        first, second, third = size.stages
        self.kinds, self.curves = kinds, curves
        self.pictures = nn.Sequential(
            nn.Conv2d(4 * (2 * REACH + 1), first, 5, stride=2, padding=2),
            nn.ReLU(),
            nn.Conv2d(first, second, 3, stride=2, padding=1),
            nn.ReLU(),
            PictureBlock(second),
            nn.Conv2d(second, third, 3, stride=2, padding=1),
            nn.ReLU(),
            PictureBlock(third),
        )
        self.gather = nn.Linear(third * 16, size.width)
        self.times = nn.Sequential(*(TimeBlock(size.width, dilation) for dilation in DILATIONS))
        self.answer = nn.Conv1d(size.width, 1 + kinds + 1 + 1 + curves, 1)

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Answer for every picture.

        Args:
            frames: float [clips, pictures, 64, 64], grey from 0 to 1, at 25 a second.

        Returns:
            Event logits [clips, pictures], kind logits [clips, pictures, kinds], strengths
            [clips, pictures] (0 to 1), offsets [clips, pictures] (-0.5 to 0.5 pictures), curve
            logits [clips, pictures, curves].
        """
        clips, pictures = frames.shape[0], frames.shape[1]
        stacked = stack(frames).reshape(clips * pictures, 2 * REACH + 1, *frames.shape[2:])
        small = F.pixel_unshuffle(stacked, 2).contiguous(memory_format=torch.channels_last)
        features = F.relu(self.gather(self.pictures(small).flatten(1)))
        over_time = features.reshape(clips, pictures, -1).transpose(1, 2)
        out = self.answer(self.times(over_time)).transpose(1, 2).float()
        event, kind, strength, offset, curves = out.split((1, self.kinds, 1, 1, self.curves), 2)
        return (
            event[..., 0],
            kind,
            torch.sigmoid(strength[..., 0]),
            0.5 * torch.tanh(offset[..., 0]),
            curves,
        )


def stack(frames: Tensor) -> Tensor:
    """Return each picture with its differences to its neighbours, at one contrast.

    Args:
        frames: [clips, pictures, rows, columns]; beyond the ends stand the first and the last.

    Returns:
        [clips, pictures, 2 * REACH + 1, rows, columns].
    """
    pictures = frames.shape[1]
    padded = torch.cat([frames[:, :1]] * REACH + [frames] + [frames[:, -1:]] * REACH, 1)
    mean = frames.mean((2, 3), keepdim=True)
    spread = (frames - mean).square().mean((2, 3), keepdim=True).sqrt()
    scale = 1 / (spread + 0.03)
    planes = [(frames - mean) * scale]
    for shift in range(2 * REACH + 1):
        if shift != REACH:
            neighbour = padded[:, shift : shift + pictures]
            # Differences are small beside the picture itself; three times brings them level.
            planes.append(3 * (neighbour - frames) * scale)
    return torch.stack(planes, 2)

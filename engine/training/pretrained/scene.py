"""The scene encoder: EfficientNet-Lite0 (Tan & Le 2019; Lite: Google 2020), trained on ImageNet.

Lite means ReLU6 instead of swish, no squeeze-and-excitation, and a stem and head of fixed width:
fast on any processor. Padding follows TensorFlow's "SAME", which the weights were made with.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from engine.training.export import export_graph

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 224
CLASSES = 1000

# Output channels, kernel, stride, expansion, layers (table 1 of the paper; width and depth 1.0).
_STAGES = (
    (16, 3, 1, 1, 1),
    (24, 3, 2, 6, 2),
    (40, 5, 2, 6, 2),
    (80, 3, 2, 6, 3),
    (112, 5, 1, 6, 3),
    (192, 5, 2, 6, 4),
    (320, 3, 1, 6, 1),
)
_STEM, _HEAD = 32, 1280
_EPSILON = 1e-3


class ConvNorm(nn.Module):
    """Convolution without bias, batch norm and, unless ``linear``, ReLU6.

    With stride 2 an even-sized picture gets one pixel less padding on the top and left.
    """

    def __init__(
        self, channels: int, out: int, kernel: int, *, stride: int = 1, groups: int = 1,
        linear: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        before = (kernel - stride) // 2
        after = kernel - stride - before
        self.pad = nn.ZeroPad2d((before, after, before, after))
        self.conv = nn.Conv2d(channels, out, kernel, stride, groups=groups, bias=False)
        self.norm: nn.BatchNorm2d | nn.Identity = nn.BatchNorm2d(out, eps=_EPSILON)
        self.act = nn.Identity() if linear else nn.ReLU6()

    def forward(self, x: Tensor) -> Tensor:
        """Return [N, out, height / stride, width / stride] for [N, channels, height, width]."""
        out: Tensor = self.act(self.norm(self.conv(self.pad(x))))
        return out


class InvertedResidual(nn.Module):
    """Widen, filter per channel, narrow; with a shortcut where the shape stays (MobileNetV2)."""

    def __init__(self, channels: int, out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = channels * expansion
        layers = [ConvNorm(channels, wide, 1)] if expansion > 1 else []
        layers.append(ConvNorm(wide, wide, kernel, stride=stride, groups=wide))
        layers.append(ConvNorm(wide, out, 1, linear=True))
        self.layers = nn.Sequential(*layers)
        self.shortcut = stride == 1 and channels == out

    def forward(self, x: Tensor) -> Tensor:
        """Return [N, out, height / stride, width / stride] for [N, channels, height, width]."""
        out: Tensor = self.layers(x)
        return x + out if self.shortcut else out


class SceneEncoder(nn.Module):
    """EfficientNet-Lite0 with a softmax: pictures to label probabilities."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [ConvNorm(3, _STEM, 3, stride=2)]
        channels = _STEM
        for out, kernel, stride, expansion, count in _STAGES:
            for index in range(count):
                first = stride if index == 0 else 1
                layers.append(InvertedResidual(channels, out, kernel, first, expansion))
                channels = out
        layers.append(ConvNorm(channels, _HEAD, 1))
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(_HEAD, CLASSES)

    def forward(self, frames: Tensor) -> Tensor:
        """Return probabilities [N, 1000] for RGB frames [N, 3, 224, 224].

        Frames are values from 0 to 1, less 0.498, divided by 0.502 (127 and 128 of 255).
        """
        features = self.layers(frames).mean((2, 3))
        return torch.softmax(self.head(features), dim=1)


def load_scene_encoder(published: bytes) -> SceneEncoder:
    """Return the network with the published weights, in evaluation mode, batch norm folded.

    The package names the same layers differently, but lists them in the same order.

    Args:
        published: The PyTorch state file out of the package.
    """
    weights = torch.load(io.BytesIO(published), map_location="cpu", weights_only=True)
    encoder = SceneEncoder().eval()
    names = zip(encoder.state_dict(), weights.values(), strict=True)
    encoder.load_state_dict(dict(names))
    for layer in encoder.modules():
        if isinstance(layer, ConvNorm) and isinstance(layer.norm, nn.BatchNorm2d):
            layer.conv = fuse_conv_bn_eval(layer.conv, layer.norm)
            layer.norm = nn.Identity()
    return encoder


def export_scene_encoder(encoder: SceneEncoder, path: Path) -> None:
    """Write the graph from ``frames`` float32 [N, 3, 224, 224] to ``probabilities`` [N, 1000]."""
    export_graph(
        encoder,
        (torch.zeros(2, 3, SIDE, SIDE),),
        path,
        input_names=["frames"],
        output_names=["probabilities"],
        dynamic_shapes={"frames": {0: "N"}},
    )

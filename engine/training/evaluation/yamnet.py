"""YAMNet: which of AudioSet's 521 classes are heard, and an embedding of 1024 numbers.

The network is MobileNet-v1 (Howard et al. 2017, arXiv:1704.04861) on log-mel patches, as published
in TensorFlow's model garden (research/audioset/yamnet).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.training.evaluation.mel_patches import mel_patches, resampled
from engine.training.evaluation.yamnet_package import PublishedYamnet, load_published

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.training.evaluation.mel_patches import Floats

EMBEDDING = 1024
CLASSES = 521
_EPSILON = 1e-4
_STEM = 32
# Stride and width of the separable convolutions that follow the first.
_LAYERS = ((1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512), *[(1, 512)] * 5)
_LAYERS = (*_LAYERS, (2, 1024), (1, 1024))
_PREFIX = "layer-1/layer/_func/_yamnet/layer_with_weights-"
_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"


class _Convolution(nn.Module):
    """3x3 or 1x1, normalised, rectified; even sides are padded as TensorFlow pads them."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, groups: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=_EPSILON)
        around = kernel // 2
        before = 0 if stride == 2 else around
        self.padding = (before, around, before, around)

    def forward(self, values: Tensor) -> Tensor:
        normed: Tensor = self.norm(self.convolution(F.pad(values, self.padding)))
        return normed.relu()


class YamnetNetwork(nn.Module):
    """Patches [n, 96, 64] to scores [n, 521] and embeddings [n, 1024]."""

    def __init__(self) -> None:
        super().__init__()
        layers = [_Convolution(1, _STEM, 3, 2, 1)]
        width = _STEM
        for stride, outputs in _LAYERS:
            layers.append(_Convolution(width, width, 3, stride, width))
            layers.append(_Convolution(width, outputs, 1, 1, 1))
            width = outputs
        self.layers = nn.Sequential(*layers)
        self.classifier = nn.Linear(EMBEDDING, CLASSES)

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Return scores and embeddings."""
        embeddings = self.layers(patches.unsqueeze(1)).mean(dim=(2, 3))
        return self.classifier(embeddings).sigmoid(), embeddings


def network_state(variables: Mapping[str, NDArray[np.float32]]) -> dict[str, Tensor]:
    """Return the published variables as a state of :class:`YamnetNetwork`.

    The SavedModel counts its layers: every convolution is followed by its normalisation, the last
    is the classifier. TensorFlow's kernels are [height, width, in, out], depthwise ones
    [height, width, in, 1].
    """

    def variable(layer: int, name: str) -> Tensor:
        return torch.from_numpy(variables[f"{_PREFIX}{layer}/{name}{_SUFFIX}"])

    state: dict[str, Tensor] = {}
    count = 1 + 2 * len(_LAYERS)
    for i in range(count):
        depthwise = i % 2 == 1
        kernel = variable(2 * i, "depthwise_kernel" if depthwise else "kernel")
        order = (2, 3, 0, 1) if depthwise else (3, 2, 0, 1)
        norm = f"layers.{i}.norm."
        state[f"layers.{i}.convolution.weight"] = kernel.permute(*order)
        state[norm + "bias"] = variable(2 * i + 1, "beta")
        state[norm + "weight"] = torch.ones_like(state[norm + "bias"])  # none was learned
        state[norm + "running_mean"] = variable(2 * i + 1, "moving_mean")
        state[norm + "running_var"] = variable(2 * i + 1, "moving_variance")
        state[norm + "num_batches_tracked"] = torch.zeros((), dtype=torch.int64)
    state["classifier.weight"] = variable(2 * count, "kernel").T
    state["classifier.bias"] = variable(2 * count, "bias")
    return state


@dataclass(frozen=True, slots=True)
class Hearing:
    """What YAMNet makes of a waveform.

    Attributes:
        scores: float32 [521], mean over the patches.
        embeddings: float32 [patches, 1024].
        class_names: Of the scores.
    """

    scores: Floats
    embeddings: Floats
    class_names: tuple[str, ...]

    def score(self, classes: Collection[str]) -> float:
        """Return the score of the class, of those given, that is heard most."""
        return max(float(self.scores[self.class_names.index(name)]) for name in classes)

    def top(self, count: int = 5) -> tuple[str, ...]:
        """Return the classes heard most, first the most."""
        return tuple(self.class_names[i] for i in np.argsort(-self.scores)[:count])


class Yamnet:
    """The published network.

    Args:
        published: What its package carries.
    """

    def __init__(self, published: PublishedYamnet) -> None:
        self.class_names = published.class_names
        self.network = YamnetNetwork()
        self.network.load_state_dict(network_state(published.variables))
        self.network.eval()

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Find the weights; see :func:`engine.training.evaluation.yamnet_package.load_published`.

        Raises:
            InputError: They cannot be had.
        """
        return cls(load_published(folder))

    @torch.inference_mode()
    def hear(self, samples: Floats, sample_rate: int) -> Hearing:
        """Listen to mono samples, float32 [n], full scale +-1."""
        patches = mel_patches(resampled(samples, sample_rate))
        scores, embeddings = self.network(torch.from_numpy(patches))
        return Hearing(scores.mean(dim=0).numpy(), embeddings.numpy(), self.class_names)

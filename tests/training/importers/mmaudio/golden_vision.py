"""What the original's encoders of pictures and words gave for weights and inputs drawn by name.

"small" networks have few channels and three blocks; "true" ones have the published widths and two
blocks. Of the true text features every sixteenth channel was kept.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch
from torch import nn

from tests.training.importers.mmaudio.seeded import seeded_state

if TYPE_CHECKING:
    from torch import Tensor

GOLDEN = Path(__file__).parents[3] / "data" / "mmaudio" / "vision.npz"
TEXTS = ("a dog barking at a passing car", "rain, no music; Mother's 2 red-hot pots crackle!")
KEPT_CHANNELS = 16

Network = TypeVar("Network", bound=nn.Module)


def golden(name: str) -> Tensor:
    """Return one of the original's results."""
    with np.load(GOLDEN) as archive:
        return torch.from_numpy(archive[name])


def with_golden_weights(network: Network, prefix: str = "") -> Network:
    """Give a network the weights that the original had.

    Args:
        network: Ours.
        prefix: What the names of its tensors begin with in the checkpoint.
    """
    shapes = {prefix + name: tuple(t.shape) for name, t in network.state_dict().items()}
    drawn = seeded_state(shapes, 7)
    network.load_state_dict({name.removeprefix(prefix): t for name, t in drawn.items()})
    return network.eval()


def frames(*shape: int) -> Tensor:
    """Return pictures of unit variance."""
    return seeded_state({"frames": shape}, 11)["frames"] * math.sqrt(shape[-1])

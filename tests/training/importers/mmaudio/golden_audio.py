"""What the original's audio networks gave for weights and inputs drawn by name."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from tests.training.importers.mmaudio.seeded import seeded_state

if TYPE_CHECKING:
    from torch import Tensor, nn

GOLDEN = Path(__file__).parents[3] / "data" / "mmaudio" / "audio.npz"
QUIET = 0.02  # of the vocoder's last kernel, so that it does not clip


def golden(name: str) -> Tensor:
    """Return one of the original's results."""
    with np.load(GOLDEN) as archive:
        return torch.from_numpy(archive[name])


def weights(network: nn.Module) -> dict[str, Tensor]:
    """Return the weights that the original had."""
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    filters = [name for name in shapes if name.endswith("filter")]
    drawn = {name: shape for name, shape in shapes.items() if name not in filters}
    state = seeded_state(drawn, 7)
    state.update((name, golden("filter").view(1, 1, -1)) for name in filters)
    if "conv_post.weight" in state:
        state["conv_post.weight"] *= QUIET
    return state


def signal(name: str, *shape: int) -> Tensor:
    """Return an input of unit variance."""
    return seeded_state({name: shape}, 11)[name] * math.sqrt(shape[-1])

"""Checkpoints that survive a stop at any moment, and the running average of the weights."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import torch
from torch import nn

if TYPE_CHECKING:
    from pathlib import Path

Network = TypeVar("Network", bound=nn.Module)


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write ``state`` so that ``path`` always holds a whole checkpoint: the old one or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint to the CPU."""
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


class AveragedWeights(Generic[Network]):
    """Exponential moving average of a network's parameters (the weights that are exported).

    The decay is lowered early on, so that a short run is not averaged with its beginning.
    """

    def __init__(self, network: Network, decay: float = 0.999) -> None:
        self.decay = decay
        self.updates = 0
        self.network: Network = copy.deepcopy(network).eval().requires_grad_(requires_grad=False)

    @torch.no_grad()
    def update(self, network: Network) -> None:
        """Move the average towards the network's present weights."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        targets = [p.data for p in self.network.parameters()]
        sources = [p.data for p in network.parameters()]
        torch._foreach_lerp_(targets, sources, 1 - decay)

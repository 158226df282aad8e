"""Several processes that train one network on batches of their own, as torchrun starts them.

Gradients are averaged after every step; process 0 decides when the run ends, writes the log and
saves. Without torchrun there is one process, and everything here costs nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import distributed

if TYPE_CHECKING:
    from torch import nn

# Far more than the steps of any run, so that no two processes ever draw the same batch.
SEED_STRIDE = 1_000_003


@dataclass(frozen=True, slots=True)
class Workers:
    """The processes of a run.

    Attributes:
        rank: This one's number, from 0.
        count: How many there are.
        device: Where this one trains: "cpu", "cuda", or its own card such as "cuda:1".
    """

    rank: int
    count: int
    device: str

    @classmethod
    def join(cls, device: str) -> Workers:
        """Meet the others that torchrun started, if it did.

        Args:
            device: "cpu" or "cuda"; each process takes the card of its local number.
        """
        count = int(os.environ.get("WORLD_SIZE", "1"))
        if count == 1:
            return cls(0, 1, device)
        if not distributed.is_initialized():
            distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
        if device == "cuda":
            device = f"cuda:{os.environ['LOCAL_RANK']}"
            torch.cuda.set_device(device)
        return cls(distributed.get_rank(), count, device)

    @property
    def leads(self) -> bool:
        """Whether this process writes and saves."""
        return self.rank == 0

    def seed(self, seed: int) -> int:
        """Return this process's own seed."""
        return seed + SEED_STRIDE * self.rank

    def share_weights(self, network: nn.Module) -> None:
        """Give every process the leader's weights."""
        if self.count > 1:
            for tensor in network.state_dict().values():
                distributed.broadcast(tensor, 0)

    def average_gradients(self, network: nn.Module) -> None:
        """Give every process the mean of all gradients."""
        if self.count == 1:
            return
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(flat)
        flat /= self.count
        parts = torch.split(flat, [gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))

    def agree(self, value: float) -> float:
        """Return the leader's value, so that all pace their steps and stop alike."""
        if self.count == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64, device=self.device)
        distributed.broadcast(shared, 0)
        return float(shared)

    def leave(self) -> None:
        """Part from the others at the end of a run."""
        if self.count > 1:
            distributed.barrier()
            distributed.destroy_process_group()

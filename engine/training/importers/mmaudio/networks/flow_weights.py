"""A flow checkpoint taken apart: every tensor has its place, and none is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.training.importers.mmaudio.networks.conditions import ConditionEncoder, NullConditions
from engine.training.importers.mmaudio.networks.flow import FlowNetwork
from engine.training.importers.mmaudio.networks.rotary import pairs_apart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.training.importers.mmaudio.networks.flow_config import FlowConfig

# Tables that follow from the sizes; older checkpoints hold them.
DERIVED = frozenset({"t_embed.freqs", "latent_rot", "clip_rot"})


class LatentStatistics(nn.Module):
    """What takes the flow's latents to the VAE's: ``latent * std + mean``."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        shape = (1, 1, config.latent_channels)
        self.latent_mean = nn.Parameter(torch.zeros(shape), requires_grad=False)
        self.latent_std = nn.Parameter(torch.ones(shape), requires_grad=False)


@dataclass(frozen=True, slots=True)
class FlowParts:
    """The networks that one flow checkpoint holds."""

    conditions: ConditionEncoder
    nulls: NullConditions
    flow: FlowNetwork
    statistics: LatentStatistics

    def modules(self) -> tuple[nn.Module, ...]:
        """Return all of them."""
        return (self.conditions, self.nulls, self.flow, self.statistics)


def flow_shapes(config: FlowConfig) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor that a checkpoint of these sizes must hold."""
    parts = _empty(config)
    return {
        name: tuple(tensor.shape)
        for module in parts.modules()
        for name, tensor in module.state_dict().items()
    }


def load_flow(config: FlowConfig, state: Mapping[str, Tensor]) -> FlowParts:
    """Return the networks with a checkpoint's weights, which they share as far as they can.

    Raises:
        KeyError: A tensor is missing.
        ValueError: A tensor is not known, or has another shape.
    """
    parts = _empty(config)
    rest = set(state) - DERIVED
    for module in parts.modules():
        own = {name: state[name].float() for name in module.state_dict()}
        rest -= own.keys()
        try:
            module.load_state_dict(_arranged(own, config.HEAD_WIDTH), assign=True)
        except RuntimeError as error:
            raise ValueError(str(error)) from error
        module.eval().requires_grad_(requires_grad=False)
    if rest:
        raise ValueError(f"unknown tensors: {', '.join(sorted(rest))}")
    return parts


def _empty(config: FlowConfig) -> FlowParts:
    with torch.device("meta"):
        return FlowParts(
            ConditionEncoder(config),
            NullConditions(config),
            FlowNetwork(config),
            LatentStatistics(config),
        )


def _arranged(state: Mapping[str, Tensor], head: int) -> dict[str, Tensor]:
    """Reorder the rows of attention from the checkpoint's order to the networks'.

    There the rows of ``qkv`` run over heads, then channels, then the three of them.
    """
    arranged = dict(state)
    for name, tensor in state.items():
        layer = name.rpartition(".")[0]
        if layer.endswith(".attn.qkv"):
            queries, keys, values = tensor.reshape(-1, 3, *tensor.shape[1:]).unbind(1)
            arranged[name] = torch.cat(
                [pairs_apart(queries, head), pairs_apart(keys, head), values]
            )
        elif layer.endswith((".attn.q_norm", ".attn.k_norm")):
            arranged[name] = pairs_apart(tensor, head)
    return arranged

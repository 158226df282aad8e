"""First weights from a shipped pack's own graphs, so that nothing but the pack need be kept.

The graphs hold the averaged weights, as float16; the optimiser starts anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from engine.errors import PackError
from engine.training.export import weights_of

if TYPE_CHECKING:
    from pathlib import Path

    from engine.training.networks.autoencoder import Autoencoder
    from engine.training.networks.flow import Flow


def load_weights(network: nn.Module, graph: Path) -> None:
    """Fill ``network`` with the weights in an exported graph.

    Raises:
        PackError: The graph lacks a parameter of the network, or has it in another shape.
    """
    weights = weights_of(graph)
    state = {}
    for name, parameter in network.state_dict().items():
        if name not in weights or weights[name].shape != tuple(parameter.shape):
            raise PackError(
                f"{graph} has no weight '{name}' of shape {tuple(parameter.shape)}",
                "Train from a pack of the same sizes, or from nothing without --from-pack",
            )
        state[name] = torch.from_numpy(weights[name])
    network.load_state_dict(state)


def load_autoencoder(network: Autoencoder, pack: Path) -> None:
    """Fill the autoencoder from a pack's encoder and decoder."""
    load_weights(network.encoder, pack / "encoder.onnx")
    load_weights(network.decoder, pack / "decoder.onnx")


def load_flow(network: Flow, pack: Path) -> None:
    """Fill the flow network from a pack's velocity graph."""
    load_weights(network, pack / "velocity.onnx")

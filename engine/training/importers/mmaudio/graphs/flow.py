"""A flow checkpoint as three graphs.

* ``conditions.onnx`` runs once per stretch: clip [B, pictures, 1024], sync [B, 8 * segments, 768],
  text [B, tokens, 1024] to what the steps need.
* ``velocity.onnx`` is one step. Its branches differ in their conditions alone, so it takes one
  latent [1, T, channels] and one time [1] for all of them.
* ``nulls.onnx`` takes nothing and gives what a missing condition is.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.training.export import export_graph
from engine.training.importers.mmaudio.networks.conditions import SEGMENT_POINTS
from engine.training.importers.mmaudio.networks.tiled import (
    TRANSLATIONS,
    tile_convolutions,
)
from engine.training.importers.proof import Proof

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.training.importers.mmaudio.networks.conditions import (
        ConditionEncoder,
        NullConditions,
    )
    from engine.training.importers.mmaudio.networks.flow import FlowNetwork
    from engine.training.importers.mmaudio.networks.flow_config import FlowConfig

CONDITION_INPUTS = ("clip", "sync", "text")
PREPARED = ("clip_tokens", "text_tokens", "sync_points", "summary")

_TRACED = {"latents": 33, "pictures": 6, "segments": 3}
_CHECKED = {"latents": 156, "pictures": 29, "segments": 10}


def export_conditions(network: ConditionEncoder, config: FlowConfig, path: Path) -> Proof:
    """Write the graph that prepares conditions; return what it must give.

    Args:
        network: The encoder.
        config: Its sizes.
        path: The file to write.
    """
    _write(
        network,
        _condition_inputs(config, 2, **_TRACED),
        path,
        outputs=PREPARED,
        axes={
            "clip": {0: "B", 1: "pictures"},
            "sync": {0: "B", 1: SEGMENT_POINTS * torch.export.Dim("segments", max=100_000)},
            "text": {0: "B"},
        },
    )
    return Proof.of(network, _condition_inputs(config, 3, **_CHECKED))


def export_velocity(network: FlowNetwork, config: FlowConfig, path: Path) -> Proof:
    """Write the graph of a step; return what it must give.

    Its convolutions are computed with fewer products than the network's, see ``tiled``.

    Args:
        network: The flow; it is not changed.
        config: Its sizes.
        path: The file to write.
    """
    tiled = _same_weights(network)
    tile_convolutions(tiled)
    _write(
        tiled,
        _step_inputs(config, 2, **_TRACED),
        path,
        outputs=("velocity",),
        axes={
            "latent": {1: "T"},
            "clip_tokens": {0: "B", 1: "pictures"},
            "text_tokens": {0: "B"},
            "sync_points": {0: "B", 1: "points"},
            "summary": {0: "B"},
        },
    )
    return Proof.of(network, _step_inputs(config, 2, **_CHECKED))


def export_nulls(network: NullConditions, path: Path) -> None:
    """Write the graph of the learned nulls; its outputs are ``CONDITION_INPUTS``."""
    export_graph(network, [], path, input_names=[], output_names=CONDITION_INPUTS, halve_from=None)


def _same_weights(network: FlowNetwork) -> FlowNetwork:
    """Return another network that shares the weights."""
    return copy.deepcopy(network, {id(weight): weight for weight in network.parameters()})


def _write(
    network: nn.Module,
    example: dict[str, Tensor],
    path: Path,
    *,
    outputs: tuple[str, ...],
    axes: Mapping[str, Mapping[int, object]],
) -> None:
    export_graph(
        network,
        list(example.values()),
        path,
        input_names=list(example),
        output_names=outputs,
        dynamic_shapes=axes,
        halve_from=None,
        translations=TRANSLATIONS,
    )


def _condition_inputs(
    config: FlowConfig, batch: int, *, latents: int, pictures: int, segments: int
) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(latents)

    def features(points: int, width: int) -> Tensor:
        return torch.randn(batch, points, width, generator=generator)

    return {
        "clip": nn.functional.normalize(features(pictures, config.clip_width), dim=-1),
        "sync": features(SEGMENT_POINTS * segments, config.sync_width),
        "text": nn.functional.normalize(features(config.tokens, config.text_width), dim=-1),
    }


def _step_inputs(
    config: FlowConfig, batch: int, *, latents: int, pictures: int, segments: int
) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(latents)

    def hidden(points: int) -> Tensor:
        return torch.randn(batch, points, config.width, generator=generator)

    return {
        "latent": torch.randn(1, latents, config.latent_channels, generator=generator),
        "time": torch.rand(1, generator=generator),
        "clip_tokens": hidden(pictures),
        "text_tokens": hidden(config.tokens),
        "sync_points": hidden(SEGMENT_POINTS * segments),
        "summary": hidden(1)[:, 0],
    }

"""The encoders of pictures and words as graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.training.export import export_graph
from engine.training.importers.proof import Proof

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.training.importers.mmaudio.networks.clip import ImageEncoder, TextEncoder
    from engine.training.importers.mmaudio.networks.synchformer import Synchformer

OUTPUT = "features"
_CLIP_SIDE, _SYNC_SIDE = 384, 224


def export_clip_image(network: ImageEncoder, path: Path) -> Proof:
    """Write the graph of the image encoder; return what it must give.

    Input ``frames`` [1, N, 3, 384, 384]; output ``features`` [1, N, 1024].

    Args:
        network: The encoder with its weights.
        path: The file to write.
    """

    def frames(count: int) -> dict[str, Tensor]:
        return {"frames": _noise(1, count, 3, _CLIP_SIDE, _CLIP_SIDE)}

    return _export(network, path, frames(2), frames(1), {"frames": {1: "N"}})


def export_clip_text(network: TextEncoder, path: Path) -> Proof:
    """Write the graph of the text encoder; return what it must give.

    Input ``input_ids`` int64 [B, 77], padded with zeros; output ``features`` [B, 77, 1024].

    Args:
        network: The encoder with its weights.
        path: The file to write.
    """
    vocabulary = network.token_embedding.num_embeddings
    tokens = network.positional_embedding.shape[0]

    def ids(count: int) -> dict[str, Tensor]:
        generator = torch.Generator().manual_seed(count)
        return {"input_ids": torch.randint(vocabulary, (count, tokens), generator=generator)}

    return _export(network, path, ids(2), ids(1), {"input_ids": {0: "B"}})


def export_synchformer(network: Synchformer, path: Path) -> Proof:
    """Write the graph of the trunk; return what it must give.

    Input ``frames`` [1, S, 16, 3, 224, 224]; output ``features`` [1, 8 * S, 768].

    Args:
        network: The trunk with its weights.
        path: The file to write.
    """
    pictures = network.config.moments * network.config.depth

    def frames(count: int) -> dict[str, Tensor]:
        return {"frames": _noise(1, count, pictures, 3, _SYNC_SIDE, _SYNC_SIDE)}

    return _export(network, path, frames(2), frames(1), {"frames": {1: "S"}})


def _noise(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(len(shape)))


def _export(
    network: nn.Module,
    path: Path,
    traced: dict[str, Tensor],
    checked: dict[str, Tensor],
    axes: Mapping[str, Mapping[int, str]],
) -> Proof:
    export_graph(
        network,
        list(traced.values()),
        path,
        input_names=list(traced),
        output_names=[OUTPUT],
        dynamic_shapes=axes,
        halve_from=None,
    )
    return Proof.of(network, checked)

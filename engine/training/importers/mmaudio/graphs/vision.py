"""The encoders of pictures and words as graphs, each checked against torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.errors import LumiphoneError
from engine.training.export import HALVED_FROM, export_graph, parity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.training.importers.mmaudio.networks.clip import ImageEncoder, TextEncoder
    from engine.training.importers.mmaudio.networks.synchformer import Synchformer

OUTPUT = "features"
# Largest errors, for features of length 1 (CLIP) or of about unit size (Synchformer): weights as
# they are, and rounded to float16.
PARITY_LIMITS = {False: 1e-3, True: 5e-2}
_CLIP_SIDE, _SYNC_SIDE = 384, 224


def export_clip_image(network: ImageEncoder, path: Path, *, halved: bool = False) -> float:
    """Write the graph of the image encoder; return its largest error against torch.

    Input ``frames`` [1, N, 3, 384, 384]; output ``features`` [1, N, 1024].

    Args:
        network: The encoder with its weights.
        path: The file to write.
        halved: Whether large weights are stored as float16.

    Raises:
        LumiphoneError: The graph does not compute what the network does.
    """

    def frames(count: int) -> dict[str, Tensor]:
        return {"frames": _noise(1, count, 3, _CLIP_SIDE, _CLIP_SIDE)}

    return _export(network, path, frames(2), frames(1), {"frames": {1: "N"}}, halved=halved)


def export_clip_text(network: TextEncoder, path: Path, *, halved: bool = False) -> float:
    """Write the graph of the text encoder; return its largest error against torch.

    Input ``input_ids`` int64 [B, 77], padded with zeros; output ``features`` [B, 77, 1024].

    Args:
        network: The encoder with its weights.
        path: The file to write.
        halved: Whether large weights are stored as float16.

    Raises:
        LumiphoneError: The graph does not compute what the network does.
    """
    vocabulary = network.token_embedding.num_embeddings
    tokens = network.positional_embedding.shape[0]

    def ids(count: int) -> dict[str, Tensor]:
        generator = torch.Generator().manual_seed(count)
        return {"input_ids": torch.randint(vocabulary, (count, tokens), generator=generator)}

    return _export(network, path, ids(2), ids(1), {"input_ids": {0: "B"}}, halved=halved)


def export_synchformer(network: Synchformer, path: Path, *, halved: bool = False) -> float:
    """Write the graph of the trunk; return its largest error against torch.

    Input ``frames`` [1, S, 16, 3, 224, 224]; output ``features`` [1, 8 * S, 768].

    Args:
        network: The trunk with its weights.
        path: The file to write.
        halved: Whether large weights are stored as float16.

    Raises:
        LumiphoneError: The graph does not compute what the network does.
    """
    pictures = network.config.moments * network.config.depth

    def frames(count: int) -> dict[str, Tensor]:
        return {"frames": _noise(1, count, pictures, 3, _SYNC_SIDE, _SYNC_SIDE)}

    return _export(network, path, frames(2), frames(1), {"frames": {1: "S"}}, halved=halved)


def _noise(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(len(shape)))


def _export(
    network: nn.Module,
    path: Path,
    traced: dict[str, Tensor],
    checked: dict[str, Tensor],
    axes: Mapping[str, Mapping[int, str]],
    *,
    halved: bool,
) -> float:
    export_graph(
        network,
        list(traced.values()),
        path,
        input_names=list(traced),
        output_names=[OUTPUT],
        dynamic_shapes=axes,
        halve_from=HALVED_FROM if halved else None,
    )
    error, limit = parity(network, path, checked), PARITY_LIMITS[halved]
    if not error <= limit:  # so written that no number is an error, too
        raise LumiphoneError(
            f"{path.name} differs from torch by {error:.2g} (limit {limit:.0e})",
            "Import with --precision fp32"
            if halved
            else "Look whether the checkpoint is whole; report it with its name if it is",
        )
    return error

"""What each downloaded file must hold, and what it holds instead if it is another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from engine.errors import InputError
from engine.training.importers.mmaudio.networks.autoencoder import (
    AUTOENCODERS,
    Autoencoder,
    AutoencoderConfig,
)
from engine.training.importers.mmaudio.networks.clip import (
    IMAGE_PREFIX,
    ImageConfig,
    ImageEncoder,
    TextConfig,
    TextEncoder,
    split_weights,
)
from engine.training.importers.mmaudio.networks.flow_weights import DERIVED, flow_shapes
from engine.training.importers.mmaudio.networks.synchformer import (
    PREFIX,
    Synchformer,
    SynchformerConfig,
    trunk_weights,
)
from engine.training.importers.mmaudio.networks.vocoder import (
    VOCODERS,
    Vocoder,
    VocoderConfig,
    joined_weights,
)
from engine.training.importers.mmaudio.variants import VARIANTS
from engine.training.importers.mmaudio.weights import PART_NAMES, mismatch, read_tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from torch import Tensor, nn

    from engine.training.importers.mmaudio.networks.flow_config import FlowConfig
    from engine.training.importers.mmaudio.variants import Part, Variant

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of all networks of a variant."""

    flow: FlowConfig
    image: ImageConfig
    text: TextConfig
    synchformer: SynchformerConfig
    autoencoder: AutoencoderConfig
    vocoder: VocoderConfig


def sizes_of(variant: Variant) -> Sizes:
    """Return the sizes that a variant was published in."""
    return Sizes(
        variant.flow,
        ImageConfig(),
        TextConfig(),
        SynchformerConfig(),
        AUTOENCODERS[variant.codec],
        VOCODERS[variant.codec],
    )


def shapes_of(part: Part, sizes: Sizes) -> Shapes:
    """Return the shape of every tensor that a part's file must hold, by name."""
    if part == "flow":
        return flow_shapes(sizes.flow)
    if part == "clip":
        return {
            **_shapes(lambda: ImageEncoder(sizes.image), IMAGE_PREFIX),
            **_shapes(lambda: TextEncoder(sizes.text)),
        }
    if part == "synchformer":
        return _shapes(lambda: Synchformer(sizes.synchformer), PREFIX)
    if part == "vae":
        return _shapes(lambda: Autoencoder(sizes.autoencoder))
    return _shapes(lambda: Vocoder(sizes.vocoder))


def _shapes(build: Callable[[], nn.Module], prefix: str = "") -> Shapes:
    with torch.device("meta"):
        state = build().state_dict()
    return {prefix + name: tuple(tensor.shape) for name, tensor in state.items()}


def read_part(part: Part, path: Path, variant: Variant, sizes: Sizes) -> dict[str, Tensor]:
    """Return the tensors of a part, mapped into memory, without those that nobody needs.

    Raises:
        InputError: The file cannot be read, or holds something else; the message says what.
    """
    source = next(wanted.source for wanted in variant.files if wanted.part == part)
    held = read_tensors(path, source)
    tensors = _needed(part, held)
    difference = mismatch(tensors, shapes_of(part, sizes))
    if difference is None:
        return tensors
    wanted = f"{PART_NAMES[part]} of {variant.name}"
    if found := _recognised(held):
        raise InputError(
            f"{path} holds {found}, not {wanted}",
            f"Give the files the names they were published under, or download it again: {source}",
        )
    raise InputError(f"{path} is not {wanted}: {difference}", f"Download it again: {source}")


def _needed(part: Part, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    if part == "flow":
        return {name: tensor for name, tensor in tensors.items() if name not in DERIVED}
    if part == "clip":
        image, text = split_weights(tensors)
        return {**{IMAGE_PREFIX + name: tensor for name, tensor in image.items()}, **text}
    if part == "synchformer":
        return {PREFIX + name: tensor for name, tensor in trunk_weights(tensors).items()}
    return joined_weights(tensors) if part == "vocoder" else dict(tensors)


def _recognised(tensors: Mapping[str, Tensor]) -> str | None:
    """What a file holds, if it is any of the published ones."""
    for part, variant in _published():
        if mismatch(_needed(part, tensors), shapes_of(part, sizes_of(variant))) is None:
            shared = {"clip": "", "synchformer": "", "flow": f" of {variant.name}"}
            return PART_NAMES[part] + shared.get(part, f" of the {variant.codec}Hz models")
    return None


def _published() -> Iterator[tuple[Part, Variant]]:
    """Every different file; where variants share one, the first of them."""
    known = set()
    for variant in VARIANTS.values():
        for wanted in variant.files:
            if wanted not in known:
                known.add(wanted)
                yield wanted.part, variant

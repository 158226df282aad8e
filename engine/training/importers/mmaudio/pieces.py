"""The pieces of an imported pack, each made of the files it needs and of nothing else."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import nn

from engine.memory import give_back
from engine.training.importers.mmaudio.graphs.audio import (
    LatentToWaveform,
    WaveformToLatent,
    decoder_context,
    export_decoder,
    export_encoder,
)
from engine.training.importers.mmaudio.graphs.flow import (
    export_conditions,
    export_nulls,
    export_velocity,
)
from engine.training.importers.mmaudio.graphs.vision import (
    export_clip_image,
    export_clip_text,
    export_synchformer,
)
from engine.training.importers.mmaudio.manifest import TOKENIZER
from engine.training.importers.mmaudio.networks.autoencoder import Autoencoder
from engine.training.importers.mmaudio.networks.clip import (
    ImageEncoder,
    TextEncoder,
    split_weights,
)
from engine.training.importers.mmaudio.networks.flow_weights import load_flow
from engine.training.importers.mmaudio.networks.spectrogram import SPECTROGRAMS, MelSpectrogram
from engine.training.importers.mmaudio.networks.synchformer import Synchformer, trunk_weights
from engine.training.importers.mmaudio.networks.vocoder import Vocoder
from engine.training.importers.mmaudio.parts import read_part
from engine.training.importers.mmaudio.tokenizer import write_tokenizer
from engine.training.importers.precision import settle_within
from engine.training.importers.workbench import Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from torch import Tensor

    from engine.training.importers.mmaudio.networks.flow_weights import FlowParts
    from engine.training.importers.mmaudio.parts import Sizes
    from engine.training.importers.mmaudio.variants import Part, Variant
    from engine.training.importers.precision import Precision
    from engine.training.importers.proof import Proof

Network = TypeVar("Network", bound=nn.Module)
Config = TypeVar("Config")
_FORM = 2  # to be raised when graphs are made in another way: then none is taken over


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the pieces of one variant.

    Networks live in methods of their own, so that they are gone when their graphs are checked.

    Attributes:
        variant: What is imported.
        sizes: Of its networks.
        files: Where its weights lie.
        precision: How weights are kept.
    """

    variant: Variant
    sizes: Sizes
    files: Mapping[Part, Path]
    precision: Precision

    def read(self, part: Part) -> dict[str, Tensor]:
        return read_part(part, self.files[part], self.variant, self.sizes)

    def settled(self, path: Path, proof: Proof, *, eight_bits: bool = False) -> dict[str, Any]:
        """Set a graph's precision (eight bits only where features hold) and check what it gives.

        A graph that a smaller form would change too much keeps full precision.
        """
        give_back()  # what it was made of
        exact = self.precision == "int8" and not eight_bits
        precision, error = settle_within(path, "fp32" if exact else self.precision, proof)
        return {"error": error, "precision": precision}

    def clip(self, folder: Path) -> dict[str, Any]:
        path = folder / "clip.onnx"
        return self.settled(path, self._export_clip(path), eight_bits=True)

    def _export_clip(self, path: Path) -> Proof:
        weights, _ = split_weights(self.read("clip"))
        return export_clip_image(_loaded(ImageEncoder, self.sizes.image, weights), path)

    def text(self, folder: Path) -> dict[str, Any]:
        path = folder / "text.onnx"
        return self.settled(path, self._export_text(path), eight_bits=True)

    def _export_text(self, path: Path) -> Proof:
        _, weights = split_weights(self.read("clip"))
        return export_clip_text(_loaded(TextEncoder, self.sizes.text, weights), path)

    def sync(self, folder: Path) -> dict[str, Any]:
        path = folder / "sync.onnx"
        return self.settled(path, self._export_sync(path), eight_bits=True)

    def _export_sync(self, path: Path) -> Proof:
        weights = trunk_weights(self.read("synchformer"))
        return export_synchformer(_loaded(Synchformer, self.sizes.synchformer, weights), path)

    def tokenizer(self, folder: Path) -> dict[str, Any]:
        write_tokenizer(self.files["clip"].parent, folder / TOKENIZER)
        return {}

    def flow(self, folder: Path) -> dict[str, Any]:
        proofs = self._export_flow(folder)
        return {name: self.settled(folder / name, proof) for name, proof in proofs.items()}

    def _export_flow(self, folder: Path) -> dict[str, Proof]:
        parts, config = self._flow_parts(), self.sizes.flow
        conditions, velocity = "conditions.onnx", "velocity.onnx"
        export_nulls(parts.nulls, folder / "nulls.onnx")
        return {
            conditions: export_conditions(parts.conditions, config, folder / conditions),
            velocity: export_velocity(parts.flow, config, folder / velocity),
        }

    def decoder(self, folder: Path) -> dict[str, Any]:
        path = folder / "decoder.onnx"
        facts = self.settled(path, self._export_decoder(path))
        return facts | {"context": decoder_context(self.sizes.vocoder)}

    def _export_decoder(self, path: Path) -> Proof:
        statistics = self._flow_parts().statistics
        vocoder = Vocoder(self.sizes.vocoder)
        vocoder.load_weights(self.read("vocoder"))
        network = LatentToWaveform(
            self._autoencoder(), vocoder, statistics.latent_mean.data, statistics.latent_std.data
        )
        return export_decoder(network.eval(), path)

    def encoder(self, folder: Path) -> dict[str, Any]:
        path = folder / "encoder.onnx"
        return self.settled(path, self._export_encoder(path))

    def _export_encoder(self, path: Path) -> Proof:
        statistics = self._flow_parts().statistics
        network = WaveformToLatent(
            MelSpectrogram(SPECTROGRAMS[self.variant.codec]),
            self._autoencoder(),
            statistics.latent_mean.data,
            statistics.latent_std.data,
        )
        return export_encoder(network.eval(), path)

    def _flow_parts(self) -> FlowParts:
        return load_flow(self.sizes.flow, self.read("flow"))

    def _autoencoder(self) -> Autoencoder:
        network = Autoencoder(self.sizes.autoencoder)
        network.load_weights(self.read("vae"))
        return network.requires_grad_(requires_grad=False)


def pieces_of(
    variant: Variant, sizes: Sizes, files: Mapping[Part, Path], precision: Precision
) -> list[Piece]:
    """Return the pieces of a variant's pack, the largest first.

    Args:
        variant: What is imported.
        sizes: Of its networks.
        files: Where its weights lie.
        precision: How weights are kept.
    """
    make = _Maker(variant, sizes, files, precision)
    wanted: tuple[tuple[str, Callable[[Path], dict[str, Any]], tuple[Part, ...]], ...] = (
        ("clip", make.clip, ("clip",)),
        ("text", make.text, ("clip",)),
        ("tokenizer", make.tokenizer, ("clip",)),
        ("sync", make.sync, ("synchformer",)),
        ("flow", make.flow, ("flow",)),
        ("decoder", make.decoder, ("flow", "vae", "vocoder")),
        ("encoder", make.encoder, ("flow", "vae")),
    )
    common = [_FORM, variant.name, asdict(sizes), precision]
    return [
        Piece(name, _plain([*common, *(_state(files[part]) for part in parts)]), action)
        for name, action, parts in wanted
    ]


def _loaded(
    build: Callable[[Config], Network], config: Config, weights: Mapping[str, Tensor]
) -> Network:
    """Return a network that shares its weights with the file they are mapped from."""
    with torch.device("meta"):
        network = build(config)
    state = {name: tensor.float() for name, tensor in weights.items()}
    network.load_state_dict(state, strict=True, assign=True)
    return network.eval().requires_grad_(requires_grad=False)


def _state(path: Path) -> list[Any]:
    """A file as it is now; whoever replaces it makes another piece of it."""
    found = path.stat()
    return [path.name, found.st_size, found.st_mtime_ns]


def _plain(values: Any) -> Any:  # noqa: ANN401 - JSON values
    """As JSON gives them back: no tuples."""
    if isinstance(values, dict):
        return {name: _plain(value) for name, value in values.items()}
    return [_plain(value) for value in values] if isinstance(values, (list, tuple)) else values

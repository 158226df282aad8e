"""VAE, vocoder and spectrogram as two graphs.

* ``decoder.onnx`` takes the flow's latent [1, T, channels] to a waveform [1, T * hop].
* ``encoder.onnx`` takes a waveform [1, T * hop] to such a latent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.training.export import Axis, export_graph
from engine.training.importers.mmaudio.networks import convolution, snake
from engine.training.importers.mmaudio.networks.vocoder import FRAMES
from engine.training.importers.proof import Proof

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from engine.training.importers.mmaudio.networks.autoencoder import Autoencoder
    from engine.training.importers.mmaudio.networks.spectrogram import MelSpectrogram
    from engine.training.importers.mmaudio.networks.vocoder import Vocoder, VocoderConfig

_TRACED, _CHECKED = 6, 22  # latents
# Of the VAE's decoder, whose convolutions reach 13 latents and whose attention reaches everywhere.
_SPECTROGRAM_CONTEXT = 16


class LatentToWaveform(nn.Module):
    """The flow's latent [1, T, channels] to a waveform [1, T * hop].

    Args:
        autoencoder: Gives the spectrogram.
        vocoder: Gives the waveform.
        mean: Of the VAE's latents, [1, 1, channels].
        deviation: Of the VAE's latents, [1, 1, channels].
    """

    def __init__(
        self, autoencoder: Autoencoder, vocoder: Vocoder, mean: Tensor, deviation: Tensor
    ) -> None:
        super().__init__()
        self.autoencoder = autoencoder
        self.vocoder = vocoder
        self.register_buffer("latent_mean", mean)
        self.register_buffer("latent_std", deviation)

    def forward(self, latent: Tensor) -> Tensor:
        """Return the waveform."""
        scaled = latent * self.get_buffer("latent_std") + self.get_buffer("latent_mean")
        waveform: Tensor = self.vocoder(self.autoencoder.decode(scaled.transpose(1, 2)))
        return waveform


class WaveformToLatent(nn.Module):
    """A waveform [1, T * hop] to the flow's latent [1, T, channels]; the inverse, nearly.

    Args:
        spectrogram: Gives the spectrogram.
        autoencoder: Gives the latent.
        mean: Of the VAE's latents, [1, 1, channels].
        deviation: Of the VAE's latents, [1, 1, channels].
    """

    def __init__(
        self, spectrogram: MelSpectrogram, autoencoder: Autoencoder, mean: Tensor, deviation: Tensor
    ) -> None:
        super().__init__()
        self.spectrogram = spectrogram
        self.autoencoder = autoencoder
        self.register_buffer("latent_mean", mean)
        self.register_buffer("latent_std", deviation)

    def forward(self, audio: Tensor) -> Tensor:
        """Return the latent."""
        latent = self.autoencoder.encode(self.spectrogram(audio)).transpose(1, 2)
        return (latent - self.get_buffer("latent_mean")) / self.get_buffer("latent_std")


def decoder_context(config: VocoderConfig) -> int:
    """Return the latents on either side that a sample depends on, but for the VAE's attention."""
    reach = config.reach
    return _SPECTROGRAM_CONTEXT + -(-reach // (FRAMES * config.hop))


def export_decoder(network: LatentToWaveform, path: Path) -> Proof:
    """Write the graph from latent to waveform; return what it must give.

    Args:
        network: With its weights.
        path: The file to write.
    """

    def inputs(latents: int) -> dict[str, Tensor]:
        shape = (1, latents, network.get_buffer("latent_mean").shape[-1])
        generator = torch.Generator().manual_seed(latents)
        return {"latent": torch.randn(shape, generator=generator)}

    axes = {1: torch.export.Dim("T", min=2, max=100_000)}
    return _export(network, inputs, axes, path, output="audio")


def export_encoder(network: WaveformToLatent, path: Path) -> Proof:
    """Write the graph from waveform to latent; return what it must give.

    Args:
        network: With its weights.
        path: The file to write.
    """
    hop = FRAMES * network.spectrogram.hop

    def inputs(latents: int) -> dict[str, Tensor]:
        generator = torch.Generator().manual_seed(latents)
        return {"audio": 0.1 * torch.randn(1, latents * hop, generator=generator)}

    axes = {1: hop * torch.export.Dim("T", min=2, max=100_000)}
    return _export(network, inputs, axes, path, output="latent")


def _export(
    network: nn.Module,
    inputs: Callable[[int], dict[str, Tensor]],
    axes: Mapping[int, Axis],
    path: Path,
    *,
    output: str,
) -> Proof:
    traced = inputs(_TRACED)
    (name,) = traced
    export_graph(
        network,
        list(traced.values()),
        path,
        input_names=[name],
        output_names=[output],
        dynamic_shapes={name: axes},
        halve_from=None,
        translations=convolution.TRANSLATIONS | snake.TRANSLATIONS,
    )
    return Proof.of(network, inputs(_CHECKED))

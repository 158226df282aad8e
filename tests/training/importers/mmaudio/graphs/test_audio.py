from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.training.export import parity  # noqa: E402 - after the skip
from engine.training.importers.mmaudio.graphs.audio import (  # noqa: E402
    LatentToWaveform,
    WaveformToLatent,
    decoder_context,
    export_decoder,
    export_encoder,
)
from engine.training.importers.mmaudio.networks.autoencoder import (  # noqa: E402
    AUTOENCODERS,
    Autoencoder,
    AutoencoderConfig,
)
from engine.training.importers.mmaudio.networks.spectrogram import (  # noqa: E402
    SPECTROGRAMS,
    MelSpectrogram,
)
from engine.training.importers.mmaudio.networks.vocoder import VOCODERS, Vocoder  # noqa: E402
from tests.training.importers.mmaudio.golden_audio import signal, weights  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

pytestmark = pytest.mark.training

CODECS = ("16k", "44k")
CHANNELS = 4


def autoencoder(codec: str) -> Autoencoder:
    network = Autoencoder(AutoencoderConfig(AUTOENCODERS[codec].bands, CHANNELS, width=16))
    network.load_weights(weights(network))
    return network.eval()


def vocoder(codec: str) -> Vocoder:
    network = Vocoder(replace(VOCODERS[codec], width=64)).eval()
    network.load_weights(weights(network))
    return network


def statistics() -> tuple[Tensor, Tensor]:
    mean = torch.linspace(-0.5, 0.5, CHANNELS).view(1, 1, -1)
    return mean, 1 + mean.abs()


@pytest.mark.parametrize("codec", CODECS)
def test_the_decoder_s_graph_sounds_latents_of_any_length_as_the_networks_do(
    codec: str, tmp_path: Path
) -> None:
    network = LatentToWaveform(autoencoder(codec), vocoder(codec), *statistics())
    path = tmp_path / "decoder.onnx"
    assert export_decoder(network, path).error(path) < 1e-4
    for latents in (2, 7, 31):
        latent = signal("latent.input", 1, latents, CHANNELS)
        assert parity(network, path, {"latent": latent}) < 1e-4


@pytest.mark.parametrize("codec", CODECS)
def test_the_encoder_s_graph_gives_the_latents_of_waveforms_of_any_length(
    codec: str, tmp_path: Path
) -> None:
    spectrogram = MelSpectrogram(SPECTROGRAMS[codec])
    network = WaveformToLatent(spectrogram, autoencoder(codec), *statistics())
    path = tmp_path / "encoder.onnx"
    assert export_encoder(network, path).error(path) < 1e-4
    for latents in (2, 13):
        audio = 0.3 * signal("audio.input", 1, latents * 2 * spectrogram.hop)
        assert network(audio).shape == (1, latents, CHANNELS)
        assert parity(network, path, {"audio": audio}) < 1e-4


@pytest.mark.parametrize("codec", CODECS)
def test_no_sample_depends_on_more_than_the_stated_reach(codec: str) -> None:
    network = vocoder(codec)
    hop, reach = network.config.hop, network.config.reach
    frames = 2 * (reach // hop + 2)
    spectrogram = signal("spectrogram.input", 1, network.config.bands, frames)
    other = spectrogram.clone()
    other[..., 0] += 1
    with torch.inference_mode():
        changed = (network(other) - network(spectrogram)).abs()[0] > 1e-4
    assert changed[:hop].any()
    assert not changed[hop + reach :].any()
    assert decoder_context(network.config) * 2 * hop > reach

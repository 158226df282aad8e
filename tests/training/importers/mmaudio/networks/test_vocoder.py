from __future__ import annotations

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from torch.nn.utils.parametrizations import weight_norm  # noqa: E402 - after the skip

from engine.training.importers.mmaudio.networks.vocoder import (  # noqa: E402
    VOCODERS,
    Vocoder,
    VocoderConfig,
    joined_weights,
)
from tests.training.importers.mmaudio.golden_audio import golden, signal, weights  # noqa: E402

pytestmark = pytest.mark.training

CODECS = ("16k", "44k")


def small(codec: str) -> VocoderConfig:
    return replace(VOCODERS[codec], bands=8, width=96)


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(("size", "frames"), [("small", 18), ("true", 10)])
def test_a_spectrogram_sounds_as_in_the_original(codec: str, size: str, frames: int) -> None:
    config = small(codec) if size == "small" else VOCODERS[codec]
    network = Vocoder(config).eval()
    network.load_weights(weights(network))
    with torch.inference_mode():
        waveform = network(signal("spectrogram.input", 1, config.bands, frames))
    expected = golden(f"vocoder_{codec}_{size}")
    assert waveform.shape == (1, frames * config.hop)
    torch.testing.assert_close(waveform, expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("codec", CODECS)
def test_the_networks_have_the_published_number_of_parameters(codec: str) -> None:
    with torch.device("meta"):
        network = Vocoder(VOCODERS[codec])
    millions = sum(tensor.numel() for tensor in network.parameters()) / 1e6
    assert round(millions, 1) == {"16k": 112.2, "44k": 122.2}[codec]


@pytest.mark.parametrize("names", ["weight_g", "parametrizations.weight.original0"])
def test_kernels_whose_norm_lies_apart_are_joined(names: str) -> None:
    layer = torch.nn.Sequential(weight_norm(torch.nn.ConvTranspose1d(6, 3, 4)))
    torch.nn.init.uniform_(layer[0].parametrizations.weight.original0, 0.5, 2.0)
    state = layer.state_dict()
    if names == "weight_g":
        state = {
            name.replace("parametrizations.weight.original0", "weight_g").replace(
                "parametrizations.weight.original1", "weight_v"
            ): tensor
            for name, tensor in state.items()
        }
    joined = joined_weights(state)
    assert set(joined) == {"0.weight", "0.bias"}
    torch.testing.assert_close(joined["0.weight"], layer[0].weight.detach())


def test_a_norm_without_its_direction_is_an_error() -> None:
    network = Vocoder(small("16k"))
    state = network.state_dict()
    state["conv_pre.weight_g"] = state.pop("conv_pre.weight")
    with pytest.raises(RuntimeError, match=r"conv_pre\.weight"):
        network.load_weights(state)

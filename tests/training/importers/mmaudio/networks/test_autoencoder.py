from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.training.importers.mmaudio.networks.autoencoder import (  # noqa: E402 - after the skip
    AUTOENCODERS,
    Autoencoder,
    AutoencoderConfig,
)
from tests.training.importers.mmaudio.golden_audio import golden, signal, weights  # noqa: E402

pytestmark = pytest.mark.training

CODECS = ("16k", "44k")
SIZES = (("small", 14), ("true", 9))


def loaded(codec: str, size: str) -> Autoencoder:
    config = AUTOENCODERS[codec]
    if size == "small":
        config = AutoencoderConfig(config.bands, latent_channels=4, width=16)
    network = Autoencoder(config).eval()
    network.load_weights(weights(network))
    return network


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(("size", "latents"), SIZES)
def test_a_latent_decodes_to_the_original_s_spectrogram_and_a_spectrogram_encodes_to_its_latent(
    codec: str, size: str, latents: int
) -> None:
    network = loaded(codec, size)
    channels = golden(f"encode_{codec}_{size}").shape[0]
    bands = AUTOENCODERS[codec].bands
    with torch.inference_mode():
        spectrogram = network.decode(signal("latent.input", 1, channels, latents))[0]
        latent = network.encode(signal("mel.input", 1, bands, 2 * latents))[0]
    torch.testing.assert_close(spectrogram, golden(f"decode_{codec}_{size}"), atol=1e-4, rtol=0)
    torch.testing.assert_close(latent, golden(f"encode_{codec}_{size}"), atol=1e-4, rtol=0)


@pytest.mark.parametrize("codec", CODECS)
def test_the_networks_have_the_published_number_of_parameters(codec: str) -> None:
    with torch.device("meta"):
        network = Autoencoder(AUTOENCODERS[codec])
    millions = sum(tensor.numel() for tensor in network.decoder.parameters()) / 1e6
    assert round(millions, 1) == {"16k": 99.1, "44k": 176.3}[codec]


def test_a_missing_or_an_unknown_tensor_is_an_error() -> None:
    network = loaded("16k", "small")
    state = network.state_dict()
    del state["decoder.conv_in.weight"]
    with pytest.raises(RuntimeError, match=r"decoder\.conv_in\.weight"):
        network.load_weights(state)
    with pytest.raises(RuntimeError, match="quant_conv"):
        network.load_weights({**network.state_dict(), "quant_conv.weight": torch.zeros(1)})

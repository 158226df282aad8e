import pytest

torch = pytest.importorskip("torch")

from engine.training.networks.autoencoder import (  # noqa: E402 - after the check for torch
    HOP,
    WINDOW,
    Autoencoder,
    AutoencoderConfig,
)

pytestmark = pytest.mark.training

SMALL = AutoencoderConfig(
    learned_channels=6,
    encoder_fine=8,
    encoder_coarse=12,
    decoder_coarse=12,
    decoder_fine=8,
    encoder_fine_blocks=1,
    encoder_coarse_blocks=1,
    decoder_coarse_blocks=3,
    decoder_fine_blocks=5,
)


def test_the_inverse_transform_undoes_the_transform() -> None:
    network = Autoencoder(SMALL)
    audio = torch.randn(2, 8192, generator=torch.Generator().manual_seed(1))
    margin = (WINDOW - HOP) // 2
    frames = torch.nn.functional.pad(audio, (margin, margin)).unfold(1, WINDOW, HOP)
    fourier = network.encoder.fourier
    again = network.decoder._overlap_add(fourier.synthesise(*fourier.analyse(frames)))
    inner = slice(WINDOW, -WINDOW)
    assert torch.allclose(again[:, inner], audio[:, inner], atol=1e-4)


def test_the_matrix_of_an_exported_graph_is_the_fast_transform() -> None:
    fourier = Autoencoder(SMALL).encoder.fourier
    frames = torch.randn(3, WINDOW, generator=torch.Generator().manual_seed(1))
    real, imaginary = fourier.analyse(frames)
    both = frames @ fourier.basis()
    assert torch.allclose(torch.cat([real, imaginary], dim=1), both, atol=1e-3)
    inverse = (fourier.basis() * fourier.get_buffer("weights")).T
    assert torch.allclose(fourier.synthesise(real, imaginary), both @ inverse, atol=1e-4)


def test_one_latent_stands_for_1024_samples_both_ways() -> None:
    network = Autoencoder(SMALL)
    latent = network.encoder(torch.zeros(3, 5 * 1024))
    assert latent.shape == (3, 5, 6 + 6)
    assert network.decoder(latent, torch.zeros(3, 5 * 1024)).shape == (3, 5 * 1024)


def test_the_spectrum_of_a_click_peaks_at_its_own_frame() -> None:
    audio = torch.zeros(1, 16384)
    audio[0, 20 * HOP + HOP // 2] = 1.0
    energy = Autoencoder(SMALL).encoder.spectrum(audio).sum(dim=2)[0]
    assert int(energy.argmax()) == 20


def test_a_sample_depends_on_no_latent_farther_than_the_stated_context() -> None:
    torch.manual_seed(0)
    decoder = Autoencoder(SMALL).decoder.eval()
    for parameter in decoder.parameters():  # make every block count
        torch.nn.init.normal_(parameter, std=0.3)
    latent, noise = torch.randn(1, 80, 6 + 6), torch.randn(1, 80 * 1024)
    phase = torch.rand(1, 160)  # carried from chunk to chunk
    changed = latent.clone()
    changed[:, 40] += 1.0
    with torch.no_grad():
        differs = (decoder(latent, noise, phase) - decoder(changed, noise, phase)).abs()[0] > 1e-6
    touched = differs.nonzero().flatten()
    assert touched.min() >= (40 - 16) * 1024
    assert touched.max() < (41 + 16) * 1024


@pytest.mark.parametrize("certain", [-200.0, 200.0])
def test_a_decoder_that_is_certain_of_noise_or_pulses_can_still_learn(certain: float) -> None:
    torch.manual_seed(1)
    network = Autoencoder(SMALL)
    with torch.no_grad():
        network.decoder.head.bias[-(WINDOW // 2 + 1) :] = certain
    noise = torch.randn(1, 5 * 1024)
    network.decoder(torch.randn(1, 5, SMALL.latent_channels), noise).square().mean().backward()
    gradients = [weight.grad for weight in network.decoder.parameters()]
    assert all(gradient.isfinite().all() for gradient in gradients if gradient is not None)

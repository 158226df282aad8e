from dataclasses import asdict
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from engine.errors import PackError  # noqa: E402 - after the check for torch
from engine.training.networks.autoencoder import Autoencoder, AutoencoderConfig  # noqa: E402
from engine.training.networks.flow import Flow, FlowConfig  # noqa: E402
from engine.training.networks.judge import Judge, JudgeConfig  # noqa: E402
from engine.training.pack.graphs import (  # noqa: E402
    export_autoencoder,
    export_flow,
    export_judge,
    fold_statistics,
)
from engine.training.warm_start import load_autoencoder, load_flow  # noqa: E402

pytestmark = pytest.mark.training

SMALL = AutoencoderConfig(
    encoder_fine=16,
    encoder_coarse=24,
    decoder_coarse=24,
    decoder_fine=16,
    encoder_coarse_blocks=1,
    decoder_coarse_blocks=1,
    decoder_fine_blocks=1,
)
SMALL_FLOW = FlowConfig(width=48, heads=2, blocks=1, modulation_rank=8)


def test_folded_statistics_change_the_latent_and_not_the_sound() -> None:
    torch.manual_seed(0)
    network = Autoencoder(SMALL).eval()
    audio = 0.1 * torch.randn(1, 8 * 1024)
    mean, deviation = torch.randn(46), torch.rand(46) + 0.5
    folded = fold_statistics(network, mean, deviation)
    with torch.no_grad():
        latent = network.encoder(audio)
        assert torch.allclose(folded.encoder(audio), (latent - mean) / deviation, atol=1e-4)
        noise = torch.randn(audio.shape)
        heard = folded.decoder(folded.encoder(audio), noise)
        assert torch.allclose(heard, network.decoder(latent, noise), atol=1e-4)


def test_an_exported_autoencoder_is_a_starting_point(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Autoencoder(SMALL)
    errors = export_autoencoder(network, tmp_path)
    assert set(errors) == {"encoder", "decoder", "advance"}
    again = Autoencoder(SMALL)
    load_autoencoder(again, tmp_path)
    for name, value in network.state_dict().items():
        assert torch.allclose(again.state_dict()[name], value, atol=2e-3), name


def test_an_exported_flow_is_a_starting_point(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Flow(SMALL_FLOW)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    state = {"config": asdict(SMALL_FLOW), "average": network.state_dict()}
    assert export_flow(state, tmp_path)["velocity"] < 0.02
    again = Flow(SMALL_FLOW)
    load_flow(again, tmp_path)
    assert torch.allclose(again.enter.weight, network.enter.weight, atol=2e-3)


def test_an_exported_judge_scores_as_the_network_does(tmp_path: Path) -> None:
    torch.manual_seed(0)
    config = JudgeConfig(width=16, blocks=3)
    network = Judge(config)
    network.centre.normal_(std=0.05)
    state = {"config": asdict(config), "average": network.state_dict()}
    assert export_judge(state, tmp_path)["judge"] < 0.005


def test_a_pack_of_other_sizes_is_refused(tmp_path: Path) -> None:
    export_autoencoder(Autoencoder(SMALL), tmp_path)
    with pytest.raises(PackError, match=r"encoder\.onnx has no weight 'enter\.weight'"):
        load_autoencoder(Autoencoder(AutoencoderConfig()), tmp_path)

"""The trained networks as ONNX graphs, each checked against torch."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from engine.errors import LumiphoneError
from engine.training.export import export_graph, parity
from engine.training.networks.flow import Flow, FlowConfig
from engine.training.networks.judge import Judge, JudgeConfig

if TYPE_CHECKING:
    from pathlib import Path

    from engine.training.networks.autoencoder import Autoencoder, Decoder

# Weights ship as float16; these are the largest errors that this may cause, relative to outputs of
# about unit size.
PARITY_LIMITS = {
    "encoder": 0.02,
    "decoder": 0.02,
    "advance": 0.001,
    "velocity": 0.02,
    "judge": 0.005,
}


class Turning(nn.Module):
    """The decoder's :meth:`advance` as a network of its own."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, latent: Tensor) -> Tensor:
        """Return the cycles."""
        return self.decoder.advance(latent)


def fold_statistics(network: Autoencoder, mean: Tensor, deviation: Tensor) -> Autoencoder:
    """Return the autoencoder with latents of zero mean and unit deviation per channel.

    Args:
        network: The trained autoencoder; it is not changed.
        mean: Of its latents, [channels].
        deviation: Of its latents, [channels].
    """
    folded = copy.deepcopy(network)
    leave, enter = folded.encoder.leave, folded.decoder.enter
    learned = leave.out_features
    with torch.no_grad():
        leave.bias.copy_((leave.bias - mean[:learned]) / deviation[:learned])
        leave.weight.copy_(leave.weight / deviation[:learned].unsqueeze(1))
        for half in (folded.encoder, folded.decoder):
            half.get_buffer("pitch_mean").copy_(mean[learned:])
            half.get_buffer("pitch_deviation").copy_(deviation[learned:])
        enter.bias.copy_(enter.bias + enter.weight @ mean)
        enter.weight.copy_(enter.weight * deviation)
    return folded


def _checked(name: str, error: float) -> float:
    if error > PARITY_LIMITS[name]:
        raise LumiphoneError(
            f"{name}.onnx differs from torch by {error:.4f} (limit {PARITY_LIMITS[name]})",
            "Look at the stage's weights (too large for float16?) before shipping it",
        )
    return error


def export_autoencoder(network: Autoencoder, folder: Path) -> dict[str, float]:
    """Write encoder.onnx and decoder.onnx; return the largest error of each against torch.

    Raises:
        LumiphoneError: A graph does not compute what the network does.
    """
    generator = torch.Generator().manual_seed(0)
    audio = 0.1 * torch.randn(1, 1024 * 16, generator=generator)
    latent = network.encoder(audio).detach()
    frames = torch.export.Dim("T", min=2, max=100_000)
    export_graph(
        network.encoder,
        [audio],
        folder / "encoder.onnx",
        input_names=["audio"],
        output_names=["latent"],
        dynamic_shapes={"audio": {1: 1024 * frames}},
    )
    export_graph(
        network.decoder,
        [latent, audio, torch.rand(1, 2 * latent.shape[1], generator=generator)],
        folder / "decoder.onnx",
        input_names=["latent", "noise", "phase"],
        output_names=["audio"],
        dynamic_shapes={
            "latent": {1: frames},
            "noise": {1: 1024 * frames},
            "phase": {1: 2 * frames},
        },
    )
    turning = Turning(network.decoder)
    export_graph(
        turning,
        [latent],
        folder / "advance.onnx",
        input_names=["latent"],
        output_names=["cycles"],
        dynamic_shapes={"latent": {1: frames}},
    )
    longer = 0.1 * torch.randn(1, 1024 * 50, generator=generator)
    code = {
        "latent": network.encoder(longer).detach(),
        "noise": 10 * longer,
        "phase": torch.rand(1, 100, generator=generator),
    }
    errors = {
        "encoder": parity(network.encoder, folder / "encoder.onnx", {"audio": longer}),
        "decoder": parity(network.decoder, folder / "decoder.onnx", code),
        "advance": parity(turning, folder / "advance.onnx", {"latent": code["latent"]}),
    }
    return {name: _checked(name, error) for name, error in errors.items()}


def export_flow(state: dict[str, Any], folder: Path) -> dict[str, float]:
    """Write velocity.onnx from a checkpoint; return its largest error against torch.

    Raises:
        LumiphoneError: The graph does not compute what the network does.
    """
    network = Flow(FlowConfig(**state["config"]))
    network.load_state_dict(state["average"])

    def inputs(batch: int, frames: int) -> dict[str, Tensor]:
        generator = torch.Generator().manual_seed(frames)
        text = torch.randn(batch, 384, generator=generator)
        return {
            "latent": torch.randn(
                batch, frames, network.config.latent_channels, generator=generator
            ),
            "time": torch.rand(batch, generator=generator),
            "text": torch.nn.functional.normalize(text, dim=1),
            "cues": torch.rand(batch, 2 * frames, 4, generator=generator),
            "stem": torch.eye(network.config.stems)[:1].repeat(batch, 1),
        }

    example = inputs(2, 64)
    export_graph(
        network,
        list(example.values()),
        folder / "velocity.onnx",
        input_names=list(example),
        output_names=["velocity"],
        dynamic_shapes={
            "latent": {0: "B", 1: "T"},
            "time": {0: "B"},
            "text": {0: "B"},
            "cues": {0: "B", 1: "C"},
            "stem": {0: "B"},
        },
    )
    error = parity(network, folder / "velocity.onnx", inputs(3, 376))
    return {"velocity": _checked("velocity", error)}


def export_judge(state: dict[str, Any], folder: Path) -> dict[str, float]:
    """Write judge.onnx from a checkpoint; return its largest error against torch.

    Raises:
        LumiphoneError: The graph does not compute what the network does.
    """
    network = Judge(JudgeConfig(**state["config"]))
    network.load_state_dict(state["average"])

    def inputs(batch: int, frames: int) -> dict[str, Tensor]:
        generator = torch.Generator().manual_seed(frames)
        channels = network.config.latent_channels
        return {
            "latent": torch.randn(batch, frames, channels, generator=generator),
            "text": torch.randn(batch, network.config.text_channels, generator=generator),
        }

    example = inputs(2, 64)
    export_graph(
        network,
        list(example.values()),
        folder / "judge.onnx",
        input_names=list(example),
        output_names=["score"],
        dynamic_shapes={"latent": {0: "B", 1: "T"}, "text": {0: "B"}},
    )
    errors = [
        parity(network, folder / "judge.onnx", inputs(1, frames)) for frames in (94, 101, 376)
    ]
    return {"judge": _checked("judge", max(errors))}

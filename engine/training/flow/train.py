"""Train the flow network: ``python -m engine.training.flow.train --latents DIR --work DIR``."""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from engine.training.flow.conditions import Wear
from engine.training.flow.latents import LatentClips
from engine.training.networks.flow import Flow, FlowConfig
from engine.training.run import add_run_options, train
from engine.training.settings import parse_settings
from engine.training.warm_start import load_flow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Lengths of a batch in latents and how often each is drawn: most at half the window, where a step
# is cheap; rotary positions carry over to the whole.
LENGTHS = (94, 188, 376)
LENGTH_SHARES = (0.15, 0.55, 0.30)
HELD_OUT_CLIPS = 32

Batch = tuple[Tensor, Tensor, Tensor, Tensor]


class FlowStage:
    """The flow network as a stage of training."""

    name = "flow"
    betas = (0.9, 0.98)
    weight_decay = 1e-2
    gradient_limit = 1.0

    def __init__(self, options: argparse.Namespace) -> None:
        torch.manual_seed(options.seed)
        self.options = options
        self.device = torch.device(options.device)
        self.config = FlowConfig()
        self.network = Flow(self.config)
        if options.from_pack is not None:
            load_flow(self.network, options.from_pack)
        self.network.to(self.device)
        # One graph per length of a batch; compiling costs minutes and wins them back in the hour.
        self.velocity = (
            torch.compile(self.network, dynamic=False) if options.compile else self.network
        )
        self.clips = LatentClips(options.latents)
        held_out = LatentClips(options.held_out, self.clips.statistics)
        self.reference = self._batch(held_out, HELD_OUT_CLIPS, 188, np.random.default_rng(0))

    def _batch(
        self, clips: LatentClips, count: int, length: int, random: np.random.Generator
    ) -> Batch:
        """Return latent [count, length, channels], text, cues and stem of random clips."""
        rows = [clips.draw(length, Wear(), random) for _ in range(count)]
        latent, text, cues, stem = (
            torch.from_numpy(np.stack(part)).to(self.device) for part in zip(*rows, strict=True)
        )
        return latent, text, cues, stem

    def velocity_loss(
        self, network: Callable[..., Tensor], batch: Batch, time: Tensor, noise: Tensor
    ) -> Tensor:
        """Return the mean squared error of the velocity at ``time`` [count]."""
        latent, text, cues, stem = batch
        blend = time.view(-1, 1, 1)
        # For sequences as short as these, a CPU's plain attention is several times quicker than its
        # fused one on the way back.
        plain = sdpa_kernel(SDPBackend.MATH) if self.device.type == "cpu" else nullcontext()
        with plain, torch.autocast(self.device.type, dtype=torch.bfloat16):
            velocity = network((1 - blend) * noise + blend * latent, time, text, cues, stem)
        error: Tensor = velocity.float() - (latent - noise)
        return error.square().mean()

    def train_loss(self, step: int) -> tuple[Tensor, Mapping[str, float]]:
        """Return the loss of a fresh batch at logit-normal times (Esser et al. 2024)."""
        random = np.random.default_rng((self.options.seed, step))
        length = int(random.choice(LENGTHS, p=LENGTH_SHARES))
        # Equal cost: shorter clips come in larger batches.
        batch = self._batch(self.clips, self.options.batch * 188 // length, length, random)
        time = torch.sigmoid(torch.randn(len(batch[0]), device=self.device))
        return self.velocity_loss(self.velocity, batch, time, torch.randn_like(batch[0])), {}

    def held_out(self, network: Flow) -> Mapping[str, float]:
        """Return the loss on clips of held-out recordings at evenly spread times."""
        latent = self.reference[0]
        time = (torch.arange(len(latent), device=self.device) + 0.5) / len(latent)
        noise = np.random.default_rng(0).standard_normal(latent.shape, np.float32)
        noise_here = torch.from_numpy(noise).to(self.device)
        loss = self.velocity_loss(network, self.reference, time, noise_here)
        return {"held_out_loss": float(loss)}

    def extra_state(self) -> Mapping[str, Any]:
        """Return configuration and the latent statistics that the export folds in."""
        return {
            "config": asdict(self.config),
            "latent_mean": torch.from_numpy(self.clips.statistics.mean),
            "latent_deviation": torch.from_numpy(self.clips.statistics.deviation),
        }


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the stage's command (``sys.argv`` if nothing is given)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latents", type=Path, required=True, help="folder of encoded clips")
    parser.add_argument(
        "--held-out", type=Path, required=True, help="encoded clips of held-out recordings"
    )
    parser.add_argument(
        "--compile", action="store_true", help="compile the network first (needs a C++ compiler)"
    )
    add_run_options(parser, rate=1e-3, batch=16)
    return parse_settings(parser, "flow", arguments)


def main() -> None:
    """Run the command."""
    train(FlowStage, parse_arguments())


if __name__ == "__main__":
    main()

"""Train the autoencoder: ``python -m engine.training.autoencoder.train --bank DIR --work DIR``."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from engine.training.autoencoder.audio import BankAudio
from engine.training.autoencoder.losses import SpectralLoss
from engine.training.checkpoints import load_checkpoint
from engine.training.networks.autoencoder import Autoencoder, AutoencoderConfig
from engine.training.run import add_run_options, train
from engine.training.settings import parse_settings
from engine.training.warm_start import load_autoencoder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The latent is a code with noise of this fixed deviation (a VAE with fixed variance): it keeps
# neighbouring codes alike, and the decoder tolerant of a generator's small errors.
LATENT_NOISE = 0.2
LATENT_PENALTY = 2e-3
HELD_OUT_CLIPS = 16


class AutoencoderStage:
    """The autoencoder as a stage of training."""

    name = "autoencoder"
    betas = (0.8, 0.99)
    weight_decay = 1e-3
    gradient_limit = 5.0

    def __init__(self, options: argparse.Namespace) -> None:
        torch.manual_seed(options.seed)
        self.options = options
        self.device = torch.device(options.device)
        self.config = AutoencoderConfig()
        self.network = Autoencoder(self.config)
        if options.from_pack is not None:
            load_autoencoder(self.network, options.from_pack)
        if options.decoder_of is not None:
            self.network.load_state_dict(load_checkpoint(options.decoder_of)["average"])
        if options.decoder_only or options.decoder_of is not None:
            self.network.encoder.requires_grad_(requires_grad=False)
        self.network.to(self.device)
        self.blur = torch.tensor(
            [LATENT_NOISE] * self.config.learned_channels + [0.001] * 2 + [0.05] * 4,
            device=self.device,
        )
        self.loss = SpectralLoss(self.config.sample_rate).to(self.device)
        self.length = options.latents * self.config.samples_per_latent
        self.audio = BankAudio(options.bank, "train")
        held_out = BankAudio(options.bank, "held-out")
        self.reference = held_out.batch(HELD_OUT_CLIPS, self.length, np.random.default_rng(1))

    def encode(self, network: Autoencoder, audio: Tensor) -> Tensor:
        """Return the latent [batch, frames, channels] of waveforms."""
        # bfloat16 keeps float32's range, so no loss scaling is needed on either device.
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            latent: Tensor = network.encoder(audio).float()
        return latent

    def decode(self, network: Autoencoder, latent: Tensor) -> Tensor:
        """Return waveforms [batch, samples] of a latent, drawn with fresh noise."""
        samples = latent.shape[1] * self.config.samples_per_latent
        noise = torch.randn(latent.shape[0], samples, device=self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            waveform: Tensor = network.decoder(latent, noise)
        return waveform

    def train_loss(self, step: int) -> tuple[Tensor, Mapping[str, float]]:
        """Return the loss of a fresh batch; the figure is the mel distance (natural log)."""
        random = np.random.default_rng((self.options.seed, step))
        audio = self.audio.batch(self.options.batch, self.length, random).to(self.device)
        latent = self.encode(self.network, audio)
        code = latent + self.blur * torch.randn_like(latent)
        first, second = self.decode(self.network, torch.cat([code, code])).chunk(2)
        loss = self.loss(first, second, audio) + LATENT_PENALTY * latent.square().mean()
        return loss, {"mel": float(self.loss.mel_distance(first.detach(), audio))}

    def held_out(self, network: Autoencoder) -> Mapping[str, float]:
        """Return mel distance and latent deviation on held-out recordings."""
        audio = self.reference.to(self.device)
        latent = self.encode(network, audio)
        output = self.decode(network, latent)
        return {
            "held_out_mel": float(self.loss.mel_distance(output, audio)),
            "latent_deviation": float(latent.std()),
        }

    def extra_state(self) -> Mapping[str, Any]:
        """Return the configuration."""
        return {"config": asdict(self.config)}


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the stage's command (``sys.argv`` if nothing is given)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bank", type=Path, required=True, help="folder of the audio bank")
    parser.add_argument("--latents", type=int, default=32, help="length of a stretch")
    parser.add_argument(
        "--decoder-only",
        action="store_true",
        help="leave the encoder as it is, so that latents already made (and a flow) stay valid",
    )
    parser.add_argument(
        "--decoder-of", type=Path, help="begin with this autoencoder.pt, and train its decoder only"
    )
    add_run_options(parser, rate=1e-3, batch=12)
    return parse_settings(parser, "autoencoder", arguments)


def main() -> None:
    """Run the command."""
    train(AutoencoderStage, parse_arguments())


if __name__ == "__main__":
    main()

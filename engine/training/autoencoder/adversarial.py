"""Train the decoder against an adversary: ``python -m engine.training.autoencoder.adversarial``.

The encoder stays as it is, so every latent, and a flow made of them, stays valid. Spectral
distances alone leave what they cannot foresee to chance, and the ear calls that a haze; an
adversary asks for the fine structure that recordings have.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from engine.training.autoencoder.adversary import Adversary, Balance
from engine.training.autoencoder.train import AutoencoderStage
from engine.training.checkpoints import load_checkpoint
from engine.training.parallel import Workers
from engine.training.run import add_run_options, train
from engine.training.settings import parse_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SEEN = 2  # one in so many samples of a stretch is seen by the adversary
ALONE, LEARNT = 100, 300  # steps until it pulls at all, and with all its weight: it learns first


class AdversarialStage(AutoencoderStage):
    """The decoder as a stage of training with an adversary; its checkpoint is an autoencoder's."""

    gradient_limit = 1.0

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self.network.encoder.requires_grad_(requires_grad=False)
        workers = Workers.join(options.device)
        self.adversary = Adversary(
            self.device, options.adversary_rate, average_gradients=workers.average_gradients
        )
        self.balance = Balance()
        checkpoint: Path = options.work / f"{self.name}.pt"
        if checkpoint.exists():
            self.adversary.resume(load_checkpoint(checkpoint)["adversary"])
        workers.share_weights(self.adversary.network)

    def train_loss(self, step: int) -> tuple[Tensor, Mapping[str, float]]:
        """Return the loss of a fresh batch: its value is spectral, its gradient both losses'."""
        random = np.random.default_rng((self.options.seed, step))
        audio = self.audio.batch(self.options.batch, self.length, random).to(self.device)
        with torch.no_grad():
            latent = self.encode(self.network, audio)
        code = latent + self.blur * torch.randn_like(latent)
        waveforms = self.decode(self.network, torch.cat([code, code]))
        outputs = waveforms.detach().requires_grad_()
        loss = self.loss(*outputs.chunk(2), audio)
        (spectral,) = torch.autograd.grad(loss, outputs)
        against, figures = self._against(outputs, audio, random)
        known = min(1.0, max(0, step - ALONE) / (LEARNT - ALONE))
        share = self.options.adversary_share * known
        pull = (waveforms * self.balance((spectral, 1.0), (against, share))).sum()
        mel = float(self.loss.mel_distance(outputs.detach()[: len(audio)], audio))
        return loss.detach() + pull - pull.detach(), {"mel": mel, **figures}

    def _against(
        self, outputs: Tensor, audio: Tensor, random: np.random.Generator
    ) -> tuple[Tensor, Mapping[str, float]]:
        """Return the adversary's gradient; it sees a part of each stretch, as it costs most."""
        seen = self.length // SEEN
        start = int(random.integers(self.length - seen + 1))
        part = slice(start, start + seen)
        gradient = torch.zeros_like(outputs)
        gradient[:, part], figures = self.adversary.judge(outputs[:, part], audio[:, part])
        return gradient, figures

    def extra_state(self) -> Mapping[str, Any]:
        """Return the configuration and the adversary."""
        return {**super().extra_state(), "adversary": self.adversary.state()}


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the stage's command (``sys.argv`` if nothing is given)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bank", type=Path, required=True, help="folder of the audio bank")
    parser.add_argument("--latents", type=int, default=32, help="length of a stretch")
    parser.add_argument("--decoder-of", type=Path, help="begin with this autoencoder.pt")
    parser.add_argument("--adversary-rate", type=float, default=1.5e-3, help="its learning rate")
    parser.add_argument(
        "--adversary-share", type=float, default=1.0, help="its pull, of the spectral loss's"
    )
    add_run_options(parser, rate=1.5e-4, batch=8)
    parser.set_defaults(decoder_only=True)
    return parse_settings(parser, "adversarial", arguments)


def main() -> None:
    """Run the command."""
    train(AdversarialStage, parse_arguments())


if __name__ == "__main__":
    main()

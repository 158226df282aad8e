"""Train the judge: ``python -m engine.training.judge.train --latents DIR --work DIR``.

Recordings' latents and their captions are told apart within a batch (InfoNCE, van den Oord et al.
2018, arXiv:1807.03748); captions that say nearly the same share the credit.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from engine.training.flow.latents import LatentClips
from engine.training.networks.judge import Judge, JudgeConfig
from engine.training.run import add_run_options, train
from engine.training.settings import parse_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LENGTHS = (94, 188, 282, 376)
_HELD_OUT_BATCHES = 3
_LIKENESS = 0.07  # how near captions must be to share the credit
_NOISE, _DEAF = 0.7, 0.1  # most noise on a latent; share of its channels that are silenced
_CENTRED_BY = 2000

Pairs = tuple[Tensor, Tensor]


class JudgeStage:
    """The judge as a stage of training."""

    name = "judge"
    betas = (0.9, 0.98)
    weight_decay = 0.1
    gradient_limit = 1.0

    def __init__(self, options: argparse.Namespace) -> None:
        torch.manual_seed(options.seed)
        self.options = options
        self.device = torch.device(options.device)
        self.network = Judge(JudgeConfig())
        self.clips = LatentClips(options.latents)
        held_out = LatentClips(options.held_out, self.clips.statistics)
        random = np.random.default_rng(0)
        worded = _worded(self.clips)
        some = random.choice(worded, min(_CENTRED_BY, len(worded)), replace=False)
        texts = torch.stack([self._text(self.clips, int(one), random) for one in some])
        self.network.centre.copy_(texts.mean(0))
        self.network.to(self.device)
        self.worded = worded
        self.reference = [
            self._batch(held_out, _worded(held_out), 376, np.random.default_rng(number))
            for number in range(_HELD_OUT_BATCHES)
        ]

    @staticmethod
    def _text(clips: LatentClips, which: int, random: np.random.Generator) -> Tensor:
        caption = int(random.choice(clips.clips[which]["captions"]))
        text = torch.from_numpy(clips.embeddings[caption].astype(np.float32))
        return torch.nn.functional.normalize(text, dim=0)

    def _batch(
        self, clips: LatentClips, worded: list[int], length: int, random: np.random.Generator
    ) -> Pairs:
        """Return latents [batch, length, channels] and a caption's vector of each."""
        chosen = random.choice(worded, min(self.options.batch, len(worded)), replace=False)
        rows = []
        for which in chosen:
            start = int(random.integers(clips.latents.shape[1] - length + 1))
            rows.append(clips.latents[which, start : start + length].astype(np.float32))
        statistics = clips.statistics
        latents = (np.stack(rows) - statistics.mean) / statistics.deviation
        texts = torch.stack([self._text(clips, int(which), random) for which in chosen])
        return torch.from_numpy(latents).to(self.device), texts.to(self.device)

    @staticmethod
    def _likeness(network: Judge, batch: Pairs) -> tuple[Tensor, Tensor]:
        """Return the loss, and the cosines [latents, texts]."""
        latents, texts = batch
        words = network.words(texts)
        cosines = network.sound(latents) @ words.T
        scaled = cosines * network.sharpness.exp().clamp(max=50)
        wanted = torch.softmax(words @ words.T / _LIKENESS, 1)
        across = -(wanted * scaled.log_softmax(1)).sum(1).mean()
        down = -(wanted * scaled.T.log_softmax(1)).sum(1).mean()
        return (across + down) / 2, cosines

    def train_loss(self, step: int) -> tuple[Tensor, Mapping[str, float]]:
        """Return the loss of a fresh batch of worn latents."""
        random = np.random.default_rng((self.options.seed, step))
        latents, texts = self._batch(self.clips, self.worded, int(random.choice(LENGTHS)), random)
        number, _, channels = latents.shape
        noise = _NOISE * torch.rand(number, 1, 1, device=self.device)
        deaf = torch.rand(number, 1, channels, device=self.device) < _DEAF
        worn = (latents + noise * torch.randn_like(latents)).masked_fill(deaf, 0)
        return self._likeness(self.network, (worn, texts))[0], {}

    def held_out(self, network: Judge) -> Mapping[str, float]:
        """Return loss and share of clips whose own caption is the nearest of a batch's."""
        losses, right = [], []
        for batch in self.reference:
            loss, cosines = self._likeness(network, batch)
            losses.append(float(loss))
            own = torch.arange(len(cosines), device=self.device)
            right.append(float((cosines.argmax(1) == own).float().mean()))
        return {"held_out_loss": float(np.mean(losses)), "held_out_right": float(np.mean(right))}

    def extra_state(self) -> Mapping[str, Any]:
        """Return the configuration."""
        return {"config": asdict(self.network.config)}


def _worded(clips: LatentClips) -> list[int]:
    return [number for number, clip in enumerate(clips.clips) if clip["captions"]]


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the stage's command (``sys.argv`` if nothing is given)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latents", type=Path, required=True, help="folder of encoded clips")
    parser.add_argument(
        "--held-out", type=Path, required=True, help="encoded clips of held-out recordings"
    )
    add_run_options(parser, rate=2e-3, batch=96)
    return parse_settings(parser, "judge", arguments)


def main() -> None:
    """Run the command."""
    train(JudgeStage, parse_arguments())


if __name__ == "__main__":
    main()

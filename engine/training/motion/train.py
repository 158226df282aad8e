"""Train the motion encoder: ``python -m engine.training.motion.train --work DIR``.

Scenes are rendered as they are needed; nothing is downloaded. The run can be stopped at any moment
and goes on from its checkpoint; ``--from-pack DIR`` begins with the weights of a shipped pack.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from engine.training.motion.losses import NAMES, losses
from engine.training.motion.network import MotionEncoder, Size
from engine.training.motion.stream import Stream, load_photographs
from engine.training.motion.targets import CURVES
from engine.training.run import add_run_options, train
from engine.training.scenes.scene import KINDS
from engine.training.settings import parse_settings
from engine.training.warm_start import load_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.training.motion.losses import Answers

HELD_OUT_BATCHES = 6
_HELD_OUT_SEED = 99_991


class MotionStage:
    """The motion encoder as a stage of training."""

    name = "motion"
    betas = (0.9, 0.98)
    weight_decay = 0.02
    gradient_limit = 1.0

    def __init__(self, options: argparse.Namespace) -> None:
        torch.manual_seed(options.seed)
        self.options = options
        self.device = torch.device(options.device)
        self.network = new_network()
        if options.from_pack is not None:
            load_weights(self.network, options.from_pack / "motion.onnx")
        self.network.to(self.device)
        photographs = load_photographs(options.photographs) if options.photographs else ()
        self.stream = Stream(batch=options.batch, fresh=options.fresh, photographs=photographs)
        # Seeds beyond any step's: never rendered in training.
        unseen = Stream(batch=options.batch, fresh=options.batch)
        self.reference = [unseen.draw((_HELD_OUT_SEED, n)) for n in range(HELD_OUT_BATCHES)]

    def _losses(self, network: MotionEncoder, batch: tuple[Tensor, Answers]) -> tuple[Tensor, ...]:
        pictures, (event, kind, strength, offset, curves) = batch
        device = self.device
        # bfloat16 is what a CPU's matrix unit takes, and keeps float32's range.
        with torch.autocast(device.type, dtype=torch.bfloat16):
            answers = network(pictures.to(device))
        return losses(
            answers,
            (
                event.to(device),
                kind.to(device),
                strength.to(device),
                offset.to(device),
                curves.to(device),
            ),
        )

    def train_loss(self, step: int) -> tuple[Tensor, Mapping[str, float]]:
        """Return the loss of a fresh batch, and its parts."""
        parts = self._losses(self.network, self.stream.draw((self.options.seed, step)))
        figures = {name: float(part.detach()) for name, part in zip(NAMES, parts, strict=True)}
        return torch.stack(parts).sum(), figures

    def held_out(self, network: MotionEncoder) -> Mapping[str, float]:
        """Return the parts of the loss on scenes of other seeds."""
        parts = torch.stack([torch.stack(self._losses(network, batch)) for batch in self.reference])
        means = parts.mean(0).tolist()
        return {f"held_out_{name}": mean for name, mean in zip(NAMES, means, strict=True)}

    def extra_state(self) -> Mapping[str, Any]:
        """Return the network's size."""
        return {"size": asdict(Size())}


def new_network() -> MotionEncoder:
    """Return the network as it is trained and exported."""
    return MotionEncoder(len(KINDS), len(CURVES))


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the stage's command (``sys.argv`` if nothing is given)."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_run_options(parser, rate=1.5e-3, batch=6)
    parser.add_argument("--fresh", type=int, default=3, help="newly rendered clips per step")
    parser.add_argument("--photographs", type=Path, help="folder of pictures for textures")
    parser.add_argument("--threads", type=int, help="CPU threads")
    return parse_settings(parser, "motion", arguments)


def main() -> None:
    """Run the command."""
    options = parse_arguments()
    if options.threads:
        torch.set_num_threads(options.threads)
    train(MotionStage, options)


if __name__ == "__main__":
    main()

"""One resumable training run of any stage: optimiser, pace, averaged weights, checkpoint, log."""

from __future__ import annotations

import json
import time
from collections import defaultdict, deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol

import numpy as np
import torch
from torch import Tensor

from engine.training.checkpoints import AveragedWeights, Network, load_checkpoint, save_checkpoint
from engine.training.parallel import Workers
from engine.training.schedule import Pace
from engine.training.settings import recorded

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping

LOG_EVERY = 50
HELD_OUT_EVERY = 250
SAVE_SECONDS = 180


class Stage(Protocol[Network]):
    """What a run needs to know of the network that it trains."""

    name: str
    network: Network
    betas: tuple[float, float]
    weight_decay: float
    gradient_limit: float

    def train_loss(self, step: int) -> tuple[Tensor, Mapping[str, float]]:
        """Return the loss of a fresh batch, and figures to log."""
        ...

    def held_out(self, network: Network) -> Mapping[str, float]:
        """Return figures of ``network`` on material that is never trained on."""
        ...

    def extra_state(self) -> Mapping[str, Any]:
        """Return what the checkpoint must hold besides weights (configuration, statistics)."""
        ...


class Run(Generic[Network]):
    """A run of limited time that goes on where its checkpoint stands.

    Args:
        stage: What is trained.
        options: Of :func:`add_run_options`.
        workers: The processes that share the run; this one alone if None.
    """

    def __init__(
        self, stage: Stage[Network], options: argparse.Namespace, workers: Workers | None = None
    ) -> None:
        self.stage = stage
        self.options = options
        self.workers = workers or Workers(0, 1, "cpu")
        self.optimiser = torch.optim.AdamW(
            stage.network.parameters(),
            lr=options.rate,
            betas=stage.betas,
            weight_decay=stage.weight_decay,
            fused=True,
        )
        self.step = 0
        self.pace = Pace(options.minutes)
        self.average = AveragedWeights(stage.network)
        self.path: Path = options.work / f"{stage.name}.pt"
        if self.path.exists():
            self._resume(load_checkpoint(self.path))
        self.workers.share_weights(stage.network)

    def _resume(self, state: dict[str, Any]) -> None:
        self.stage.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average.network.load_state_dict(state["average"])
        self.average.updates = self.step = state["step"]
        self.pace.spent = 0.0 if self.options.restart_schedule else state["spent"]

    def save(self) -> None:
        """Write the checkpoint, if this process is the one that does."""
        if not self.workers.leads:
            return
        state = {
            **self.stage.extra_state(),
            "network": self.stage.network.state_dict(),
            "average": self.average.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "spent": self.pace.seconds,
            "settings": recorded(self.options),
        }
        save_checkpoint(self.path, state)

    def train_step(self) -> dict[str, float]:
        """Take one optimiser step; return its figures."""
        rate = self.pace.learning_rate(self.options.rate, self.step)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        loss, figures = self.stage.train_loss(self.step)
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.workers.average_gradients(self.stage.network)
        torch.nn.utils.clip_grad_norm_(self.stage.network.parameters(), self.stage.gradient_limit)
        self.optimiser.step()
        self.average.update(self.stage.network)
        self.step += 1
        return {"loss": float(loss.detach()), **figures}

    def records(self) -> Iterator[dict[str, float]]:
        """Train until the minutes are over; yield the mean figures of every few steps."""
        figures: defaultdict[str, list[float]] = defaultdict(list)
        saved = time.monotonic()
        done = self._over()
        while not done:
            for name, value in self.train_step().items():
                figures[name].append(value)
            done = self._over()
            if self.step % LOG_EVERY == 0 or done:
                record = {"step": float(self.step), "minutes": self.pace.seconds / 60}
                record |= {name: float(np.mean(values)) for name, values in figures.items()}
                figures.clear()
                if self.step % HELD_OUT_EVERY == 0 or done:
                    record |= self._held_out()
                yield record
            if time.monotonic() - saved > SAVE_SECONDS:
                self.save()
                saved = time.monotonic()
        self.save()

    def _over(self) -> bool:
        return self.workers.agree(self.pace.progress) >= 1

    @torch.no_grad()
    def _held_out(self) -> Mapping[str, float]:
        return self.stage.held_out(self.average.network) if self.workers.leads else {}


def add_run_options(parser: argparse.ArgumentParser, *, rate: float, batch: int) -> None:
    """Add the options that every stage's command has."""
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoint and log")
    parser.add_argument("--minutes", type=float, default=60, help="length of the whole run")
    parser.add_argument(
        "--restart-schedule", action="store_true", help="keep the weights, pace the run from zero"
    )
    parser.add_argument(
        "--from-pack", type=Path, help="take the first weights from a shipped pack's folder"
    )
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--rate", type=float, default=rate, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=1)


def train(
    make_stage: Callable[[argparse.Namespace], Stage[Network]], options: argparse.Namespace
) -> None:
    """Run a stage to the end of its minutes, with a log of JSON lines beside the checkpoint.

    Under torchrun every process makes the stage with a seed and a device of its own.
    """
    options.work.mkdir(parents=True, exist_ok=True)
    workers = Workers.join(options.device)
    options.device, options.seed = workers.device, workers.seed(options.seed)
    run = Run(make_stage(options), options, workers)
    if not workers.leads:
        deque(run.records(), maxlen=0)
        workers.leave()
        return
    with (options.work / f"{run.stage.name}.jsonl").open("a", encoding="utf-8") as log:
        for record in run.records():
            line = json.dumps({key: round(value, 4) for key, value in record.items()})
            log.write(line + "\n")
            log.flush()
            print(line, flush=True)  # noqa: T201 - a command's progress
    workers.leave()

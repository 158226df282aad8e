"""Two processes of torchrun against one: the same gradient, one checkpoint, one log."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from engine.training.checkpoints import load_checkpoint  # noqa: E402 - after the check for torch
from engine.training.parallel import SEED_STRIDE, Workers  # noqa: E402

pytestmark = pytest.mark.training

RUN = """
import argparse, itertools, sys
from pathlib import Path
from types import SimpleNamespace
import torch
from torch import nn
from engine.training import schedule
from engine.training.run import train

# A clock that looks move on: as many steps on a busy machine as on a free one.
looks = itertools.count()
schedule.time = SimpleNamespace(monotonic=lambda: next(looks) / 200)

class Slope:
    name, betas, weight_decay, gradient_limit = "slope", (0.9, 0.99), 0.0, 10.0
    def __init__(self, options):
        torch.manual_seed(options.seed)
        self.network = nn.Linear(1, 1, bias=False)
        self.seed, self.gradients = options.seed, []
    def train_loss(self, step):
        x = torch.full((1, 1), 1.0 if self.seed == 1 else 3.0)
        return (self.network(x) - 3 * x).square().mean(), {"seed": float(self.seed)}
    def held_out(self, network):
        return {"error": float((network.weight - 3).abs())}
    def extra_state(self):
        return {}

train(Slope, argparse.Namespace(work=Path(sys.argv[1]), minutes=2 / 60, rate=0.2, seed=1,
                                device="cpu", restart_schedule=False))
"""


def test_one_process_is_alone_and_changes_nothing() -> None:
    workers = Workers.join("cpu")
    network = torch.nn.Linear(2, 1)
    network(torch.ones(1, 2)).sum().backward()
    before = network.weight.grad.clone()
    workers.share_weights(network)
    workers.average_gradients(network)
    assert torch.equal(network.weight.grad, before)
    assert (workers.leads, workers.seed(5), workers.agree(0.5)) == (True, 5, 0.5)


def test_processes_draw_batches_of_their_own() -> None:
    assert len({Workers(rank, 4, "cpu").seed(1) for rank in range(4)}) == 4
    assert Workers(1, 2, "cpu").seed(1) == 1 + SEED_STRIDE


def test_two_processes_train_one_network_and_leave_one_log(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(RUN, "utf-8")
    work = tmp_path / "work"
    start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    repository = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [*start, str(script), str(work)],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env={"PYTHONPATH": str(repository), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in (work / "slope.jsonl").read_text().splitlines()]
    steps = [record["step"] for record in records]
    assert steps == sorted(set(steps))
    assert {record["seed"] for record in records} == {1.0}
    assert records[-1]["error"] < 0.1
    assert load_checkpoint(work / "slope.pt")["settings"]["seed"] == 1

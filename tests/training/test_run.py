import argparse
import itertools
import json
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor, nn  # noqa: E402 - after the check for torch

from engine.training.checkpoints import load_checkpoint  # noqa: E402 - after the check for torch
from engine.training.run import Run, train  # noqa: E402
from engine.training.schedule import Pace  # noqa: E402

pytestmark = pytest.mark.training


class Slope:
    """Learns to multiply by three."""

    name = "slope"
    betas = (0.9, 0.99)
    weight_decay = 0.0
    gradient_limit = 10.0

    def __init__(self) -> None:
        self.network = nn.Linear(1, 1, bias=False)

    def train_loss(self, step: int) -> tuple[Tensor, Mapping[str, float]]:
        x = torch.full((4, 1), 1.0 + step % 3)
        return (self.network(x) - 3 * x).square().mean(), {"batch": 4.0}

    def held_out(self, network: nn.Linear) -> Mapping[str, float]:
        return {"error": float((network.weight - 3).abs())}

    def extra_state(self) -> Mapping[str, Any]:
        return {"config": {"width": 1}}


def options(work: Path, seconds: float, **others: bool) -> argparse.Namespace:
    values = {"restart_schedule": False, "rate": 0.05, "device": "cpu", "seed": 1, **others}
    return argparse.Namespace(work=work, minutes=seconds / 60, **values)


@pytest.fixture
def ticking_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that looks move on: as many steps a minute on a busy machine as on a free one."""
    start, looks = time.monotonic(), itertools.count()
    clock = SimpleNamespace(monotonic=lambda: start + next(looks) / 2000)
    monkeypatch.setattr("engine.training.schedule.time", clock)


@pytest.mark.usefixtures("ticking_clock")
def test_a_run_learns_logs_and_leaves_a_checkpoint(tmp_path: Path) -> None:
    train(lambda _options: Slope(), options(tmp_path, 1.0))
    records = [json.loads(line) for line in (tmp_path / "slope.jsonl").read_text().splitlines()]
    assert records[-1]["error"] < 0.1
    assert records[-1]["loss"] < records[0]["loss"]
    assert load_checkpoint(tmp_path / "slope.pt")["config"] == {"width": 1}
    assert [path.name for path in tmp_path.glob("*.partial")] == []


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    first = Run(Slope(), options(tmp_path, 60))
    for _ in range(40):
        first.train_step()
    first.save()
    second = Run(Slope(), options(tmp_path, 60))
    assert second.step == 40
    assert second.pace.seconds >= first.pace.spent
    assert torch.equal(second.stage.network.weight, first.stage.network.weight)
    assert torch.equal(second.average.network.weight, first.average.network.weight)


def test_a_warm_start_keeps_weights_and_paces_from_zero(tmp_path: Path) -> None:
    first = Run(Slope(), options(tmp_path, 60))
    first.train_step()
    first.pace.spent = 50.0
    first.save()
    second = Run(Slope(), options(tmp_path, 60, restart_schedule=True))
    assert second.step == 1
    assert second.pace.spent == 0.0


def test_the_rate_warms_up_and_falls_to_its_floor() -> None:
    pace = Pace(minutes=1.0)
    assert pace.learning_rate(1.0, 0, warm_up=100) == pytest.approx(0.01, rel=0.01)
    assert pace.learning_rate(1.0, 500, warm_up=100) == pytest.approx(1.0, rel=0.01)
    pace.spent = 60.0
    assert pace.learning_rate(1.0, 500, warm_up=100) == pytest.approx(0.02)

import argparse
from pathlib import Path

import pytest
import torch

from engine.training.motion.stream import Stream
from engine.training.motion.train import MotionStage
from engine.training.run import Run

pytestmark = pytest.mark.training


def _options(work: Path) -> argparse.Namespace:
    return argparse.Namespace(
        work=work,
        minutes=0.001,
        restart_schedule=False,
        from_pack=None,
        device="cpu",
        batch=2,
        rate=1e-3,
        seed=1,
        fresh=1,
        photographs=None,
    )


def test_a_batch_is_a_function_of_its_seed() -> None:
    one = Stream(pictures=12, batch=2, fresh=1).draw((1, 5))
    other = Stream(pictures=12, batch=2, fresh=1).draw((1, 5))

    assert torch.equal(one[0], other[0])
    assert one[0].shape == (2, 12, 64, 64)
    assert all(torch.equal(a, b) for a, b in zip(one[1], other[1], strict=True))


def test_a_stopped_run_goes_on_where_it_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.motion.train.HELD_OUT_BATCHES", 1)
    first = Run(MotionStage(_options(tmp_path)), _options(tmp_path))
    figures = first.train_step()
    first.save()

    second = Run(MotionStage(_options(tmp_path)), _options(tmp_path))

    assert figures["loss"] > 0
    assert second.step == 1
    for one, other in zip(
        first.stage.network.parameters(), second.stage.network.parameters(), strict=True
    ):
        assert torch.equal(one, other)

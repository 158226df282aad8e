"""The stage that trains the decoder against an adversary, on a small bank, at true size."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch")

from engine.training.autoencoder.adversarial import (  # noqa: E402 - after the check for torch
    AdversarialStage,
    parse_arguments,
)
from engine.training.checkpoints import load_checkpoint  # noqa: E402
from engine.training.networks.autoencoder import Autoencoder  # noqa: E402
from engine.training.run import Run  # noqa: E402
from tests.training.small_bank import write_small_bank  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bank")
    write_small_bank(folder)
    return folder


def run(bank: Path, work: Path, **changed: float) -> tuple[AdversarialStage, Run[Autoencoder]]:
    given = {"batch": 2, "latents": 8, "device": "cpu", **changed}
    written = [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
    options = parse_arguments([f"--bank={bank}", f"--work={work}", *written])
    stage = AdversarialStage(options)
    return stage, Run(stage, options)


def test_the_decoder_learns_and_the_encoder_stays(bank: Path, tmp_path: Path) -> None:
    stage, training = run(bank, tmp_path)
    before = copy.deepcopy(stage.network.state_dict())
    figures = training.train_step()
    assert {"loss", "mel", "told", "adversary"} <= set(figures)
    after = stage.network.state_dict()
    changed = {name for name, value in before.items() if not torch.equal(value, after[name])}
    assert changed
    assert all(name.startswith("decoder.") for name in changed)


def test_the_adversary_pulls_only_when_it_has_learned_for_a_while(
    bank: Path, tmp_path: Path
) -> None:
    def gradient(step: int, share: float) -> Tensor:
        stage, _ = run(bank, tmp_path / "none", adversary_share=share)
        torch.manual_seed(3)
        loss, _figures = stage.train_loss(step)
        head: Tensor = torch.autograd.grad(loss, [stage.network.decoder.head.weight])[0]
        return head

    assert torch.equal(gradient(0, 1.0), gradient(0, 0.0))
    assert not torch.equal(gradient(1000, 1.0), gradient(1000, 0.0))


def test_a_stopped_run_keeps_its_adversary(bank: Path, tmp_path: Path) -> None:
    stage, training = run(bank, tmp_path)
    training.train_step()
    training.save()
    again, resumed = run(bank, tmp_path)
    assert resumed.step == 1
    weights = (each.adversary.network.parameters() for each in (stage, again))
    assert all(torch.equal(one, other) for one, other in zip(*weights, strict=True))
    kept = load_checkpoint(tmp_path / "autoencoder.pt")
    Autoencoder(again.config).load_state_dict(kept["average"])

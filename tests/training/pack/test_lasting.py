from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tokenizers import Tokenizer

from engine.training.bank.build import build
from engine.training.bank.store import Bank
from engine.training.pack.lasting import LastingRule, fit_lasting
from engine.training.pretrained.labels import embed
from tests.training.small_bank import click, noise, source

if TYPE_CHECKING:
    from collections.abc import Callable

PRETRAINED = Path("exported_models/lumiphone-base")  # has the text encoder and its tokenizer
BEDS = {
    "RAINVege": ("rain on leaves", "heavy rain"),
    "WATRFlow": ("river flowing", "brook"),
    "WINDGust": ("wind in trees", "howling wind"),
    "CRWDApls": ("crowd murmuring", "people talking in a tavern"),
    "VEHCar": ("car engine running", "idling motor"),
    "AMBForst": ("forest with birds", "quiet countryside"),
}
EVENTS = {
    "DOORWood": ("door slamming", "door knock"),
    "GLASBrk": ("glass breaking", "bottle shattering"),
    "WOODImpt": ("wooden plank dropped", "axe hitting wood"),
    "GUNPis": ("pistol shot", "gun firing"),
    "METLImpt": ("metal pan struck", "anvil hit"),
    "FGHTImpt": ("punch", "body falling"),
}


@pytest.fixture(scope="module")
def rule(tmp_path_factory: pytest.TempPathFactory) -> LastingRule:
    folder = tmp_path_factory.mktemp("bank")
    beds = [
        source(name, "bed", category, noise(1, seed))
        for seed, (category, names) in enumerate(BEDS.items())
        for name in names
    ]
    events = [
        source(name, "event", category, click(pitch=300 + 50 * k))
        for k, (category, names) in enumerate(EVENTS.items())
        for name in names
    ]
    build(beds + events, folder)
    return fit_lasting(Bank(folder), PRETRAINED)


@pytest.fixture(scope="module")
def judge(rule: LastingRule) -> Callable[[str], bool]:
    tokenizer = Tokenizer.from_file(str(PRETRAINED / "tokenizer.json"))

    def lasting(words: str) -> bool:
        (vector,) = embed([words], PRETRAINED / "text.onnx", tokenizer)
        return bool(vector @ rule.plane[:-1] + rule.plane[-1] > 0)

    return lasting


def test_it_judges_words_that_the_bank_has_never_met(judge: Callable[[str], bool]) -> None:
    assert judge("a waterfall")
    assert judge("traffic on a busy street")
    assert not judge("a plate smashing on the floor")
    assert not judge("a hammer striking a nail")


def test_its_accuracy_is_of_categories_that_it_was_not_fitted_to(rule: LastingRule) -> None:
    assert 0.5 < rule.accuracy <= 1
    assert rule.plane.shape == (385,)
    assert rule.plane.dtype == np.float32

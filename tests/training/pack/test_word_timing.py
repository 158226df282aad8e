from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tokenizers import Tokenizer

from engine.onsets import SAMPLE_RATE
from engine.training.bank.build import build
from engine.training.bank.store import Bank
from engine.training.pack.word_timing import TimingRules, fit_timing, ring
from engine.training.pretrained.labels import embed
from tests.training.small_bank import noise, source

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

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


RINGS = {"METLImpt": 0.6, "GLASBrk": 0.3}  # seconds in which it falls to 1/e; others 0.02


def decaying(constant: float) -> NDArray[np.float32]:
    """A tone that dies away."""
    time = np.arange(round(4 * SAMPLE_RATE * constant) + 4800) / SAMPLE_RATE
    return (0.8 * np.sin(2 * np.pi * 500 * time) * np.exp(-time / constant)).astype(np.float32)


@pytest.fixture(scope="module")
def rule(tmp_path_factory: pytest.TempPathFactory) -> TimingRules:
    folder = tmp_path_factory.mktemp("bank")
    beds = [
        source(name, "bed", category, noise(1, seed))
        for seed, (category, names) in enumerate(BEDS.items())
        for name in names
    ]
    events = [
        source(name, "event", category, decaying(RINGS.get(category, 0.02)))
        for category, names in EVENTS.items()
        for name in names
    ]
    build(beds + events, folder)
    return fit_timing(Bank(folder), PRETRAINED)


@pytest.fixture(scope="module")
def rings(rule: TimingRules) -> Callable[[str], float]:
    tokenizer = Tokenizer.from_file(str(PRETRAINED / "tokenizer.json"))

    def seconds(words: str) -> float:
        (vector,) = embed([words], PRETRAINED / "text.onnx", tokenizer)
        return float(np.exp(vector @ rule.ringing[:-1] + rule.ringing[-1]))

    return seconds


@pytest.fixture(scope="module")
def judge(rule: TimingRules) -> Callable[[str], bool]:
    tokenizer = Tokenizer.from_file(str(PRETRAINED / "tokenizer.json"))

    def lasting(words: str) -> bool:
        (vector,) = embed([words], PRETRAINED / "text.onnx", tokenizer)
        return bool(vector @ rule.lasting[:-1] + rule.lasting[-1] > 0)

    return lasting


def test_it_judges_words_that_the_bank_has_never_met(judge: Callable[[str], bool]) -> None:
    assert judge("a waterfall")
    assert judge("traffic on a busy street")
    assert not judge("a plate smashing on the floor")
    assert not judge("a hammer striking a nail")


def test_its_accuracy_is_of_categories_that_it_was_not_fitted_to(rule: TimingRules) -> None:
    assert 0.5 < rule.accuracy <= 1
    assert rule.lasting.shape == (385,)
    assert rule.lasting.dtype == np.float32


def test_words_for_what_rang_long_ring_long(rings: Callable[[str], float]) -> None:
    assert rings("a metal pan struck with a hammer") > 1.3 * rings("a pistol firing")
    assert rings("a wine glass breaking") > 1.1 * rings("a door knock")


def test_how_far_rings_are_missed_stands_beside_one_ring_for_all(rule: TimingRules) -> None:
    assert rule.error >= 1
    assert rule.error_of_one >= 1
    assert rule.ringing.shape == (385,)


@pytest.mark.parametrize("constant", [0.05, 0.2, 0.6])
def test_a_ring_is_measured_on_the_level_whatever_its_gain(constant: float) -> None:
    """A tone from -3 dBFS dies to -60 dBFS: its level is a line down, its ring half of that.

    The energy is that of 60 ms and more around each point, which makes the shortest ring longer.
    """
    measured = ring(decaying(constant))
    falls = constant * np.log(10) / 20 * 54
    assert measured == pytest.approx(falls / 2, rel=0.2, abs=0.12)
    assert ring(0.1 * decaying(constant)) == pytest.approx(measured, rel=1e-3)

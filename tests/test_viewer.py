"""The feature pack looks at pictures through the default pack's eyes, and never twice."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.packs.registry import DEFAULT_PACK
from engine.pipeline import Engine
from engine.request import Request
from engine.source import Source
from tests.flashes import flash_film

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def packs(
    feature_pack: Path, default_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder with the feature pack, and a default pack that can read cue sheets."""
    folder = tmp_path / "packs"
    shutil.copytree(feature_pack / "features", folder / "features")
    shutil.copytree(default_pack / DEFAULT_PACK, folder / DEFAULT_PACK)
    monkeypatch.setenv("LUMIPHONE_PACKS", str(folder))
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source.open(flash_film(tmp_path))


def test_another_pack_reads_the_cue_sheet_and_takes_are_judged_by_it(
    packs: Path, source: Source
) -> None:
    assert packs.is_dir()
    (take,) = Engine.load("features", device="cpu").takes(source, Request(seed=1))
    assert take.observation.cues.events
    assert take.sync is not None
    assert take.to_json()["sync"] == round(take.sync, 3)
    (own,) = Engine.load(DEFAULT_PACK, device="cpu").takes(source, Request(seed=1))
    assert own.observation.cues == take.observation.cues
    assert own.sync is None
    assert "sync" not in own.to_json()


def test_without_a_pack_that_reads_one_the_cue_sheet_is_empty(
    packs: Path, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(packs / DEFAULT_PACK)
    monkeypatch.setattr("engine.packs.registry.BUNDLED", packs)
    (take,) = Engine.load("features", device="cpu").takes(source, Request(seed=1))
    assert not take.observation.cues.events
    assert take.sync is None


def test_features_outlive_the_engine_and_serve_other_words(
    packs: Path, source: Source, cache: Path
) -> None:
    first = Engine.load("features", device="cpu")
    (take,) = first.takes(source, Request(prompt="a dog", seed=1))
    filed = sorted((cache / "features").iterdir())
    assert len(filed) >= 2
    for name in ("clip", "sync"):
        (packs / "features" / f"{name}.onnx").unlink()
    later = Engine(first.pack, "cpu")
    (again,) = later.takes(source, Request(prompt="a dog", seed=1))
    np.testing.assert_array_equal(again.samples, take.samples)
    assert not {"clip", "sync"} & later.stopwatch.seconds.keys()
    (other,) = later.takes(source, Request(prompt="rain", seed=1))
    assert not np.array_equal(other.samples, take.samples)

from __future__ import annotations

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from engine.feature_store import FeatureStore, picture_keys, text_key
from engine.media.reader import open_clip
from engine.packs.registry import Pack, get_pack
from engine.source import Source
from engine.span import Span
from tests.flashes import flash_film

VALUES = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture(scope="module")
def features(feature_pack: Path) -> Pack:
    return get_pack("features", feature_pack)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    film = flash_film(tmp_path)
    return Source(open_clip(film), Span(film, Fraction(25), 50), "sum")


def test_what_was_kept_is_there_for_the_next_store(tmp_path: Path) -> None:
    FeatureStore(tmp_path / "new").keep("key", VALUES)
    recalled = FeatureStore(tmp_path / "new").recall("key")
    assert recalled is not None
    np.testing.assert_array_equal(recalled, VALUES)
    assert FeatureStore(tmp_path / "new").recall("other") is None


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path, capacity=2 * 2**14)
    for age, key in enumerate(("a", "b")):
        store.keep(key, VALUES)
        os.utime(tmp_path / f"{key}.npy", (age, age))
    store.recall("a")
    store.keep("c", VALUES)
    assert store.recall("b") is None
    assert store.recall("a") is not None
    assert store.recall("c") is not None


def test_a_damaged_file_is_as_good_as_none(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path)
    store.keep("key", VALUES)
    whole = (tmp_path / "key.npy").read_bytes()
    (tmp_path / "key.npy").write_bytes(whole[:-3])
    assert store.recall("key") is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_costs_no_take(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    store = FeatureStore(tmp_path / "file")
    store.keep("key", VALUES)
    assert store.recall("key") is None


def test_the_stretch_the_file_and_the_graph_decide_the_key(features: Pack, source: Source) -> None:
    keys = picture_keys(features, source)
    assert keys.keys() == {"clip", "sync"}
    assert keys["clip"] != keys["sync"]
    copied = replace(source, span=replace(source.span, media=Path("elsewhere.mp4")))
    assert picture_keys(features, copied) == keys
    longer = replace(source, span=replace(source.span, frames=51))
    edited = replace(source, sha256="other")
    sums = features.manifest.files
    retrained = replace(
        features,
        manifest=replace(
            features.manifest,
            files={**sums, "clip.onnx": replace(sums["clip.onnx"], sha256="0" * 64)},
        ),
    )
    for pack, other in ((features, longer), (features, edited), (retrained, source)):
        assert picture_keys(pack, other)["clip"] != keys["clip"]
    assert picture_keys(retrained, source)["sync"] == keys["sync"]


def test_words_the_tokenizer_and_the_graph_decide_the_key_of_a_text(features: Pack) -> None:
    assert text_key(features, "a dog") == text_key(features, "a dog")
    assert text_key(features, "a dog") != text_key(features, "a cat")

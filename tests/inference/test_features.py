from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.inference.features import FeatureEncoder
from engine.inference.session import Sessions
from engine.packs.registry import Pack, get_pack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from engine.inference.arrays import Floats


@pytest.fixture(scope="module")
def features(feature_pack: Path) -> Pack:
    return get_pack("features", feature_pack)


@pytest.fixture(scope="module")
def feature_sessions(features: Pack) -> Iterator[Sessions]:
    with Sessions(features, "cpu", threads=1) as opened:
        yield opened


def encoded(
    sessions: Sessions,
    pack: Pack,
    name: str,
    levels: Sequence[int],
    *,
    duration: Fraction | None = None,
    chunk: int | None = None,
) -> Floats | None:
    stage = replace(pack.manifest.features[name], chunk=chunk)
    lasts = len(levels) / pack.manifest.pictures[name].rate if duration is None else duration
    encoder = FeatureEncoder(sessions, pack.manifest, stage, lasts)
    for level in levels:
        encoder.observe(np.full((8, 8, 3), level, np.uint8))
    return encoder.finish()


def test_pictures_in_a_row_give_a_feature_each(feature_sessions: Sessions, features: Pack) -> None:
    found = encoded(feature_sessions, features, "clip", [0, 51, 255])
    assert found is not None
    np.testing.assert_allclose(found[:, 0], [0, 0.2, 1], atol=1e-6)


def test_segments_overlap_by_the_stride(feature_sessions: Sessions, features: Pack) -> None:
    found = encoded(feature_sessions, features, "sync", [0] * 16 + [255] * 16)
    assert found is not None  # segments at 0, 8 and 16, of brightness -1 to 1
    np.testing.assert_allclose(found[:, 0], [-1, 0, 1], atol=1e-6)


def test_a_rest_too_short_for_a_segment_is_left_out(
    feature_sessions: Sessions, features: Pack
) -> None:
    found = encoded(feature_sessions, features, "sync", [0] * 23)
    assert found is not None
    assert len(found) == 1


def test_a_span_shorter_than_a_segment_is_filled_with_its_last_picture(
    feature_sessions: Sessions, features: Pack
) -> None:
    found = encoded(feature_sessions, features, "sync", [0, 255])
    assert found is not None
    np.testing.assert_allclose(found[:, 0], [(15 - 1) / 16], atol=1e-6)


def test_no_picture_gives_no_features(feature_sessions: Sessions, features: Pack) -> None:
    assert encoded(feature_sessions, features, "clip", []) is None


@pytest.mark.parametrize(("name", "chunk"), [("clip", 1), ("clip", 4), ("sync", 1), ("sync", 3)])
def test_chunks_give_what_one_run_does(
    feature_sessions: Sessions, features: Pack, name: str, chunk: int
) -> None:
    levels = [index * 5 % 256 for index in range(51)]
    whole = encoded(feature_sessions, features, name, levels)
    parts = encoded(feature_sessions, features, name, levels, chunk=chunk)
    assert whole is not None
    assert parts is not None
    np.testing.assert_allclose(parts, whole, atol=1e-6)


def test_a_picture_counts_if_the_span_lasts_to_its_end(
    feature_sessions: Sessions, features: Pack
) -> None:
    lasts = Fraction(99, 80)  # 9.9 pictures: the tenth is shown, but not to its end
    found = encoded(feature_sessions, features, "clip", [0] * 10, duration=lasts)
    assert found is not None
    assert len(found) == 9

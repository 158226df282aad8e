from __future__ import annotations

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


def encoded(sessions: Sessions, pack: Pack, name: str, levels: Sequence[int]) -> Floats | None:
    encoder = FeatureEncoder(sessions, pack.manifest, pack.manifest.features[name])
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

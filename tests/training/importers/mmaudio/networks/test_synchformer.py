"""Synchformer's visual trunk gives the original's points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.training.importers.mmaudio.networks.synchformer import (  # noqa: E402 - after the skip
    PREFIX,
    Synchformer,
    SynchformerConfig,
    trunk_weights,
)
from tests.training.importers.mmaudio.golden_vision import frames, golden, with_golden_weights  # noqa: E402

if TYPE_CHECKING:
    from torch import Tensor

pytestmark = pytest.mark.training

TOLERANCE = 5e-5  # points are of about unit size
SMALL = SynchformerConfig(width=96, blocks=3, heads=3)


def error(ours: Tensor, theirs: Tensor) -> float:
    assert ours.shape == theirs.shape
    return float((ours - theirs).abs().max())


def test_small_trunk_gives_the_originals_points() -> None:
    network = with_golden_weights(Synchformer(SMALL), PREFIX)
    with torch.inference_mode():
        points = network(frames(1, 2, 16, 3, 224, 224))
    assert error(points, golden("sync_small")) < TOLERANCE


def test_trunk_of_true_width_gives_the_originals_points() -> None:
    network = with_golden_weights(Synchformer(SynchformerConfig(blocks=2)), PREFIX)
    with torch.inference_mode():
        points = network(frames(1, 2, 16, 3, 224, 224))
    assert error(points, golden("sync_true")) < TOLERANCE


def test_a_segment_has_the_same_points_in_any_company() -> None:
    network = with_golden_weights(Synchformer(SMALL), PREFIX)
    segments = frames(1, 2, 16, 3, 224, 224)
    with torch.inference_mode():
        alone, together = network(segments[:, 1:]), network(segments)
    assert error(alone, together[:, 8:]) < TOLERANCE


def test_network_has_the_published_number_of_weights() -> None:
    with torch.device("meta"):
        network = Synchformer(SynchformerConfig())
    unused = 768 * 3 * 16 * 16 + 768  # a projection of single pictures
    assert round((sum(p.numel() for p in network.parameters()) + unused) / 1e6, 1) == 122.4


def test_only_the_visual_trunk_is_taken_from_a_checkpoint() -> None:
    tensor = torch.zeros(1)
    names = ("vfeat_extractor.norm.bias", "vfeat_extractor.patch_embed.proj.bias", "afeat.norm")
    assert set(trunk_weights(dict.fromkeys(names, tensor))) == {"norm.bias"}

"""The exported encoders give the original's features, for any number of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

import onnx  # noqa: E402 - after the skip

from engine.training.export import cpu_session  # noqa: E402
from engine.training.importers.mmaudio.graphs.vision import (  # noqa: E402
    export_clip_image,
    export_clip_text,
    export_synchformer,
)
from engine.training.importers.mmaudio.networks.clip import (  # noqa: E402
    IMAGE_PREFIX,
    ImageConfig,
    ImageEncoder,
    TextConfig,
    TextEncoder,
)
from engine.training.importers.mmaudio.networks.synchformer import (  # noqa: E402
    PREFIX,
    Synchformer,
    SynchformerConfig,
)
from tests.training.importers.mmaudio.golden_vision import (  # noqa: E402
    frames,
    golden,
    with_golden_weights,
)

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

pytestmark = pytest.mark.training

TOLERANCE = 5e-5
SMALL_IMAGE = ImageConfig(width=160, blocks=3, heads=2, features=64)


def run(path: Path, name: str, values: Tensor) -> Tensor:
    outputs = cpu_session(path).run(["features"], {name: values.numpy()})
    features: Tensor = torch.from_numpy(outputs[0])
    return features


def error(ours: Tensor, theirs: Tensor) -> float:
    assert ours.shape == theirs.shape
    return float((ours - theirs).abs().max())


def test_image_graph_gives_the_originals_features(tmp_path: Path) -> None:
    path = tmp_path / "clip.onnx"
    export_clip_image(with_golden_weights(ImageEncoder(SMALL_IMAGE), IMAGE_PREFIX), path)
    features = run(path, "frames", frames(3, 3, 384, 384)[None])
    assert error(features[0], golden("image_small")) < TOLERANCE


def test_text_graph_gives_the_originals_features(tmp_path: Path) -> None:
    path = tmp_path / "text.onnx"
    config = TextConfig(width=64, blocks=3, heads=4)
    proof = export_clip_text(with_golden_weights(TextEncoder(config)), path)
    assert proof.error(path) < TOLERANCE
    features = run(path, "input_ids", golden("ids").long())
    assert error(features, golden("text_small")) < TOLERANCE


def test_synchformer_graph_gives_the_originals_points(tmp_path: Path) -> None:
    path = tmp_path / "sync.onnx"
    config = SynchformerConfig(width=96, blocks=3, heads=3)
    export_synchformer(with_golden_weights(Synchformer(config), PREFIX), path)
    points = run(path, "frames", frames(1, 2, 16, 3, 224, 224))
    assert error(points, golden("sync_small")) < TOLERANCE


def test_attention_is_one_operator_of_the_graph(tmp_path: Path) -> None:
    path = tmp_path / "clip.onnx"
    export_clip_image(with_golden_weights(ImageEncoder(SMALL_IMAGE), IMAGE_PREFIX), path)
    operators = [node.op_type for node in onnx.load(path).graph.node]
    assert operators.count("MultiHeadAttention") == SMALL_IMAGE.blocks
    assert "Softmax" not in operators

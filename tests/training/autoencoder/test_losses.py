from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch")

from engine.training.autoencoder.losses import (  # noqa: E402 - after the check for torch
    SpectralLoss,
    mel_filterbank,
)

if TYPE_CHECKING:
    from torch import Tensor

pytestmark = pytest.mark.training


def noise(seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    sound: Tensor = 0.1 * torch.randn(4, 16384, generator=generator)
    return sound


def test_mel_filters_sum_to_one_and_cover_the_middle() -> None:
    filters = mel_filterbank(48_000, 1024, 80)
    assert torch.allclose(filters.sum(dim=0), torch.ones(80), atol=1e-3)
    assert (filters[10:500].sum(dim=1) > 0).all()


def test_noise_is_best_matched_by_other_noise_of_the_same_kind() -> None:
    loss = SpectralLoss(48_000)
    hum = noise(5)[:, :256].repeat(1, 64)  # repeats every hop: what a decoder without chance gives
    random = loss(noise(1), noise(2), noise(3))
    assert random < loss(hum, hum, noise(3))
    assert random < loss(0.5 * noise(1), 0.5 * noise(2), noise(3))
    assert random < loss(noise(1), noise(1), noise(3))


def test_what_is_not_random_is_best_matched_by_itself() -> None:
    loss = SpectralLoss(48_000)
    tone = 0.1 * torch.sin(torch.arange(16384) * 0.1).repeat(4, 1)
    assert float(loss(tone, tone, tone)) == 0.0
    assert loss(noise(1), noise(2), tone) > 0.1
    assert float(loss.mel_distance(tone, tone)) == 0.0

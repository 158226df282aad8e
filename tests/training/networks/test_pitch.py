from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch", reason="needs the train extra")

import torch

from engine.training.networks.pitch import OCTAVES, REFERENCE, PitchTracker, PulseTrain, advance

FRAMES = 24
TRACKER = PitchTracker()


def tone(frequency: float, partials: int = 4) -> torch.Tensor:
    time = torch.arange(FRAMES * 1024, dtype=torch.float64) / 48_000
    parts = [
        torch.cos(2 * math.pi * frequency * n * time + n) / n
        for n in range(1, partials + 1)
        if frequency * n < 20_000
    ]
    return (0.2 * torch.stack(parts).sum(0)).float().unsqueeze(0)


def hertz(latent: torch.Tensor) -> torch.Tensor:
    """Pitch of a latent [1, frames, 4], without the ends."""
    inner: torch.Tensor = REFERENCE * torch.exp2(latent[0, 4:-4, :2] * OCTAVES)
    return inner


@settings(max_examples=25)
@given(frequency=st.floats(60, 5_000))
def test_a_tone_has_its_pitch_and_is_harmonic(frequency: float) -> None:
    latent = TRACKER(tone(frequency))
    assert latent.shape == (1, FRAMES, 6)
    cents = 1200 * torch.log2(hertz(latent) / frequency).abs()
    assert cents.max() < 15
    assert latent[0, 4:-4, 2:].amax(-1).min() > 0.75


def test_noise_is_not_harmonic_and_silence_is_nothing() -> None:
    noise = torch.randn(1, FRAMES * 1024, generator=torch.Generator().manual_seed(0))
    assert TRACKER(noise)[..., 2:].mean() < -0.5
    silence = TRACKER(torch.zeros(1, FRAMES * 1024))
    assert silence[..., 2:].max() == -1
    assert silence[..., :2].abs().max() == 0


def test_pitch_is_held_where_nothing_is_harmonic() -> None:
    sound = tone(800)
    sound[:, 10 * 1024 : 14 * 1024] = 0
    assert hertz(TRACKER(sound)).sub(800).abs().max() < 40


def test_a_pulse_train_has_its_partials_at_multiples_of_its_pitch() -> None:
    latent = TRACKER(tone(440))[..., :2]
    pulses = PulseTrain()(latent, advance(latent).cumsum(1))
    assert pulses.shape == (1, FRAMES * 1024)
    inner = pulses[0, 4096:-4096]
    spectrum = torch.fft.rfft(inner * torch.hann_window(len(inner))).abs()
    bins = torch.arange(len(spectrum)) * 48_000 / len(inner)
    order = (bins / 440).round()
    near = (bins - 440 * order).abs() < 15
    audible = (order > 0) & (bins < 22_000)
    assert spectrum[near & audible].square().sum() > 0.99 * spectrum[audible].square().sum()


def test_pieces_join_to_the_whole_when_the_phase_is_carried() -> None:
    latent = TRACKER(tone(330) + 0.3 * tone(470))[..., :2]
    phase = advance(latent).cumsum(1)
    whole = PulseTrain()(latent, phase)
    piece = PulseTrain()(latent[:, 10:], phase[:, 20:] % 1)
    assert (piece[:, 1024:] - whole[:, 11 * 1024 :]).abs().max() < 1e-3

from __future__ import annotations

import numpy as np
import pytest

from engine.training.evaluation.mel_patches import log_mel, mel_patches, resampled
from tests.training.evaluation.golden import golden_sound, load_golden


def tone(
    hertz: float, samples: int = 16_000, rate: int = 16_000
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(samples) / rate)).astype(np.float32)


def test_the_spectrogram_is_the_one_that_tensorflow_makes() -> None:
    golden = load_golden()
    # TensorFlow computes in 32 bits, which shows where nearly nothing sounds.
    np.testing.assert_allclose(log_mel(golden_sound())[golden.mel_frames], golden.mel, atol=5e-3)


def test_silence_is_the_logarithm_of_the_offset_everywhere() -> None:
    np.testing.assert_allclose(log_mel(np.zeros(800, np.float32)), np.log(1e-3), rtol=1e-6)


@pytest.mark.parametrize("hertz", [200.0, 1000.0, 5000.0])
def test_a_tone_is_loudest_in_the_band_whose_centre_is_nearest_in_mel(hertz: float) -> None:
    def mel(frequency: float) -> float:
        return 1127 * float(np.log1p(frequency / 700))

    centres = np.linspace(mel(125), mel(7500), 66)[1:-1]
    nearest = int(np.abs(centres - mel(hertz)).argmin())
    loudest = int(log_mel(tone(hertz)).mean(axis=0).argmax())
    assert abs(loudest - nearest) <= 1  # low bands are narrower than a bin


@pytest.mark.parametrize(
    ("samples", "patches"),
    [(1, 1), (15_600, 1), (15_601, 2), (23_280, 2), (23_281, 3), (128_000, 16)],
)
def test_patches_of_096_s_every_048_s_cover_the_sound_to_its_end(
    samples: int, patches: int
) -> None:
    assert mel_patches(np.ones(samples, np.float32)).shape == (patches, 96, 64)


def test_neighbouring_patches_share_their_halves() -> None:
    patches = mel_patches(golden_sound())
    np.testing.assert_array_equal(patches[0, 48:], patches[1, :48])


def test_resampling_keeps_a_tone_and_its_length() -> None:
    heard = resampled(tone(1000, 48_000, 48_000), 48_000)
    assert len(heard) == 16_000
    np.testing.assert_allclose(heard[1000:-1000], tone(1000)[1000:-1000], atol=1e-3)

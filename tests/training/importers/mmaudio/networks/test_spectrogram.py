from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.training.importers.mmaudio.networks.spectrogram import (  # noqa: E402 - after the skip
    SPECTROGRAMS,
    MelSpectrogram,
)
from tests.training.importers.mmaudio.golden_audio import golden, signal  # noqa: E402

pytestmark = pytest.mark.training


@pytest.mark.parametrize("codec", ["16k", "44k"])
def test_a_waveform_has_the_original_s_spectrogram_clipped_where_it_is_too_loud(codec: str) -> None:
    config = SPECTROGRAMS[codec]
    audio = 0.6 * signal("audio.input", 1, 12 * config.hop)
    assert audio.abs().max() > 1
    spectrogram = MelSpectrogram(config)(audio)[0]
    torch.testing.assert_close(spectrogram, golden(f"mel_{codec}"), atol=1e-4, rtol=0)

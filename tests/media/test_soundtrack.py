from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.errors import MediaError
from engine.media.soundtrack import read_sound
from engine.media.writer import write_wav

if TYPE_CHECKING:
    from pathlib import Path

RATE = 48_000


def test_a_take_is_read_with_all_its_channels_to_the_last_sample(tmp_path: Path) -> None:
    written = np.random.default_rng(1).uniform(-0.9, 0.9, (2, 12_345)).astype(np.float32)
    write_wav(tmp_path / "take.wav", written, RATE)
    samples, rate = read_sound(tmp_path / "take.wav")
    assert rate == RATE
    np.testing.assert_allclose(samples, written, atol=2**-22)


@pytest.mark.parametrize("content", [b"", b"RIFF no sound at all"])
def test_what_is_no_sound_is_refused_by_name_with_a_remedy(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "take-1.wav"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"take-1\.wav .*Make the take again"):
        read_sound(path)

"""Writing takes: 24-bit WAV, and (from :mod:`engine.media.mux`) the clip with its new sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import OutputError
from engine.media.mux import mux
from engine.media.riff import LARGEST_RIFF, SAMPLE_BYTES, wave_header, write_wave

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

__all__ = ["mux", "write_wav"]


def write_wav(path: Path, samples: npt.NDArray[np.float32], sample_rate: int) -> None:
    """Write 24-bit PCM in RIFF/WAVE; the file appears whole or not at all.

    Args:
        path: The file, replaced if it exists.
        samples: float32 [channels, n], full scale +-1; what lies beyond is clipped.
        sample_rate: Samples per second.

    Raises:
        OutputError: Folder missing or read-only, disk full, or more than 4 GB.
    """
    channels, count = samples.shape
    if not wave_header(channels, count, sample_rate).startswith(b"RIFF"):
        hours = LARGEST_RIFF / (channels * SAMPLE_BYTES) / sample_rate / 3600
        raise OutputError(
            f"{path} would be larger than 4 GB, which WAV cannot hold",
            f"Write BWF, which becomes RF64 then, or sound at most {hours:.1f} hours at once",
        )
    write_wave(path, samples, sample_rate)

"""Writing takes: 24-bit WAV, and (from :mod:`engine.media.mux`) the clip with its new sound."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.errors import OutputError
from engine.media.mux import mux
from engine.media.staging import staged

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["mux", "write_wav"]

_BYTES = 3
_FULL_SCALE = 1 << 23
_RIFF_LIMIT = (1 << 32) - 1  # sizes are 32-bit
_HEADER = struct.Struct("<4sI4s 4sIHHIIHH 4sI")
_BLOCK = 1 << 16  # frames converted at a time


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
    frame = channels * _BYTES
    size = count * frame
    if size + _HEADER.size + 1 > _RIFF_LIMIT:
        hours = _RIFF_LIMIT / frame / sample_rate / 3600
        raise OutputError(
            f"{path} would be larger than 4 GB, which WAV cannot hold",
            f"Sound at most {hours:.1f} hours at once",
        )
    padding = size % 2  # RIFF chunks have even lengths
    header = _HEADER.pack(
        *(b"RIFF", _HEADER.size - 8 + size + padding, b"WAVE"),
        *(b"fmt ", 16, 1, channels, sample_rate, sample_rate * frame, frame, 8 * _BYTES),
        *(b"data", size),
    )
    with staged(path) as draft, draft.open("xb") as file:
        file.write(header)
        for start in range(0, count, _BLOCK):
            file.write(_pcm24(samples[:, start : start + _BLOCK]))
        file.write(bytes(padding))


def _pcm24(samples: npt.NDArray[np.float32]) -> bytes:
    """Interleaved little-endian 24-bit integers."""
    scaled = np.rint(samples.T.astype(np.float64) * _FULL_SCALE)
    whole = np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1).astype("<i4")
    return np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 4)[:, :_BYTES].tobytes()

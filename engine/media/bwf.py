"""Broadcast Wave files: 24-bit PCM with bext v2 and iXML, RF64 beyond 4 GB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.media.bext import bext_chunk
from engine.media.broadcast import BroadcastInfo
from engine.media.ixml import ixml_chunk
from engine.media.riff import write_wave

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

__all__ = ["BroadcastInfo", "write_bwf"]


def write_bwf(
    path: Path, samples: npt.NDArray[np.float32], sample_rate: int, info: BroadcastInfo
) -> None:
    """Write a Broadcast Wave file; it appears whole or not at all.

    Args:
        path: The file, replaced if it exists.
        samples: float32 [channels, n], full scale +-1; what lies beyond is clipped.
        sample_rate: Samples per second; deliveries want 48 000.
        info: What the file says of them.

    Raises:
        InputError: The start lies before midnight.
        OutputError: Folder missing or read-only, disk full.
    """
    channels = samples.shape[0]
    chunks = (
        bext_chunk(info, channels, sample_rate),
        ixml_chunk(info, channels, sample_rate),
    )
    write_wave(path, samples, sample_rate, chunks)

"""Finishing a take: no offset, no clicks at its ends, and room for any converter after it.

Long takes are worked on in blocks; beside the samples only a few megabytes are needed.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.errors import InferenceError
from engine.media.limiter import limit, stretches
from engine.media.true_peak import true_peak_db

__all__ = ["finish", "true_peak_db"]

Samples: TypeAlias = npt.NDArray[np.float32]

CEILING_DB = -1.0
_OFFSET_SECONDS = 0.4  # of the running mean: below about 2 Hz nothing is left
_FADE_SECONDS = 0.003


def finish(samples: Samples, sample_rate: int) -> Samples:
    """Return the take ready to be written.

    Removes offset and rumble under about 2 Hz, fades 3 ms at both ends, and keeps the true peak
    under -1 dBTP: peaks up to 6 dB too high are limited, what goes beyond is turned down. Takes
    that are quiet enough keep their level.

    Args:
        samples: float32 [channels, n], full scale +-1; left as they are.
        sample_rate: Samples per second.

    Returns:
        float32 [channels, n].

    Raises:
        InferenceError: The model gave numbers that are not finite.
    """
    if not np.isfinite(samples.sum(dtype=np.float64)):
        raise InferenceError(
            "The model's sound holds invalid numbers",
            "Run it on the CPU, or with another seed; if it stays so, install the pack again",
        )
    finished = _without_offset(samples, sample_rate)
    _fade(finished, sample_rate)
    limit(finished, sample_rate, CEILING_DB)
    return finished


def _without_offset(samples: Samples, sample_rate: int) -> Samples:
    """Subtract a running mean taken twice: linear phase, and a constant vanishes exactly."""
    count = samples.shape[1]
    width = max(1, min(round(_OFFSET_SECONDS * sample_rate), count)) // 2 * 2 + 1
    result = np.empty_like(samples)
    for part in stretches(count):
        # Beyond the ends the take is thought to go on mirrored.
        places = np.arange(part.start - width + 1, part.stop + width - 1)
        around = samples[:, _mirrored(places, count)].astype(np.float64)
        drift = _running_mean(_running_mean(around, width), width)
        result[:, part] = samples[:, part] - drift
    return result


def _mirrored(places: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """Fold indices outside 0..count back in."""
    folded = places % (2 * count)
    return np.minimum(folded, 2 * count - 1 - folded)


def _running_mean(values: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    return (sums[:, width:] - sums[:, :-width]) / width


def _fade(samples: Samples, sample_rate: int) -> None:
    """Raised-cosine fades in place; the first and last sample become zero."""
    length = min(round(_FADE_SECONDS * sample_rate), samples.shape[1] // 2)
    ramp = np.sin(np.linspace(0, np.pi / 2, length, endpoint=False, dtype=np.float32)) ** 2
    samples[:, :length] *= ramp
    samples[:, samples.shape[1] - length :] *= ramp[::-1]

"""Fades where a transition of the pictures brings a clip in or takes it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.timebase import sample_count

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray


def faded(
    samples: NDArray[np.float32],
    sample_rate: int,
    rate: Fraction,
    fade_in: int,
    fade_out: int,
) -> NDArray[np.float32]:
    """Return a take with a sine over its first frames and a cosine over its last.

    Two sounds made apart have nothing in common, so their powers add: these two curves keep the
    power constant through a dissolve (a 3 dB, or equal-power, crossfade).

    Args:
        samples: float32 [channels, samples].
        sample_rate: Samples per second.
        rate: Frames per second.
        fade_in: Frames at the beginning.
        fade_out: Frames at the end.
    """
    gain = np.ones(samples.shape[1])
    for frames, direction in ((fade_in, 1), (fade_out, -1)):
        count = min(sample_count(frames, rate, sample_rate), len(gain))
        gain[::direction][:count] *= np.sin((np.arange(count) + 0.5) / max(count, 1) * np.pi / 2)
    return (samples * gain).astype(np.float32)

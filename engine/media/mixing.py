"""Stems and the mix that they sum to, exactly."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, cast

import numpy as np

from engine.media.limiter import highest_level, stretches
from engine.media.loudness import CEILING_DB
from engine.media.programme_loudness import Normalised, measure_loudness, normalise, shortfall
from engine.media.true_peak import block_peaks

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from engine.media.programme_loudness import Target

    Samples = npt.NDArray[np.float32]

Name = TypeVar("Name", bound=str)

_CLOSE = 0.001
_STEPS = np.float32(1 << 23)  # of 24 bits, per full scale


class Mixed(NamedTuple, Generic[Name]):
    """Stems at their levels.

    Attributes:
        stems: Name to float32 [channels, n]; every sample is a whole number of 24-bit steps.
        mix: Their sum, to the last bit; its true peak and theirs are under -1 dBTP.
    """

    stems: dict[Name, Samples]
    mix: Samples


def mix_stems(stems: Mapping[Name, Samples], levels: Mapping[Name, float]) -> Mixed[Name]:
    """Bring stems to their levels and add them up.

    If the sum, or a stem, would peak too high, one gain for all turns them down: a limiter would
    change the stems against each other, and they would no longer sum to the mix.

    Args:
        stems: Name to float32 [channels, n], all of one shape; left as they are.
        levels: Name to dB; 0 where none is given.
    """
    gains = {name: 10 ** (levels.get(name, 0.0) / 20) for name in stems}
    levelled = {
        name: cast("Samples", samples * np.float32(gains[name])) for name, samples in stems.items()
    }
    return _quantised(levelled, min(1.0, _headroom(levelled, CEILING_DB)))


def normalise_stems(
    mixed: Mixed[Name], sample_rate: int, target: Target
) -> tuple[Mixed[Name], Normalised]:
    """Bring a mix to a target by one gain for all its stems, which go on to sum to it.

    Without a limiter a mix of high peaks stays quieter than the target; the warning says so.

    Args:
        mixed: From :func:`mix_stems`, 1 or 2 channels; left as it is.
        sample_rate: Samples per second.
        target: Such as ``TARGETS["r128"]``.

    Raises:
        InputError: More channels than that.
    """
    before = measure_loudness(mixed.mix, sample_rate)
    if not math.isfinite(before.integrated):
        return mixed, normalise(mixed.mix, sample_rate, target)  # which says so
    wanted = 10 ** ((target.integrated - before.integrated) / 20)
    gain = min(wanted, _headroom(mixed.stems, target.ceiling))
    moved = _quantised(mixed.stems, gain)
    after = measure_loudness(moved.mix, sample_rate)
    result = Normalised(moved.mix, 20 * math.log10(gain), after, shortfall(after, target))
    return moved, result


def _headroom(stems: Mapping[Name, Samples], ceiling_db: float) -> float:
    """The gain that brings the highest peak, of a stem or of the sum, to a ceiling."""
    highest = highest_level(ceiling_db)
    sounds = [*stems.values(), *([_sum(stems)] if len(stems) > 1 else [])]
    # Peaks are only looked for where they could matter; what lies lower reads a little too low.
    floor = max(float(np.abs(samples).max(initial=0.0)) for samples in sounds)
    peak = max(float(block_peaks(samples, floor).max(initial=0.0)) for samples in sounds)
    # What was limited to just that level keeps it.
    return highest / peak if peak > 0 and abs(peak / highest - 1) > _CLOSE else 1.0


def _quantised(stems: Mapping[Name, Samples], gain: float) -> Mixed[Name]:
    """Return stems times a gain, rounded to 24 bits, and the sum of what was rounded.

    Args:
        stems: Name to float32 [channels, n], all of one shape; left as they are.
        gain: Low enough for the sum to stay within full scale.
    """
    steps = np.float32(gain) * _STEPS
    rounded = {
        name: cast("Samples", np.rint(samples * steps) / _STEPS) for name, samples in stems.items()
    }
    only = next(iter(rounded.values()))
    return Mixed(rounded, only if len(rounded) == 1 else _sum(rounded))


def _sum(stems: Mapping[Name, Samples]) -> Samples:
    """The sum in double precision, in which 24-bit steps add up without rounding."""
    total = np.empty_like(next(iter(stems.values())))
    for part in stretches(total.shape[1]):
        total[:, part] = sum(samples[:, part].astype(np.float64) for samples in stems.values())
    return total

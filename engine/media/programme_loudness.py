"""How loud a programme is (ITU-R BS.1770, EBU R 128), and bringing a full mix to a target.

FFmpeg's ``ebur128`` filter measures. Only full mixes have a target: stems stay at the level at
which they were mixed, or the mix made of them would fall apart.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import av
import numpy as np

from engine.errors import InputError
from engine.media.limiter import limit
from engine.media.true_peak import decibels

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

_LAYOUTS = {1: "mono", 2: "stereo"}
_SILENT = -70.0  # the absolute gate: nothing below counts
_PASSES = 4
_CLOSE = 0.05  # LU


# What a table calls the figures of a loudness.
FIGURES = ("LUFS", "LRA", "max M", "max S", "dBTP")


@dataclass(frozen=True, slots=True)
class Loudness:
    """What a meter shows after a programme; minus infinity where there was only silence.

    Attributes:
        integrated: Of the whole programme, gated, in LUFS.
        range: Loudness range (EBU Tech 3342) in LU; 0 for less than about 3 s.
        max_momentary: Loudest 400 ms, in LUFS.
        max_short_term: Loudest 3 s, in LUFS.
        true_peak: In dBTP.
    """

    integrated: float
    range: float
    max_momentary: float
    max_short_term: float
    true_peak: float

    def to_json(self) -> dict[str, float | None]:
        """Return plain JSON values to 0.01 dB; null where there was only silence."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            name: round(value, 2) if math.isfinite(value) else None
            for name, value in values.items()
        }

    def figures(self) -> list[str]:
        """Return what a table shows, in the order of FIGURES; a dash where there was silence."""
        values = (
            *(self.integrated, self.range, self.max_momentary),
            *(self.max_short_term, self.true_peak),
        )
        return [f"{value:.1f}" if math.isfinite(value) else "-" for value in values]


@dataclass(frozen=True, slots=True)
class Target:
    """A delivery specification's loudness.

    Attributes:
        title: The specification.
        integrated: In LUFS.
        tolerance: In LU.
        ceiling: Highest true peak in dBTP.
        remark: Where it asks for more than is measured here; empty if nowhere.
    """

    title: str
    integrated: float
    tolerance: float
    ceiling: float
    remark: str = ""


TARGETS = {
    "r128": Target("EBU R 128", -23.0, 0.5, -1.0),
    "a85": Target("ATSC A/85", -24.0, 2.0, -2.0),
    "netflix": Target(
        "Netflix",
        -27.0,
        2.0,
        -2.0,
        "Netflix measures dialogue only; there is no dialogue gate here, so the whole mix counts",
    ),
    "streaming": Target("streaming services", -14.0, 1.0, -1.0),
}


class Normalised(NamedTuple):
    """A mix at its target.

    Attributes:
        samples: float32 [channels, n].
        gain: What was added before any limiting, in dB.
        loudness: As it is now.
        warning: What could not be reached; empty if all was.
    """

    samples: npt.NDArray[np.float32]
    gain: float
    loudness: Loudness
    warning: str


def measure_loudness(samples: npt.NDArray[np.float32], sample_rate: int) -> Loudness:
    """Measure a programme.

    Args:
        samples: float32 [channels, n], 1 or 2 channels, full scale +-1.
        sample_rate: Samples per second.

    Raises:
        InputError: More channels than that.
    """
    momentary = short_term = peak = -math.inf
    integrated, spread = -math.inf, 0.0
    for shown in _readings(samples, sample_rate):
        momentary = max(momentary, _level(shown["M"]))
        short_term = max(short_term, _level(shown["S"]))
        peak = max(peak, decibels(float(shown["true_peak"])))
        integrated, spread = _level(shown["I"]), float(shown["LRA"])
    return Loudness(integrated, spread, momentary, short_term, peak)


def _level(text: str) -> float:
    value = float(text)
    return value if value > _SILENT else -math.inf  # not a number is not greater either


def _readings(samples: npt.NDArray[np.float32], sample_rate: int) -> Iterator[dict[str, str]]:
    """Yield what the meter shows every 100 ms."""
    channels, count = samples.shape
    if channels not in _LAYOUTS:
        raise InputError(f"{channels} channels cannot be measured", "Give mono or stereo sound")
    layout, step = _LAYOUTS[channels], max(1, sample_rate // 10)
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=sample_rate,
        format="fltp",
        layout=layout,
        time_base=Fraction(1, sample_rate),
    )
    meter = graph.add("ebur128", "metadata=1:peak=true:framelog=quiet")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    for start in range(0, count, step):
        block = np.ascontiguousarray(samples[:, start : start + step], np.float32)
        frame = av.AudioFrame.from_ndarray(block, "fltp", layout)
        frame.sample_rate, frame.pts = sample_rate, start
        source.push(frame)
        yield from _shown(sink)
    source.push(None)
    yield from _shown(sink)


def _shown(sink: av.filter.FilterContext) -> Iterator[dict[str, str]]:
    with contextlib.suppress(av.error.BlockingIOError, av.error.EOFError):
        while True:
            metadata = sink.pull().metadata
            if "lavfi.r128.I" in metadata:
                yield {name.removeprefix("lavfi.r128."): text for name, text in metadata.items()}


def normalise(mix: npt.NDArray[np.float32], sample_rate: int, target: Target) -> Normalised:
    """Bring a full mix to a target without passing its true-peak ceiling.

    Where the ceiling is in the way, peaks up to 6 dB too high are limited; beyond that the mix
    stays quieter than the target, and the warning says by how much.

    Args:
        mix: float32 [channels, n], 1 or 2 channels; left as it is.
        sample_rate: Samples per second.
        target: Such as ``TARGETS["r128"]``.

    Raises:
        InputError: More channels than that.
    """
    before = measure_loudness(mix, sample_rate)
    if not math.isfinite(before.integrated):
        return Normalised(mix, 0.0, before, "Too short or too quiet to have a loudness: kept as is")
    gain, missing = 0.0, target.integrated - before.integrated
    for _ in range(_PASSES):
        gain += missing  # from the second time on: what the limiter took
        samples = mix * np.float32(10 ** (gain / 20))
        limit(samples, sample_rate, target.ceiling)
        after = measure_loudness(samples, sample_rate)
        missing = target.integrated - after.integrated
        if abs(missing) <= _CLOSE:
            break
    return Normalised(samples, gain, after, shortfall(after, target))


def shortfall(loudness: Loudness, target: Target) -> str:
    """Return a warning that peaks kept a mix from its target, or nothing if they did not."""
    if abs(target.integrated - loudness.integrated) <= target.tolerance:
        return ""
    return (
        f"The mix is {loudness.integrated:.1f} LUFS where {target.title} wants "
        f"{target.integrated:g}: its peaks reach the ceiling of {target.ceiling:g} dBTP"
    )

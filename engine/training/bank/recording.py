"""From a file to a clean mono recording at 48 kHz, with the checks that let it enter the bank."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np
import numpy.typing as npt
import soundfile
import soxr

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE_RATE = 48_000
PEAK = 0.84  # -1.5 dBFS: loudness is the composer's affair, resolution is ours
_SHORTEST = SAMPLE_RATE // 40
_SILENCE = 1e-3  # of the peak; below it the ends are cut
_LEAD = SAMPLE_RATE // 200  # kept before the first sound
_TAIL = SAMPLE_RATE // 50  # kept after the last, faded
_CLIPPED_SHARE = 0.08

Samples = npt.NDArray[np.float32]


class UnusableRecordingError(Exception):
    """A file that must not enter the bank; the message says why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Clean mono samples and what was measured on the way.

    Attributes:
        samples: float32 [n] at 48 kHz, peak at -1.5 dBFS.
        source_rate: Sample rate of the file.
        bandwidth: Highest frequency (Hz) with content.
        rms_db: Level of the whole in dBFS after normalisation.
        clipped: Share of source samples that sit in flat tops.
        offset: DC offset that was removed, as a share of full scale.
    """

    samples: Samples
    source_rate: int
    bandwidth: int
    rms_db: float
    clipped: float
    offset: float


def read_recording(path: Path, start: float = 0.0, seconds: float | None = None) -> Recording:
    """Decode, check and clean one audio file.

    Args:
        path: A file that soundfile or PyAV can read.
        start: Where to begin, as a share of the length; only used together with ``seconds``.
        seconds: Keep at most so much.

    Raises:
        UnusableRecordingError: It cannot be decoded, is silent, too short or badly clipped.
    """
    channels, rate = _decode(path)
    if seconds is not None and len(channels) > seconds * rate:
        first = int(start * (len(channels) - seconds * rate))
        channels = channels[first : first + int(seconds * rate)]
    return cleaned(_mono(channels), rate)


def cleaned(samples: Samples, rate: int) -> Recording:
    """Check and clean mono samples of any rate; see :func:`read_recording`."""
    if not len(samples) or not np.isfinite(samples).all():
        raise UnusableRecordingError("empty, or not numbers")
    offset = float(samples.mean())
    clipped = _clipped_share(samples)
    if clipped > _CLIPPED_SHARE:
        raise UnusableRecordingError(f"{clipped:.0%} of it is clipped")
    samples = samples - np.float32(offset)
    if rate != SAMPLE_RATE:
        samples = soxr.resample(samples, rate, SAMPLE_RATE, quality="HQ").astype(np.float32)
    peak = float(np.abs(samples).max(initial=0.0))
    if peak < 1e-3:
        raise UnusableRecordingError(f"silent (peak {20 * np.log10(peak + 1e-9):.0f} dBFS)")
    samples = _trimmed(samples * np.float32(PEAK / peak))
    if len(samples) < _SHORTEST:
        raise UnusableRecordingError(f"only {len(samples) / SAMPLE_RATE * 1000:.0f} ms long")
    rms = float(np.sqrt(np.mean(np.square(samples))))
    bandwidth = min(_bandwidth(samples), rate // 2)
    return Recording(samples, rate, bandwidth, 20 * np.log10(rms + 1e-9), clipped, offset)


def _decode(path: Path) -> tuple[Samples, int]:
    data = path.read_bytes()
    try:
        samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError):
        return _decode_with_av(path)
    decoded: Samples = np.asarray(samples, np.float32)
    return decoded, int(rate)


def _decode_with_av(path: Path) -> tuple[Samples, int]:
    try:
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            resampler = av.AudioResampler(format="fltp")
            frames = [
                part.to_ndarray()
                for frame in container.decode(stream)
                for part in resampler.resample(frame)
            ]
            rate = stream.rate
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise UnusableRecordingError(f"cannot be decoded ({error})") from error
    if not frames:
        raise UnusableRecordingError("holds no audio")
    decoded: Samples = np.concatenate(frames, axis=1).T.astype(np.float32)
    return decoded, int(rate)


def _mono(channels: Samples) -> Samples:
    """Mix down, unless the channels cancel each other: then the first one stands for all."""
    mixed: Samples = channels.mean(axis=1, dtype=np.float32)
    if channels.shape[1] == 1 or not len(channels):
        return mixed
    if np.square(mixed).mean() < 0.05 * np.square(channels).mean():
        return np.ascontiguousarray(channels[:, 0])
    return mixed


def _clipped_share(samples: Samples) -> float:
    """Share of samples in runs of three and more at the very top or bottom."""
    top = np.abs(samples).max(initial=0.0)
    if top < 0.5:
        return 0.0
    flat = np.abs(samples) >= top * 0.9995
    runs = flat[2:] & flat[1:-1] & flat[:-2]
    return float(runs.mean()) if len(runs) else 0.0


def _trimmed(samples: Samples) -> Samples:
    """Cut silent ends, keep a short lead, fade the tail."""
    loud = np.flatnonzero(np.abs(samples) > _SILENCE * PEAK)
    first = max(0, int(loud[0]) - _LEAD)
    last = min(len(samples), int(loud[-1]) + _TAIL)
    kept = samples[first:last].copy()
    edge = min(_LEAD, len(kept) // 4)
    ramp = np.linspace(0, 1, edge, dtype=np.float32)
    if first == 0:  # a file that starts at once keeps its attack: only the click goes
        ramp_in = ramp[:: max(1, edge // 24)]
        kept[: len(ramp_in)] *= ramp_in
    kept[len(kept) - edge :] *= ramp[::-1]
    return kept


def _bandwidth(samples: Samples) -> int:
    """Highest frequency whose power lies within 70 dB of the strongest band's."""
    size = 2048
    count = max(1, len(samples) // size)
    padded = np.zeros(count * size, np.float32)
    padded[: min(len(samples), len(padded))] = samples[: len(padded)]
    window = np.hanning(size).astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(padded.reshape(count, size) * window))).mean(axis=0)
    smooth = np.convolve(power, np.ones(9) / 9, mode="same")
    above = np.flatnonzero(smooth > 1e-7 * smooth.max())
    return int(above[-1] * SAMPLE_RATE / size)

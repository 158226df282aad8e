"""Pictures, cue sheet and sound, each to be drawn along one time axis."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from engine.media.reader import PictureSpec, open_clip, read_pictures
from engine.span import Span

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from engine.cues import CueSheet

_GAP = 2  # white pixels between pictures
_HEARD_HZ = (60, 20_000)
_FLOOR_DB = -80


def film_strip(video: Path, pictures: int, height: int) -> NDArray[np.uint8]:
    """Return pictures of a clip side by side, each the one shown at the time of its left edge.

    Args:
        video: The clip.
        pictures: How many.
        height: Of each, in pixels.

    Raises:
        MediaError: The clip cannot be decoded.
    """
    clip = open_clip(video)
    width = round(height * clip.width / clip.height)
    spec = PictureSpec(Fraction(pictures) / clip.duration, width, height, "squash", "rgb")
    span = Span(video, clip.rate, clip.frames)
    shown = [picture.pixels for picture in read_pictures(span, {"strip": spec})]
    strip = np.concatenate(shown[:pictures], axis=1)
    for left in range(width, strip.shape[1], width):
        strip[:, left : left + _GAP] = 255
    return strip


def draw_cues(lane: Axes, sheet: CueSheet) -> None:
    """Draw a cue sheet: energy as an area, events as bars as high as they are strong."""
    curve = sheet.curves.get("energy", ())
    times = np.arange(len(curve)) / float(sheet.rate)
    lane.fill_between(times, curve, color="0.85", linewidth=0, label="energy")
    lane.vlines(
        [event.seconds for event in sheet.events],
        0,
        [event.strength for event in sheet.events],
        color="tab:red",
        label="events",
    )
    lane.set_ylim(0, 1.05)
    lane.set_ylabel("cue sheet")
    lane.legend(loc="lower right", bbox_to_anchor=(1, 0.96), ncols=2, frameon=False)


def draw_spectrogram(lane: Axes, samples: NDArray[np.floating[Any]], sample_rate: int) -> None:
    """Draw the spectrogram of mono samples; 80 dB under its loudest place is black."""
    window, hop = 2048, 256
    transform = ShortTimeFFT(hann(window), hop, sample_rate)
    magnitude = np.abs(transform.stft(samples)) / max(transform.win.sum() / 2, 1.0)
    level = 20 * np.log10(np.maximum(magnitude, 1e-6))
    peak = level.max()
    lane.pcolormesh(
        transform.t(len(samples)),
        transform.f,
        level,
        vmin=peak + _FLOOR_DB,
        vmax=peak,
        cmap="magma",
        shading="nearest",
        rasterized=True,
    )
    lane.set_yscale("log")
    lane.set_ylim(*_HEARD_HZ)
    lane.set_yticks([100, 1000, 10_000], ["100 Hz", "1 kHz", "10 kHz"])
    lane.set_ylabel("sound")

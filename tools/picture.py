#!/usr/bin/env python3
"""Draws what a take is made of: the clip's pictures, the cue lane and the take's spectrogram.

All three share one time axis, so that the eye can follow an event from the picture to the sound.

    python tools/picture.py demo-output/impacts docs/images/demo.png
"""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import soundfile
from matplotlib.figure import Figure
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from engine.cues import CueSheet
from engine.media.reader import PictureSpec, open_clip, read_pictures
from engine.span import Span

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

PICTURES = 8
PICTURE_HEIGHT = 180
GAP = 2
WIDTH_INCHES = 11.0
HEARD_HZ = (60, 20_000)
FLOOR_DB = -80


def main() -> None:
    """Read the command line and write the drawing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("takes", type=Path, help="a folder that `lumiphone generate` wrote")
    parser.add_argument("drawing", type=Path, help="the PNG file to write")
    parser.add_argument("--take", type=int, default=1, metavar="K", help="which take (1)")
    arguments = parser.parse_args()
    arguments.drawing.parent.mkdir(parents=True, exist_ok=True)
    draw(arguments.takes, arguments.take).savefig(arguments.drawing)


def draw(takes: Path, take: int) -> Figure:
    """Return the drawing of one take.

    Args:
        takes: The folder of one clip's takes: ``take-<k>.mp4``, ``take-<k>.wav``, ``cues.json``.
        take: Number of the take.

    Raises:
        LumiphoneError: The video or the cue sheet cannot be read.
        soundfile.LibsndfileError: The take cannot be read.
    """
    samples, sample_rate = soundfile.read(takes / f"take-{take}.wav", always_2d=True)
    seconds = len(samples) / sample_rate
    strip = _film_strip(takes / f"take-{take}.mp4")
    strip_inches = WIDTH_INCHES * strip.shape[0] / strip.shape[1]
    with mpl.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(WIDTH_INCHES, strip_inches + 4.2), dpi=110, layout="constrained")
        lanes = figure.subplots(
            3, 1, sharex=True, gridspec_kw={"height_ratios": [strip_inches, 1.2, 2.4]}
        )
        pictures, cues, sound = lanes
        pictures.imshow(strip, extent=(0, seconds, 0, 1), aspect="auto", interpolation="none")
        pictures.set_axis_off()
        _draw_cues(cues, CueSheet.load(takes / "cues.json"))
        _draw_spectrogram(sound, samples.mean(axis=1), sample_rate)
        sound.set_xlim(0, seconds)
        sound.set_xlabel("seconds")
        figure.align_ylabels([cues, sound])
    return figure


def _film_strip(video: Path) -> NDArray[np.uint8]:
    """Return pictures side by side, each the one shown at the time of its left edge."""
    clip = open_clip(video)
    width = round(PICTURE_HEIGHT * clip.width / clip.height)
    spec = PictureSpec(Fraction(PICTURES) / clip.duration, width, PICTURE_HEIGHT, "squash", "rgb")
    span = Span(video, clip.rate, clip.frames)
    shown = [picture.pixels for picture in read_pictures(span, {"strip": spec})]
    strip = np.concatenate(shown[:PICTURES], axis=1)
    for left in range(width, strip.shape[1], width):
        strip[:, left : left + GAP] = 255
    return strip


def _draw_cues(lane: Axes, sheet: CueSheet) -> None:
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


def _draw_spectrogram(lane: Axes, samples: NDArray[np.float64], sample_rate: int) -> None:
    window, hop = 2048, 256
    transform = ShortTimeFFT(hann(window), hop, sample_rate)
    magnitude = np.abs(transform.stft(samples)) / max(transform.win.sum() / 2, 1.0)
    level = 20 * np.log10(np.maximum(magnitude, 1e-6))
    peak = level.max()
    lane.pcolormesh(
        transform.t(len(samples)),
        transform.f,
        level,
        vmin=peak + FLOOR_DB,
        vmax=peak,
        cmap="magma",
        shading="nearest",
        rasterized=True,
    )
    lane.set_yscale("log")
    lane.set_ylim(*HEARD_HZ)
    lane.set_yticks([100, 1000, 10_000], ["100 Hz", "1 kHz", "10 kHz"])
    lane.set_ylabel("sound")


if __name__ == "__main__":
    main()

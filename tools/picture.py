#!/usr/bin/env python3
"""Draws what a take is made of: the clip's pictures, the cue lane and the take's spectrogram.

All three share one time axis, so that the eye can follow an event from the picture to the sound.

    python tools/picture.py demo-output/impacts docs/images/demo.png
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib as mpl
import soundfile
from matplotlib.figure import Figure

from engine.cues import CueSheet
from engine.training.evaluation.drawing import draw_cues, draw_spectrogram, film_strip

PICTURES = 8
PICTURE_HEIGHT = 180
WIDTH_INCHES = 11.0


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
    strip = film_strip(takes / f"take-{take}.mp4", PICTURES, PICTURE_HEIGHT)
    strip_inches = WIDTH_INCHES * strip.shape[0] / strip.shape[1]
    with mpl.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(WIDTH_INCHES, strip_inches + 4.2), dpi=110, layout="constrained")
        lanes = figure.subplots(
            3, 1, sharex=True, gridspec_kw={"height_ratios": [strip_inches, 1.2, 2.4]}
        )
        pictures, cues, sound = lanes
        pictures.imshow(strip, extent=(0, seconds, 0, 1), aspect="auto", interpolation="none")
        pictures.set_axis_off()
        draw_cues(cues, CueSheet.load(takes / "cues.json"))
        draw_spectrogram(sound, samples.mean(axis=1), sample_rate)
        sound.set_xlim(0, seconds)
        sound.set_xlabel("seconds")
        figure.align_ylabels([cues, sound])
    return figure


if __name__ == "__main__":
    main()

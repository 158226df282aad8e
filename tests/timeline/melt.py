"""Debian's melt, which knows nothing of us, plays the audio tracks of a timeline."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np
import opentimelineio as otio
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

needs_melt = pytest.mark.skipif(shutil.which("melt") is None, reason="melt is not installed")


def audio_tracks(timeline: otio.schema.Timeline) -> list[otio.schema.Track]:
    return [track for track in timeline.tracks if track.kind == otio.schema.TrackKind.Audio]


def rendered(timeline: otio.schema.Timeline, folder: Path) -> list[NDArray[Any]]:
    """Each audio track, [samples, 2] at 48 kHz, as melt renders it."""
    return [
        _rendered(track, folder / f"track-{number}")
        for number, track in enumerate(audio_tracks(timeline))
    ]


def _rendered(track: otio.schema.Track, base: Path) -> NDArray[Any]:
    project, pipe = base.with_suffix(".mlt"), base.with_suffix(".raw")
    project.write_text(_project(track), "utf-8")
    os.mkfifo(pipe)
    form = ("f=f32le", "acodec=pcm_f32le", "ar=48000", "ac=2", "vn=1")
    calm = "real_time=0"  # it may take its time, and drops nothing
    data = _run(["melt", f"xml:{project}", "-consumer", f"avformat:{pipe}", *form, calm], pipe)
    return np.frombuffer(data, "<f4").reshape(-1, 2).astype(float)


def _run(words: list[str], pipe: Path) -> bytes:
    """Run melt and return what it writes into a pipe.

    Melt says that it runs only after its writing thread was started. A thread that looks before
    that ends at once, and melt waits for it for ever (seen in 7.12; consumer_start in
    consumer_avformat.c). So the thread is held back by a pipe that nobody reads yet, longer where
    the machine is busy.
    """
    for seconds in (0.5, 1, 2, 4, 8):
        with subprocess.Popen(
            words,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as melt:
            time.sleep(seconds)
            assert melt.poll() is None, "melt cannot play this"
            data = pipe.read_bytes()
            melt.kill()
        if data:
            return data
    pytest.fail("melt hung five times")


def _project(track: otio.schema.Track) -> str:
    root = ET.Element("mlt", producer="line")
    shape = {"width": "64", "height": "48", "progressive": "1", "colorspace": "709"}
    ET.SubElement(root, "profile", shape, frame_rate_num="24000", frame_rate_den="1001")
    entries: list[dict[str, str]] = []
    for number, child in enumerate(track):
        length = round(child.duration().value)
        if isinstance(child, otio.schema.Gap):
            entries.append({"blank": str(length)})
            continue
        media = child.media_reference
        first = round(child.source_range.start_time.value - media.available_range.start_time.value)
        producer = ET.SubElement(root, "producer", id=f"p{number}")
        path = media.target_url.removeprefix("file://localhost")
        for name, value in (("resource", path), ("mlt_service", "avformat")):
            ET.SubElement(producer, "property", name=name).text = value
        last = first + length - 1
        entries.append({"producer": f"p{number}", "in": str(first), "out": str(last)})
    line = ET.SubElement(root, "playlist", id="line")
    for entry in entries:
        if "blank" in entry:
            ET.SubElement(line, "blank", length=entry["blank"])
        else:
            ET.SubElement(line, "entry", entry)
    return ET.tostring(root, "unicode")

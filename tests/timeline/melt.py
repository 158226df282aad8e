"""Debian's melt, which knows nothing of us, plays the audio tracks of a timeline."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np
import opentimelineio as otio
import pytest
import soundfile

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
    project, wav = base.with_suffix(".mlt"), base.with_suffix(".wav")
    project.write_text(_project(track), "utf-8")
    consumer = ("-consumer", f"avformat:{wav}", "vn=1", "acodec=pcm_f32le", "ar=48000", "ac=2")
    calm = "real_time=0"  # it may take its time, and drops nothing
    _run(["melt", f"xml:{project}", *consumer, calm])
    samples, rate = soundfile.read(wav, always_2d=True)
    assert rate == 48000
    return np.asarray(samples)


def _run(words: list[str]) -> None:
    """Run melt. Now and then 7.12 waits for itself without end; then it is run again."""
    for _attempt in range(5):
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(
                words,
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
                timeout=15,
            )
            return
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
        # A search for pictures in sound makes melt 7.12 wait without end now and then.
        sound_only = {"video_index": "-1", "audio_index": "0"}
        properties = {"resource": path, "mlt_service": "avformat", **sound_only}
        for name, value in properties.items():
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

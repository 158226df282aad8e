"""The drawing of a take: pictures, cue sheet and sound stand on one time axis."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
import soundfile
from matplotlib.collections import LineCollection, QuadMesh

from tools.picture import draw

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.training

SECONDS = 2
RATE = 25
SAMPLE_RATE = 48_000


@pytest.fixture
def takes(tmp_path: Path) -> Path:
    """Return a take folder: the picture turns from black to white and a click sounds at 1 s."""
    with av.open(tmp_path / "take-1.mp4", "w") as container:
        stream = container.add_stream("mpeg4", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        stream.time_base = Fraction(1, RATE)
        for index in range(SECONDS * RATE):
            pixels = np.full((36, 64, 3), 255 if index >= RATE else 0, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    samples = np.zeros((SECONDS * SAMPLE_RATE, 2))
    samples[SAMPLE_RATE] = 0.5
    soundfile.write(tmp_path / "take-1.wav", samples, SAMPLE_RATE, subtype="PCM_24")
    sheet = {"rate": "25", "events": [{"seconds": 1.0, "strength": 0.8}], "curves": {}}
    (tmp_path / "cues.json").write_text(json.dumps(sheet))
    return tmp_path


def test_picture_event_and_sound_of_one_moment_stand_at_one_place(takes: Path) -> None:
    figure = draw(takes, 1)
    pictures, cues, sound = figure.axes
    assert cues.get_xlim() == sound.get_xlim() == (0, SECONDS)

    strip = np.asarray(pictures.images[0].get_array(), float).mean(axis=(0, 2))
    left, right, *_ = pictures.images[0].get_extent()
    last_dark = int(np.flatnonzero(strip < 128)[-1])
    brightens = left + (right - left) * (last_dark + 1) / len(strip)
    assert brightens == pytest.approx(1, abs=0.01)

    bars = cues.collections[-1]
    assert isinstance(bars, LineCollection)
    (event,) = bars.get_segments()
    assert np.asarray(event) == pytest.approx(np.array([[1, 0], [1, 0.8]]))

    mesh = sound.collections[0]
    assert isinstance(mesh, QuadMesh)
    times = np.asarray(mesh.get_coordinates())[0, :, 0]
    loudness = np.asarray(mesh.get_array(), float).sum(axis=0)
    assert times[int(np.argmax(loudness))] == pytest.approx(1, abs=0.01)

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.cues import CueSheet
from engine.training.scenes.sample import FRAMES, HEIGHT, RATE, WIDTH

SAMPLES = Path(__file__).parents[3] / "samples"


def test_the_sample_clip_is_what_its_script_says() -> None:
    with av.open(str(SAMPLES / "impacts.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == RATE == Fraction(24000, 1001)
        assert (stream.frames, stream.width, stream.height) == (FRAMES, WIDTH, HEIGHT)
        assert not container.streams.audio


def test_its_contacts_lie_within_it_and_are_seen() -> None:
    sheet = CueSheet.load(SAMPLES / "impacts.json")
    with av.open(str(SAMPLES / "impacts.mp4")) as container:
        greys = [
            frame.to_ndarray(format="gray").astype(np.float32)
            for frame in container.decode(video=0)
        ]

    assert len(sheet.events) >= 8
    for event in sheet.events:
        before = int(event.seconds * RATE)
        assert 0 < before < FRAMES - 1
        # Something falls towards the contact: the pictures just before it differ.
        assert np.abs(greys[before] - greys[before - 2]).max() > 20


def test_both_samples_are_small() -> None:
    for name in ("impacts.mp4", "street.mp4"):
        assert 10_000 < (SAMPLES / name).stat().st_size < 1_500_000


@pytest.mark.parametrize("name", ["impacts.mp4", "street.mp4"])
def test_where_each_sample_comes_from_is_stated(name: str) -> None:
    assert f"`{name}`" in (SAMPLES / "CREDITS.md").read_text("utf-8")

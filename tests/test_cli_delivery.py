"""Delivery from the command line: Broadcast Wave, loudness, names, and what made a file."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import pyloudnorm
import pytest
import soundfile

from engine.commands.arguments import LOUDNESS_TARGETS
from engine.media.programme_loudness import TARGETS
from tests.flashes import flash_film
from tests.whole_samples import whole_samples

if TYPE_CHECKING:
    from tests.command_line import Lumiphone


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Two seconds with timecode 01:00:00:00."""
    made = flash_film(tmp_path / "films")
    coded = made.with_name("shot.mov")
    with av.open(made) as source, av.open(coded, "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0], opaque=True)
        stream.metadata["timecode"] = "01:00:00:00"
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    return coded


def test_a_broadcast_wave_begins_at_the_stretchs_timecode(generate: Lumiphone, film: Path) -> None:
    take = generate(film, "--wav-format", "bwf", "--start", "10f", "--prompt", "a bell")["takes"][0]
    with av.open(take["wav"]) as container:
        tags = dict(container.metadata)
    assert int(tags["time_reference"]) == (3600 + Fraction(10, 25)) * 48_000
    assert tags["comment"] == "a bell"
    assert soundfile.info(take["wav"]).frames == take["samples"]


def test_a_broadcast_wave_has_the_samples_of_the_plain_one(generate: Lumiphone, film: Path) -> None:
    plain, broadcast = (
        generate(film, "--wav-format", form, "--no-video")["takes"][0]["wav"]
        for form in ("wav", "bwf")
    )
    assert (whole_samples(plain) == whole_samples(broadcast)).all()


@pytest.mark.parametrize("form", ["wav", "bwf"])
def test_a_mix_comes_to_its_target(generate: Lumiphone, film: Path, form: str) -> None:
    take = generate(film, "--loudness", "r128", "--wav-format", form)["takes"][0]
    samples, rate = soundfile.read(take["wav"])
    assert pyloudnorm.Meter(rate).integrated_loudness(samples) == pytest.approx(-23, abs=0.5)
    told = json.loads(Path(take["sidecar"]).read_text("utf-8"))
    assert told["loudness_target"] == "r128"
    assert told["loudness"]["integrated"] == pytest.approx(-23, abs=0.5)


def test_every_target_can_be_asked_for() -> None:
    assert set(LOUDNESS_TARGETS) == set(TARGETS)


def test_without_a_target_the_level_is_the_models(generate: Lumiphone, film: Path) -> None:
    take = generate(film)["takes"][0]
    assert "loudness" not in json.loads(Path(take["sidecar"]).read_text("utf-8"))


def test_netflixs_dialogue_gate_is_said_to_be_missing(generate: Lumiphone, film: Path) -> None:
    (warning,) = [
        text for text in generate(film, "--loudness", "netflix")["warnings"] if "Netflix" in text
    ]
    assert "no dialogue gate" in warning


def test_ucs_names_tell_takes_apart(generate: Lumiphone, film: Path) -> None:
    takes = generate(
        *(film, "--takes", "2", "--ucs", "DOORWood_LUMI_SHOW", "--prompt", "knock on wood")
    )["takes"]
    names = [Path(take["wav"]).name for take in takes]
    assert names == [
        "DOORWood_Knock On Wood 01_LUMI_SHOW.wav",
        "DOORWood_Knock On Wood 02_LUMI_SHOW.wav",
    ]
    assert json.loads(Path(takes[0]["sidecar"]).read_text("utf-8"))["wav"] == names[0]


def test_a_wav_whose_sidecar_is_gone_is_not_overwritten(generate: Lumiphone, film: Path) -> None:
    words = (film, "--no-video", "--ucs", "DOORWood_LUMI_SHOW", "--prompt", "knock")
    first = generate(*words)["takes"][0]
    Path(first["sidecar"]).unlink()
    before = Path(first["wav"]).read_bytes()
    second = generate(*words)["takes"][0]
    assert Path(second["wav"]).name == "DOORWood_Knock 02_LUMI_SHOW.wav"
    assert Path(first["wav"]).read_bytes() == before


def test_a_ucs_name_of_another_form_is_bad_input(generate: Lumiphone, film: Path) -> None:
    error = generate(film, "--ucs", "door", code=2)["error"]
    assert "CatID_CreatorID_SourceID" in error["what"]

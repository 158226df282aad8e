"""What the service makes of a real film: takes, stems, cues, suggestions."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import soundfile

from engine.cues import CueSheet
from engine.protocol import (
    ClipRange,
    Cues,
    Done,
    Generate,
    Progress,
    Queued,
    Suggest,
    TakeDone,
    Wish,
)

if TYPE_CHECKING:
    from tests.service_client import Client


def test_takes_are_told_as_they_come_and_lie_where_they_are_said_to(
    client: Client, clip: ClipRange, tmp_path: Path
) -> None:
    wish = Wish("a dog", "music", takes=2, seed=7, steps=5, guidance={"": 3.0}, stems=("ambience",))
    client.send(Generate("g", clip, wish, str(tmp_path / "takes"), video=True))
    result = client.result_of("g")
    takes = [reply.take for reply in client.replies if isinstance(reply, TakeDone)]
    assert [(take.number, take.seed) for take in takes] == [(1, 7), (2, 8)]
    for take in takes:
        assert soundfile.info(take.wav).frames == take.samples == 96_000
        assert take.video is not None
        assert Path(take.video).parent == Path(take.sidecar).parent == tmp_path / "takes" / "dog"
    assert result.keys() == {"cues", "suggested_prompt", "mood", "warnings"}
    assert result["suggested_prompt"] == "a dog barking"
    assert len(CueSheet.load(Path(result["cues"])).events) > 1
    assert takes[0].stems == {}, "what has one stem is that stem"
    sidecar = json.loads(Path(takes[0].sidecar).read_text("utf-8"))
    assert [*sidecar["stems"]] == ["ambience"]
    assert sidecar["guidance"]["text"] == 3
    first, *between, last = client.of("g")
    assert first == Queued("g", 0)
    assert {type(reply) for reply in between} == {Progress, TakeDone}
    assert isinstance(last, Done)


def test_a_take_has_as_many_stems_as_are_wished_for_each_with_its_words_and_level(
    client: Client, clip: ClipRange, tmp_path: Path
) -> None:
    wish = Wish(
        "a dog",
        stems=("effects", "ambience", "score"),
        prompts={"ambience": "rain", "score": ""},
        negatives={"ambience": "thunder"},
        levels={"ambience": -20.0},
    )
    client.send(Generate("g", clip, wish, str(tmp_path / "takes")))
    result = client.result_of("g")
    (take,) = (reply.take for reply in client.replies if isinstance(reply, TakeDone))
    assert [*take.stems] == ["effects", "ambience", "score"]
    for stem, wav in take.stems.items():
        assert Path(wav).name == f"take-1.{stem}.wav"
        assert soundfile.info(wav).frames == take.samples
    told = json.loads(Path(take.sidecar).read_text("utf-8"))["stems"]
    assert [stem["heard"] for stem in told.values()] == ["a dog", "rain", result["mood"]]
    assert told["ambience"]["negative"] == "thunder"
    assert told["ambience"]["level"] == -20


def test_a_stretch_is_sounded_to_the_sample_and_named_as_the_timeline_does(
    client: Client, film: Path, tmp_path: Path
) -> None:
    clip = ClipRange(
        str(film), Fraction(1, 2), 17, Fraction(24000, 1001), speed=Fraction(3, 2), name="Dog: one"
    )
    client.send(Generate("g", clip, Wish(steps=2), str(tmp_path)))
    take = client.next(TakeDone).take
    assert take.samples == round(17 * 1001 / 24000 * 48000)
    assert Path(take.wav) == tmp_path / "Dog_ one" / "take-1.wav"


def test_cues_and_suggestions_come_from_one_look(client: Client, clip: ClipRange) -> None:
    client.send(Cues("c", clip), Suggest("s", clip))
    cues = client.result_of("c")
    events = CueSheet.from_json(cues["cues"], "reply").events
    assert [event.kind for event in events if event.strength > 0.5][:2] == ["impact", "step"]
    assert any("very small" in warning for warning in cues["warnings"])
    suggestion = client.result_of("s")
    assert suggestion["suggested_prompt"] == "a dog barking"
    assert suggestion["mood"].endswith(" music")
    assert suggestion["labels"][0]["label"] == "dog"
    looks = [
        [r.fraction for r in client.of(job) if isinstance(r, Progress) and r.fraction]
        for job in ("c", "s")
    ]
    assert looks[0][0] < 1  # it looked
    assert looks[1] == [1.0]  # it remembered

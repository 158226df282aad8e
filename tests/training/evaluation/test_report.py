"""The whole evaluation on a tiny pack and generated recordings, heard by a network drawn at random.

Its figures mean nothing; that each is measured on the sounds that it names, can be predicted.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.errors import InputError
from engine.packs.registry import Pack
from engine.training.bank.store import AUDIO, INDEX, Bank, Entry
from engine.training.clips.onsets import SAMPLE_RATE
from engine.training.evaluation.bench import SECONDS, Bench, Plan
from engine.training.evaluation.prompts import Prompt
from engine.training.evaluation.recordings import Recordings
from engine.training.evaluation.report import Report, evaluate
from engine.training.evaluation.subject import Subject, find_pack
from engine.training.evaluation.tables import render
from engine.training.evaluation.yamnet import Yamnet
from engine.training.evaluation.yamnet_package import PublishedYamnet
from tests.training.evaluation.made_yamnet import made_variables
from tests.training.small_bank import click, noise

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.training

RAIN = Prompt("rain", ("class 1",), ("RAIN/rain",))
KNOCK = Prompt("a knock", ("class 2",), ("WOODImpt/knock",), every=0.6)


def write_bank(folder: Path) -> None:
    """Two beds of rain, two knocks and a song; one of each kind is held out."""
    sounds = [
        ("RAIN", "rain", "bed", noise(3), "train"),
        ("RAIN", "rain", "bed", noise(3, 1), "held-out"),
        ("WOODImpt", "knock", "event", click(), "train"),
        ("WOODImpt", "knock", "event", click(pitch=600), "held-out"),
        ("MUSCSong", "song", "music", noise(3, 2), "held-out"),
    ]
    offset, lines, audio = 0, [], []
    for category, subject, role, samples, split in sounds:
        entry = Entry(
            offset, len(samples), "test", "1", subject, "CC0", SAMPLE_RATE, 20_000, -20.0,
            category, role, (subject,), subject, "", "", split,  # type: ignore[arg-type] # plain strings
        )  # fmt: skip
        lines.append(entry.to_json())
        audio.append((samples * 32767).astype(np.int16))
        offset += len(samples)
    folder.mkdir()
    (folder / INDEX).write_text("\n".join(lines) + "\n", "utf-8")
    np.concatenate(audio).tofile(folder / AUDIO)


@pytest.fixture(scope="module")
def bench(tiny_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("evaluation") / "bank"
    write_bank(folder)
    names = tuple(f"class {i}" for i in range(521))
    return Bench(
        Subject(find_pack(str(tiny_pack / "tiny")), SECONDS * SAMPLE_RATE, "cpu"),
        Yamnet(PublishedYamnet(made_variables(), names)),
        Recordings(Bank(folder)),
        Plan((RAIN, KNOCK), ((RAIN, KNOCK),), takes=2, sheets=2),
        lambda _stage, _fraction: None,
    )


@pytest.fixture(scope="module")
def report(bench: Bench) -> Report:
    return evaluate(bench)


def test_one_seed_gives_one_take_and_another_seed_another(report: Report) -> None:
    assert report.variety.same_seed == 0
    assert report.variety.seeds > 0


def test_takes_with_cues_follow_them_and_takes_without_do_not(report: Report) -> None:
    rows = {row.source: row for row in report.following}
    assert rows["takes, prompt and onsets given"].f1_lenient > 0.8
    assert rows["takes, prompt but no cues"].f1_lenient < 0.3


def test_recordings_placed_at_the_events_are_the_ceiling(report: Report) -> None:
    placed = next(row for row in report.following if row.source.startswith("recordings"))
    assert placed.f1_strict > 0.95
    assert placed.energy == pytest.approx(1)
    assert placed.offset_ms == pytest.approx(0, abs=3)


def test_every_pair_is_tried_both_ways_around(report: Report) -> None:
    tried = [(trial.wanted, trial.refused) for trial in report.refusals]
    assert tried == [("rain", "a knock"), ("a knock", "rain")]
    first, second = report.refusals
    assert first.refused_before == second.wanted_before  # the one take in which nothing is refused


def test_held_out_recordings_stand_for_every_prompt_that_has_some(report: Report) -> None:
    assert [row.words for row in report.binding] == ["rain", "a knock"]
    assert all(row.held_out for row in report.binding)
    assert report.realism is not None
    assert report.realism.prompts == 2
    assert report.realism.noise > 0


def test_recordings_of_noise_do_not_buzz(report: Report) -> None:
    assert report.buzz is not None
    assert report.buzz.recordings == pytest.approx(0, abs=0.05)


def test_every_take_is_counted_and_timed(report: Report) -> None:
    # 2 prompts with and without words, 3 of a pair, 3 for each of 2 sheets, 1 repeated; 2 seeds.
    assert report.levels.takes == 2 * 2 * 2 + 3 + 3 * 2 + 1
    assert report.cost.warm_seconds > 0


def test_the_report_prints_and_goes_through_json(report: Report) -> None:
    text = render(report)
    for heading in ("bind", "refuse", "follows cues", "vary", "real", "buzz", "Levels", "Cost"):
        assert heading in text
    assert json.loads(json.dumps(report.to_json()))["about"]["pack"] == "tiny"


def test_a_prompt_without_recordings_is_refused_by_name(bench: Bench) -> None:
    with pytest.raises(InputError, match="no GLASBrk/glass, for 'glass breaking'"):
        bench.recordings.choose(Prompt("glass breaking", ("class 3",), ("GLASBrk/glass",)))


def test_packs_at_other_rates_are_refused(bench: Bench) -> None:
    pack = bench.subject.pack
    audio = replace(pack.manifest.audio, sample_rate=24_000)
    with pytest.raises(InputError, match="not mono at 48000 Hz"):
        Subject(Pack(pack.folder, replace(pack.manifest, audio=audio)), SAMPLE_RATE)

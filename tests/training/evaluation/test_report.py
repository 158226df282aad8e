"""The whole evaluation on a tiny pack and generated recordings, heard by a network drawn at random.

Its figures mean nothing; that each is measured on the sounds that it names, can be predicted.
"""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from engine.cues import CueEvent, CueSheet
from engine.errors import InputError
from engine.onsets import SAMPLE_RATE
from engine.packs.registry import Pack
from engine.training.bank.store import AUDIO, INDEX, Bank, Entry
from engine.training.evaluation.bench import SECONDS, Bench, Plan
from engine.training.evaluation.end_to_end import (
    ALONE,
    BLIND,
    CUE_SHEET,
    DELIVERED,
    REAL,
    TOLD,
)
from engine.training.evaluation.held_out_clips import HeldOutClip
from engine.training.evaluation.page import write_evaluation
from engine.training.evaluation.parts import PARTS
from engine.training.evaluation.pictured import PicturedSubject
from engine.training.evaluation.plots import write_plots
from engine.training.evaluation.prompts import Prompt
from engine.training.evaluation.recordings import Recordings
from engine.training.evaluation.report import Report, evaluate
from engine.training.evaluation.subject import Subject, find_pack
from engine.training.evaluation.tables import render
from engine.training.evaluation.yamnet import Yamnet
from engine.training.evaluation.yamnet_package import PublishedYamnet
from tests.flashes import flash_film
from tests.training.evaluation.made_yamnet import made_variables
from tests.training.small_bank import click, noise

if TYPE_CHECKING:
    from pathlib import Path

    from engine.training.evaluation.end_to_end import SceneRow

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
    folder = tmp_path_factory.mktemp("evaluation")
    write_bank(folder / "bank")
    names = tuple(f"class {i}" for i in range(521))
    flashes = CueSheet(Fraction(25), tuple(CueEvent(time) for time in (0.4, 0.6, 1.4, 1.6)))
    clips = (
        HeldOutClip(flash_film(folder), "a dog", flashes),
        HeldOutClip(flash_film(folder, "other.mp4", flashes=(5, 20)), "a dog", flashes),
        HeldOutClip(flash_film(folder, "still.mp4", flashes=()), "a wall", CueSheet(Fraction(25))),
    )
    Image.fromarray(np.full((48, 64, 3), (250, 25, 25), np.uint8)).save(folder / "dog.jpg")
    pictures = (PicturedSubject(folder / "dog.jpg", Prompt("a dog", ("class 4",), (), 1.2)),)
    return Bench(
        Subject(find_pack(str(tiny_pack / "tiny")), SECONDS * SAMPLE_RATE, "cpu"),
        Yamnet(PublishedYamnet(made_variables(), names)),
        Recordings(Bank(folder / "bank")),
        Plan(
            (RAIN, KNOCK),
            ((RAIN, KNOCK),),
            clips,
            takes=2,
            sheets=2,
            cases=2,
            score=("a song",),
            subjects=pictures,
        ),
        lambda _part, _fraction: None,
    )


@pytest.fixture(scope="module")
def report(bench: Bench) -> Report:
    return evaluate(bench, list(PARTS))


def scene(report: Report, source: str) -> SceneRow:
    assert report.scenes is not None
    return next(row for row in report.scenes.rows if row.source == source)


def test_events_that_are_seen_are_heard_and_without_pictures_they_are_not(report: Report) -> None:
    seen = scene(report, CUE_SHEET).sync
    # One film flashes when its truth says so, the other does not.
    assert 0.4 < seen.f1_lenient < 0.8
    assert scene(report, TOLD).sync.f1_lenient > 0.8
    assert scene(report, BLIND).sync.f1_lenient < 0.3
    assert scene(report, REAL).sync.f1_strict > 0.95


def test_the_stem_that_follows_events_is_judged_in_the_mix_and_alone(report: Report) -> None:
    alone = scene(report, ALONE.format(source=DELIVERED, stem="effects")).sync
    assert alone.f1_lenient >= scene(report, DELIVERED).sync.f1_lenient


def test_a_still_clip_gives_no_events(report: Report) -> None:
    assert scene(report, CUE_SHEET).silent_rate == 0
    assert scene(report, REAL).silent_rate is None


def test_every_clip_has_its_row_and_says_what_was_seen_in_it(report: Report) -> None:
    assert report.scenes is not None
    dog, other, still = report.scenes.clips
    assert dog.cues is not None
    assert other.cues is not None
    assert dog.cues.f1_strict == 1
    assert other.cues.f1_strict < 0.5
    assert (still.cues, still.takes, still.contacts) == (None, None, 0)
    assert dog.seen == "a dog barking"


def test_takes_of_what_goes_on_are_told_of_no_event_where_they_have_a_stem_of_their_own(
    bench: Bench,
) -> None:
    assert bench.sheet(RAIN) is None
    told = bench.cues(RAIN)
    assert told is not None
    assert (told.events, told.curves) == ((), {})
    assert bench.cues(KNOCK) == bench.sheet(KNOCK)


def test_one_seed_gives_one_take_and_another_seed_another(report: Report) -> None:
    assert report.prompts is not None
    assert report.prompts.variety.same_seed == 0
    assert report.prompts.variety.seeds > 0


def test_takes_with_cues_follow_them_and_takes_without_do_not(report: Report) -> None:
    assert report.cues is not None
    rows = {row.source: row.sync for row in report.cues.rows}
    assert rows["takes, prompt and onsets given"].f1_lenient > 0.8
    assert rows["takes, prompt but no cues"].f1_lenient < 0.3


def test_recordings_placed_at_the_events_are_the_ceiling(report: Report) -> None:
    assert report.cues is not None
    placed = next(row for row in report.cues.rows if row.source.startswith("recordings"))
    assert placed.sync.f1_strict > 0.95
    assert placed.energy == pytest.approx(1)
    assert placed.sync.offset_ms == pytest.approx(0, abs=3)


def test_what_is_heard_of_a_pair_is_refused_and_the_rest_is_counted(report: Report) -> None:
    assert report.refusals is not None
    tried = [(trial.wanted, trial.refused) for trial in report.refusals.trials]
    assert set(tried) <= {("rain", "a knock"), ("a knock", "rain")}
    assert len(tried) + report.refusals.unheard == 2
    assert all(trial.refused_before >= 0.05 for trial in report.refusals.trials)


def test_held_out_recordings_stand_for_every_prompt_that_has_some(report: Report) -> None:
    assert report.prompts is not None
    assert [row.words for row in report.prompts.binding] == ["rain", "a knock"]
    assert all(row.held_out for row in report.prompts.binding)
    assert report.prompts.realism is not None
    assert report.prompts.realism.prompts == 2
    assert report.prompts.realism.noise > 0


def test_recordings_of_noise_do_not_buzz(report: Report) -> None:
    assert report.prompts is not None
    assert report.prompts.buzz is not None
    assert report.prompts.buzz.recordings == pytest.approx(0, abs=0.05)


def test_more_steps_come_nearer_to_the_finest(report: Report) -> None:
    assert report.settings is not None
    rows = {(row.name, row.value): row for row in report.settings.rows}
    away = [rows["euler", steps].away or 0.0 for steps in (4.0, 8.0, 32.0)]
    assert away == sorted(away, reverse=True)
    assert rows["finest", 64.0].away == 0
    assert rows["heun", 8.0].evaluations == 16
    assert rows["usual", 4.0].away == rows["euler", 4.0].away


def test_onsets_belong_to_the_stem_that_follows_cues(report: Report) -> None:
    assert report.stems is not None
    rows = {row.source: row for row in report.stems.rows}
    effects, ambience = rows["effects"].sync, rows["ambience"].sync
    assert effects is not None
    assert ambience is not None
    assert effects.f1_lenient > 0.8
    assert ambience.f1_lenient < 0.3
    assert rows["recorded music"].sync is None


def test_a_picture_gives_the_words_that_the_pack_sees_in_it(report: Report) -> None:
    assert report.pictured is not None
    (dog,) = report.pictured.rows
    assert (dog.name, dog.seen) == ("dog", "a dog barking")
    assert 0 <= dog.takes.score <= 1


def test_every_take_is_counted_and_timed(report: Report) -> None:
    # 2 prompts with and without words and 1 repeated, 3 for each of 2 sheets, 4 for each of 3
    # clips, 2 of a picture, 2 cases in each of 23 settings, 6 of each of 3 stems, and the
    # refusals; mostly 2 seeds.
    fixed = 2 * 2 * 2 + 1 + 3 * 2 + 3 * 4 * 2 + 2 + 2 * 23 + 6 * 3
    assert report.refusals is not None
    refusals = 2 + (2 + 2 * len(report.refusals.trials) if report.refusals.trials else 0)
    assert report.levels.takes == fixed + refusals
    assert report.cost.warm_seconds > 0


def test_the_report_prints_and_goes_through_json(report: Report) -> None:
    text = render(report)
    for heading in (
        "In short", "From pictures", "follows cues", "bind", "real", "vary", "buzz", "refuse",
        "Without a word", "Steps", "Stems", "Levels", "Cost",
    ):  # fmt: skip
        assert heading in text
    again = Report.from_json(json.loads(json.dumps(report.to_json())))
    assert render(again) == text


def test_parts_that_were_not_measured_are_left_out(report: Report) -> None:
    text = render(replace(report, settings=None, stems=None, refusals=None, prompts=None))
    assert "From pictures" in text
    assert "bind" not in text
    assert "Stems" not in text


def test_every_part_is_drawn(report: Report, tmp_path: Path) -> None:
    names = [path.stem for path in write_plots(report, tmp_path / "plots")]
    assert [name for name in names if name != "refusals"] == ["tolerance", "prompts", "settings"]
    for name in names:
        assert (tmp_path / "plots" / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_the_page_is_what_was_written_by_hand_around_what_was_measured(
    report: Report, tmp_path: Path
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "evaluation.md").write_text("Good, says $pack.\n\n$tables", "utf-8")
    write_evaluation(report, tmp_path)
    page = (tmp_path / "evaluation.md").read_text("utf-8")
    assert page.startswith("Good, says tiny.\n\nPack tiny")
    assert (tmp_path / "images" / "evaluation" / "tolerance.png").exists()


def test_a_page_without_its_template_is_refused(report: Report, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"evaluation\.md cannot be filled in"):
        write_evaluation(report, tmp_path)


def test_a_part_that_is_kept_is_not_measured_again(bench: Bench, tmp_path: Path) -> None:
    first = evaluate(bench, ["cues"], tmp_path)
    made = len(bench.subject.facts)
    again = evaluate(bench, ["cues"], tmp_path)
    assert len(bench.subject.facts) == made
    assert (again.cues, again.levels) == (first.cues, first.levels)


def test_a_kept_part_of_another_plan_or_cut_short_is_measured_anew(
    bench: Bench, tmp_path: Path
) -> None:
    evaluate(bench, ["cues"], tmp_path)
    shorter = replace(bench, plan=replace(bench.plan, sheets=3))
    made = len(bench.subject.facts)
    evaluate(shorter, ["cues"], tmp_path)
    assert len(bench.subject.facts) == made + 9
    kept = tmp_path / "cues.json"
    kept.write_text(kept.read_text("utf-8")[:-100], "utf-8")
    evaluate(shorter, ["cues"], tmp_path)
    assert len(bench.subject.facts) == made + 18


def test_a_prompt_without_recordings_is_refused_by_name(bench: Bench) -> None:
    with pytest.raises(InputError, match="no GLASBrk/glass, for 'glass breaking'"):
        bench.recordings.choose(Prompt("glass breaking", ("class 3",), ("GLASBrk/glass",)))


def test_packs_at_other_rates_are_refused(bench: Bench) -> None:
    pack = bench.subject.pack
    audio = replace(pack.manifest.audio, sample_rate=24_000)
    with pytest.raises(InputError, match="not mono at 48000 Hz"):
        Subject(Pack(pack.folder, replace(pack.manifest, audio=audio)), SAMPLE_RATE)

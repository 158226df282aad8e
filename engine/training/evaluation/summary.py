"""The whole evaluation in one table: a question, its figure, and what it must be compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.training.evaluation.binding import mean_recognition
from engine.training.evaluation.end_to_end import BLIND, CUE_SHEET, DELIVERED, REBUILT, SHUFFLED
from engine.training.evaluation.markdown import header, known, percent, row
from engine.training.evaluation.prompt_tables import fall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.training.evaluation.end_to_end import SceneFigures
    from engine.training.evaluation.parts import PromptFigures
    from engine.training.evaluation.pictured import PicturedFigures
    from engine.training.evaluation.report import Report
    from engine.training.evaluation.settings import SettingFigures


def summary_table(report: Report) -> Iterator[str]:
    """Yield the rows of the parts that were measured."""
    yield "## In short"
    yield ""
    yield from header("question", "figure", "beside it")
    if report.scenes:
        yield from _scenes(report.scenes)
    if report.prompts:
        yield from _prompts(report.prompts)
    if report.pictured and report.pictured.rows:
        yield from _pictured(report.pictured)
    if report.refusals and (trials := report.refusals.trials):
        yield row(
            "refused class falls",
            f"{percent(sum(trial.fell for trial in trials) / len(trials))} of {len(trials)} trials"
            f" ({report.refusals.categories} categories), by"
            f" {percent(fall(report.refusals, otherwise=False))}",
            "something else refused:"
            f" {percent(sum(trial.fell_otherwise for trial in trials) / len(trials))}, by"
            f" {percent(fall(report.refusals, otherwise=True))}",
        )
    if report.settings:
        yield from _settings(report.settings)
    levels, cost = report.levels, report.cost
    yield row(
        "levels",
        f"highest true peak {levels.highest_peak_db:.1f} dBTP, {levels.clipped_takes} clipped,"
        f" {levels.silent_takes} silent of {levels.takes}",
        "-1 dBTP, 0, 0",
    )
    yield row(
        "cost of 8 s",
        f"{cost.warm_seconds:.1f} s warm, {cost.cold_seconds:.1f} s cold, pack"
        f" {cost.pack_bytes / 1e6:.0f} MB",
        f"{cost.cores} cores, {cost.device}",
    )


def _scenes(figures: SceneFigures) -> Iterator[str]:
    rows = {each.source: each for each in figures.rows}
    cues = rows[CUE_SHEET]
    yield row(
        "events found in held-out pictures: F1 at 50 / 100 ms",
        f"{cues.sync.f1_strict:.2f} / {cues.sync.f1_lenient:.2f}",
        f"chance {cues.sync.chance_strict:.2f} / {cues.sync.chance_lenient:.2f}",
    )
    others = {"no pictures": BLIND, "another clip's": SHUFFLED, "recordings": REBUILT}
    beside = [f"{name} {rows[key].sync.f1_lenient:.2f}" for name, key in others.items()]
    yield row(
        "sound on the true contacts: F1 at 100 ms",
        f"{rows[DELIVERED].sync.f1_lenient:.2f}",
        ", ".join([f"chance {rows[DELIVERED].sync.chance_lenient:.2f}", *beside]),
    )
    alone = [each for each in figures.rows if each.source.startswith(f"{DELIVERED}: ")]
    for each in alone:
        yield row(
            f"the same, {each.source.removeprefix(f'{DELIVERED}: ')}",
            f"{each.sync.f1_lenient:.2f}",
            f"chance {each.sync.chance_lenient:.2f}",
        )
    onsets = [f"onsets in the takes {known(rows[DELIVERED].silent_rate)}"]
    onsets += [f"in that stem {known(each.silent_rate)}" for each in alone]
    yield row(
        "false events a second where nothing sounds", known(cues.silent_rate), ", ".join(onsets)
    )


def _prompts(figures: PromptFigures) -> Iterator[str]:
    columns = {
        "takes": mean_recognition(each.takes for each in figures.binding),
        "the best of drafts": mean_recognition(each.judged for each in figures.binding),
        "without prompt": mean_recognition(each.unprompted for each in figures.binding),
        "recordings": mean_recognition(each.recordings for each in figures.binding),
        "through the autoencoder": mean_recognition(e.reconstructions for e in figures.binding),
    }
    shares = {name: percent(each.top) for name, each in columns.items() if each}
    takes = shares.pop("takes", "-")
    beside = ", ".join(f"{name} {share}" for name, share in shares.items())
    yield row(f"prompted class in top 5 ({len(figures.binding)} prompts)", takes, beside)
    if figures.realism:
        ratio = figures.realism.takes / max(figures.realism.reconstructions, 1e-9)
        noise = figures.realism.noise / max(figures.realism.reconstructions, 1e-9)
        yield row("Frechet distance over the autoencoder's", f"{ratio:.1f}", f"noise {noise:.1f}")
    yield row(
        "takes of other seeds apart",
        f"{figures.variety.seeds:.1f} dB",
        f"recordings of one thing {figures.variety.recordings:.1f} dB",
    )


def _pictured(figures: PicturedFigures) -> Iterator[str]:
    takes = mean_recognition(each.takes for each in figures.rows)
    told = mean_recognition(each.told for each in figures.rows)
    others = mean_recognition(each.others for each in figures.rows)
    if takes and told and others:
        yield row(
            f"pictured class in top 5, nothing said ({len(figures.rows)} pictures)",
            percent(takes.top),
            f"with a person's words {percent(told.top)}, other pictures {percent(others.top)}",
        )


def _settings(figures: SettingFigures) -> Iterator[str]:
    rows = {(each.name, each.value): each for each in figures.rows}
    few, many = rows[("multistep", 8.0)], rows[("multistep", 32.0)]
    yield row(
        "8 steps against 32: Frechet distance, score",
        f"{few.distance:.0f}, {few.score:.2f}",
        f"{many.distance:.0f}, {many.score:.2f}",
    )

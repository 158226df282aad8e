"""The report as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.training.evaluation.markdown import header, known, percent, row
from engine.training.evaluation.prompt_tables import (
    binding_table,
    pictured_table,
    refusal_table,
    sound_tables,
)
from engine.training.evaluation.settings import METHODS, REBUILT
from engine.training.evaluation.summary import summary_table
from engine.training.evaluation.sync_tables import cue_table, scene_table, stem_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.training.evaluation.report import Cost, Report, TakeLevels
    from engine.training.evaluation.settings import SettingFigures


def render(report: Report) -> str:
    """Return the whole report, in lines of Markdown."""
    about = report.about
    head = f"# Evaluation of {about['pack']} ({about['pack_sha256'][:12]}), {about['date']}"
    return f"{head}\n\n{render_tables(report)}"


def render_tables(report: Report) -> str:
    """Return the tables of all parts that were measured, in lines of Markdown."""
    about = report.about
    conditions = (
        f"Pack {about['pack']} ({about['pack_sha256'][:12]}): {about['steps']} {about['method']}"
        f" steps, guidance {about['guidance']}; takes of {about['seconds']} s, heard by"
        f" {about['judge']}."
    )
    return "\n\n".join("\n".join(part) for part in ([conditions], *_parts(report))) + "\n"


def _parts(report: Report) -> Iterator[Iterable[str]]:
    yield summary_table(report)
    if report.scenes:
        yield scene_table(report.scenes)
    if report.cues:
        yield cue_table(report.cues)
    if report.prompts:
        yield binding_table(report.prompts.binding)
        yield sound_tables(report.prompts)
    if report.refusals:
        yield refusal_table(report.refusals)
    if report.pictured and report.pictured.rows:
        yield pictured_table(report.pictured)
    if report.settings:
        yield _settings(report.settings)
    if report.stems and report.stems.rows:
        yield stem_table(report.stems)
    yield _levels(report.levels)
    yield _cost(report.cost)


def _settings(figures: SettingFigures) -> Iterator[str]:
    yield "## Steps, solver and guidance, on the same noise"
    yield ""
    yield from header(
        "setting",
        "evaluations",
        "seconds",
        "top 5",
        "score",
        "F1 at 100 ms",
        "Frechet distance",
        "away from 64 steps",
    )
    for each in figures.rows:
        name = each.name
        if name in METHODS:
            name = f"{each.value:.0f} {name} steps"
        elif name not in (REBUILT, "usual", "finest"):
            name = f"guidance {name} {each.value:g}"
        yield row(
            name,
            str(each.evaluations or "-"),
            f"{each.seconds:.2f}" if each.seconds else "-",
            percent(each.top),
            f"{each.score:.2f}",
            known(each.f1),
            f"{each.distance:.1f}",
            "-" if each.away is None else f"{each.away:.1f} dB",
        )
    yield ""
    yield f"Prompts: {', '.join(figures.words)}; rough, of few takes. Finest: 64 multistep steps."


def _levels(levels: TakeLevels) -> Iterator[str]:
    yield f"## Levels of {levels.takes} takes"
    yield ""
    yield (
        f"highest true peak {levels.highest_peak_db:.1f} dBTP, median RMS"
        f" {levels.median_rms_db:.1f} dBFS, largest DC {levels.largest_offset:.1e}, clipped takes"
        f" {levels.clipped_takes}, silence {percent(levels.mean_silence)}, silent takes"
        f" {levels.silent_takes}"
    )


def _cost(cost: Cost) -> Iterator[str]:
    yield "## Cost of a take"
    yield ""
    yield (
        f"cold {cost.cold_seconds:.1f} s, warm {cost.warm_seconds:.1f} s (median), on"
        f" {cost.device}, {cost.cores} cores; peak memory {cost.peak_memory / 2**20:.0f} MiB with"
        f" YAMNet and torch; pack {cost.pack_bytes / 1e6:.0f} MB"
    )

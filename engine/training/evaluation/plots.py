"""The report as curves and bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure

from engine.media.staging import staged
from engine.training.evaluation.end_to_end import (
    BLIND,
    CUE_SHEET,
    DELIVERED,
    REAL,
    REBUILT,
    SHUFFLED,
)
from engine.training.evaluation.settings import METHODS
from engine.training.evaluation.synchrony import TOLERANCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from engine.training.evaluation.binding import PromptBinding
    from engine.training.evaluation.end_to_end import SceneFigures
    from engine.training.evaluation.following import CueFigures
    from engine.training.evaluation.refusal import RefusalFigures
    from engine.training.evaluation.report import Report
    from engine.training.evaluation.settings import SettingFigures, SettingRow
    from engine.training.evaluation.synchrony import Synchrony

_STYLE: dict[Any, Any] = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
_DPI = 110
_SHOWN = (CUE_SHEET, DELIVERED, SHUFFLED, BLIND, REAL, REBUILT)
_MEASURES: dict[str, Callable[[SettingRow], float | None]] = {
    "score of the prompted class": lambda each: each.score,
    "onset F1 at 100 ms": lambda each: each.f1,
    "Frechet distance": lambda each: each.distance,
}


def write_plots(report: Report, folder: Path) -> tuple[Path, ...]:
    """Write one PNG file for every part that can be drawn, and return their paths.

    Raises:
        OutputError: The folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    with mpl.rc_context(_STYLE):
        for name, figure in _figures(report):
            paths.append(folder / f"{name}.png")
            with staged(paths[-1]) as draft:
                figure.savefig(draft, dpi=_DPI)
    return tuple(paths)


def _figures(report: Report) -> Iterator[tuple[str, Figure]]:
    if report.scenes and report.cues:
        yield "tolerance", _tolerance(report.scenes, report.cues)
    if report.prompts:
        yield "prompts", _prompts(report.prompts.binding)
    if report.refusals and report.refusals.trials:
        yield "refusals", _refusals(report.refusals)
    if report.settings:
        yield "settings", _settings(report.settings)


def _tolerance(scenes: SceneFigures, cues: CueFigures) -> Figure:
    figure = Figure(figsize=(10, 5.2), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    left.set_title("held-out Blender scenes, against the true contacts")
    rows = {each.source: each.sync for each in scenes.rows}
    alone = [source for source in rows if source.startswith(f"{DELIVERED}: ")]
    _curves(left, {source: rows[source] for source in (*_SHOWN, *alone)})
    left.set_ylabel("onset F1")
    right.set_title("given cue sheets, against their events")
    _curves(right, {each.source: each.sync for each in cues.rows})
    return figure


def _curves(axes: Axes, rows: dict[str, Synchrony]) -> None:
    milliseconds = [1000 * tolerance for tolerance in TOLERANCES]
    for number, (source, sync) in enumerate(rows.items()):
        axes.plot(milliseconds, sync.f1, marker="o", ms=3, color=f"C{number}", label=source)
        axes.plot(milliseconds, sync.chance, ":", lw=0.8, color=f"C{number}")
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("tolerance in ms (dotted: turned at random)")
    axes.legend(fontsize=7, frameon=False, loc="upper left", bbox_to_anchor=(0, -0.14))


def _prompts(rows: Sequence[PromptBinding]) -> Figure:
    figure = Figure(figsize=(8, 0.34 * len(rows) + 1.2), layout="constrained")
    axes = figure.subplots()
    bars = {
        "takes": [each.takes.score for each in rows],
        "without prompt": [each.unprompted.score for each in rows],
        "recordings through the autoencoder": [each.reconstructions.score for each in rows],
        "recordings": [each.recordings.score for each in rows],
    }
    colours = ("tab:red", "0.75", "tab:blue", "tab:cyan")
    for number, ((name, scores), colour) in enumerate(zip(bars.items(), colours, strict=True)):
        places = [place + 0.2 * (number - 1.5) for place in range(len(rows))]
        axes.barh(places, scores, 0.2, label=name, color=colour)
    axes.set_yticks(range(len(rows)), [each.words for each in rows])
    axes.invert_yaxis()
    axes.set_xlabel("YAMNet's score of the prompted class")
    axes.legend(frameon=False, loc="lower right")
    return figure


def _refusals(figures: RefusalFigures) -> Figure:
    trials = sorted(figures.trials, key=lambda each: each.refused_before)
    figure = Figure(figsize=(8, 0.26 * len(trials) + 1.2), layout="constrained")
    axes = figure.subplots()
    places = range(len(trials))
    before = [each.refused_before for each in trials]
    after = [each.refused_after for each in trials]
    otherwise = [each.otherwise for each in trials]
    axes.hlines(places, before, after, color="tab:red", lw=1)
    axes.plot(before, places, "o", color="0.3", label="not refused")
    axes.plot(otherwise, places, "|", color="tab:blue", label="something else refused")
    axes.plot(after, places, "o", color="tab:red", label="refused")
    axes.set_yticks(places, [f"{each.refused} (with {each.wanted})" for each in trials])
    axes.set_xlim(left=0)
    axes.set_xlabel("YAMNet's score of the refused class")
    axes.legend(frameon=False, loc="lower right")
    return figure


def _settings(figures: SettingFigures) -> Figure:
    guidance = [name for name in ("text", "cues") if any(r.name == name for r in figures.rows)]
    columns = 1 + len(guidance)
    figure = Figure(figsize=(3.6 * columns, 6.6), layout="constrained")
    grid = figure.subplots(len(_MEASURES), columns, sharex="col", sharey="row", squeeze=False)
    for axes_row, (title, measure) in zip(grid, _MEASURES.items(), strict=True):
        for name in METHODS:
            _line(axes_row[0], figures, name, measure, [r.evaluations for r in figures.rows])
        for axes, name in zip(axes_row[1:], guidance, strict=True):
            _line(axes, figures, name, measure, [row.value for row in figures.rows])
        axes_row[0].set_ylabel(title)
    grid[0][0].legend(frameon=False)
    grid[-1][0].set_xscale("log", base=2)
    for axes, label in zip(
        grid[-1], ("evaluations of the velocity", *(f"guidance {n}" for n in guidance)), strict=True
    ):
        axes.set_xlabel(label)
    return figure


def _line(
    axes: Axes,
    figures: SettingFigures,
    name: str,
    measure: Callable[[SettingRow], float | None],
    along: Sequence[float],
) -> None:
    points = [
        (place, value)
        for place, each in zip(along, figures.rows, strict=True)
        if each.name == name and (value := measure(each)) is not None
    ]
    if points:
        axes.plot(*zip(*points, strict=True), marker="o", ms=3, label=name)

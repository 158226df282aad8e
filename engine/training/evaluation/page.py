"""The documentation's pages: what was measured, put into a text that a person wrote."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.media.staging import staged
from engine.training.evaluation.plots import write_plots
from engine.training.evaluation.tables import render_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.training.evaluation.report import Report

TEMPLATES = "templates"
_TITLES = {
    "tolerance": "Onset F1 against the tolerance",
    "prompts": "Scores of the prompted classes",
    "refusals": "Scores of refused classes",
    "settings": "Steps and guidance",
}


def write_evaluation(report: Report, docs: Path) -> None:
    """Write ``evaluation.md`` and its plots into the documentation's folder.

    Args:
        report: All parts of it.
        docs: Holds ``templates/evaluation.md``, in which ``$date``, ``$commit``, ``$pack``,
            ``$sum``, ``$cores``, ``$tables`` and ``$plots`` stand for what was measured.

    Raises:
        InputError: No such template, or one that asks for something else.
        OutputError: The folder cannot be written to.
    """
    about = report.about
    plots = write_plots(report, docs / "images" / "evaluation")
    write_page(
        docs,
        "evaluation.md",
        {
            "date": str(about["date"])[:10],
            "commit": str(about["commit"]),
            "pack": str(about["pack"]),
            "sum": str(about["pack_sha256"])[:12],
            "cores": str(report.cost.cores),
            "tables": render_tables(report),
            "plots": "\n\n".join(_shown(path, docs) for path in plots),
        },
    )


def _shown(plot: Path, docs: Path) -> str:
    return f"![{_TITLES[plot.stem]}]({plot.relative_to(docs).as_posix()})"


def write_page(docs: Path, name: str, values: Mapping[str, str]) -> None:
    """Write one page from the template of its name.

    Raises:
        InputError: No such template, or it asks for what is not among the values.
        OutputError: The page cannot be written.
    """
    template = docs / TEMPLATES / name
    try:
        text = Template(template.read_text("utf-8")).substitute(values)
    except (OSError, KeyError, ValueError) as error:
        raise InputError(
            f"{template} cannot be filled in ({error})",
            "Give the folder docs of a checkout; $ before a name stands for a value, $$ for a $",
        ) from error
    with staged(docs / name) as draft:
        draft.write_text(text, "utf-8")

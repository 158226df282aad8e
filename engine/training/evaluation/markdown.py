"""Tables in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.training.evaluation.synchrony import Synchrony


def row(*cells: str) -> str:
    """Return one line of a table."""
    return f"| {' | '.join(cells)} |"


def header(*names: str) -> Iterator[str]:
    """Yield the first two lines of a table: text in its first column, numbers in the others."""
    yield row(*names)
    yield row("---", *["---:"] * (len(names) - 1))


def percent(share: float) -> str:
    """Return a share as whole per cent."""
    return f"{share:.0%}"


def known(value: float | None, form: str = ".2f") -> str:
    """Return a number, or a dash where there is none."""
    return "-" if value is None else format(value, form)


SYNC = ("F1 at 50 ms", "F1 at 100 ms", "precision", "recall", "mean offset")


def sync_cells(sync: Synchrony | None) -> tuple[str, ...]:
    """Return the cells under :data:`SYNC`: chance stands in brackets."""
    if sync is None:
        return ("-",) * len(SYNC)
    offset = "-"
    if sync.offset_ms is not None and sync.spread_ms is not None:
        offset = f"{sync.offset_ms:+.0f} ms (absolute {sync.spread_ms:.0f})"
    return (
        f"{sync.f1_strict:.2f} ({sync.chance_strict:.2f})",
        f"{sync.f1_lenient:.2f} ({sync.chance_lenient:.2f})",
        f"{sync.precision:.2f}",
        f"{sync.recall:.2f}",
        offset,
    )

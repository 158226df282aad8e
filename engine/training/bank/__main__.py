"""Builds the audio bank: ``python -m engine.training.bank --work DIR [--debs DIR]``."""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import LumiphoneError
from engine.training.bank.attribution import write_attribution
from engine.training.bank.build import build, procedural_sources, survey
from engine.training.bank.packages import PACKAGES, fetch_deb, find_deb, unpack
from engine.training.bank.procedural import procedures
from engine.training.bank.recording import SAMPLE_RATE
from engine.training.bank.table import load_table

if TYPE_CHECKING:
    from engine.training.bank.store import Entry


def main() -> int:
    """Fetch, unpack, decode, report; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m engine.training.bank", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="where the bank is to lie")
    parser.add_argument("--debs", type=Path, help="a folder that already has the .deb files")
    parser.add_argument("--packages", nargs="+", default=PACKAGES, help="only these packages")
    arguments = parser.parse_args()
    try:
        run(arguments.work, arguments.debs, tuple(arguments.packages))
    except LumiphoneError as error:
        _say(str(error))
        return error.exit_code
    return 0


def run(work: Path, debs: Path | None, names: tuple[str, ...]) -> None:
    """Build the bank of the named packages in ``work``.

    Raises:
        LumiphoneError: A package that cannot be had, or a table that cannot be read.
    """
    table = load_table()
    folders = ((debs,) if debs else ()) + (work / "deb",)
    packages = []
    for name in names:
        deb = find_deb(name, folders) or fetch_deb(name, work / "deb")
        packages.append(unpack(name, deb, work / "unpacked"))
        _say(f"{name} {packages[-1].version}")
    found = survey(packages, table)
    for line in found.unmatched:
        _say(f"no rule for {line}")
    for reason, count in sorted(found.left_out.items()):
        _say(f"left out {count} of {reason}")
    sources = [*found.sources, *procedural_sources(procedures(), table)]
    entries, dropped = build(sources, work, _progress)
    for line in dropped:
        _say(f"dropped {line}")
    write_attribution(work / "ATTRIBUTION.md", packages, entries)
    _report(entries)


def _report(entries: list[Entry]) -> None:
    seconds: dict[str, float] = defaultdict(float)
    for entry in entries:
        seconds[entry.category] += entry.samples / SAMPLE_RATE
    counts = Counter(entry.category for entry in entries)
    for category in sorted(counts):
        _say(f"{category:12} {counts[category]:5} files {seconds[category] / 60:7.1f} min")
    music = sum(entry.samples for entry in entries if entry.role == "music") / SAMPLE_RATE
    total = sum(seconds.values())
    held = sum(entry.split == "held-out" for entry in entries)
    _say(
        f"{len(entries)} files, {total / 3600:.2f} h, of them {music / 3600:.2f} h music, "
        f"{len(counts)} categories, {held} files held out"
    )


def _progress(done: int, total: int) -> None:
    if done % 200 == 0 or done == total:
        _say(f"{done} of {total}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

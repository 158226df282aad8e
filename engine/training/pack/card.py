"""The data card: what a pack was trained on, for how long, by which code, with what result."""

from __future__ import annotations

import json
import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.training.bank.store import Bank
    from engine.training.pack.word_timing import TimingRules

REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class TrainedStage:
    """What the card says of one stage.

    Attributes:
        name: The stage.
        log: Its log of JSON lines, as the run wrote it.
        parity: Largest errors of its graphs against torch.
        settings: Of its last run.
    """

    name: str
    log: Path
    parity: Mapping[str, float]
    settings: Mapping[str, float | str | bool]


def commit() -> str:
    """Return the commit that the working tree stands on, with a mark if it was changed."""
    command = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--abbrev=12"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _stage_text(stage: TrainedStage) -> str:
    records = [json.loads(line) for line in stage.log.read_text("utf-8").splitlines()]
    last: dict[str, float] = {}
    for record in records:
        last |= record
    figures = ", ".join(f"{name} {value:g}" for name, value in last.items())
    errors = ", ".join(f"{name} {error:.2g}" for name, error in stage.parity.items())
    settings = ", ".join(f"{name} {value}" for name, value in stage.settings.items())
    return (
        f"### {stage.name}\n\nSettings of its last run: {settings or 'not recorded'}.\n"
        f"Last figures of its log: {figures}.\n"
        f"Largest error of the shipped graph against torch: {errors}.\n"
    )


def _bank_text(bank: Bank) -> str:
    hours = sum(entry.samples for entry in bank.entries) / 48_000 / 3600
    minutes: defaultdict[str, float] = defaultdict(float)
    licences: defaultdict[str, set[str]] = defaultdict(set)
    for entry in bank.entries:
        minutes[entry.package] += entry.samples / 48_000 / 60
        licences[entry.package].add(entry.licence)
    held_out = Counter(entry.split for entry in bank.entries)["held-out"]
    categories = len({entry.category for entry in bank.entries})
    rows = "\n".join(
        f"| {package} | {amount:.1f} | {', '.join(sorted(licences[package]))} |"
        for package, amount in sorted(minutes.items(), key=lambda item: -item[1])
    )
    return (
        f"{len(bank.entries)} recordings, {hours:.2f} hours, {categories} UCS categories; "
        f"{held_out} recordings are held out of training.\n\n"
        f"| package | minutes | licences |\n|---|---|---|\n{rows}\n"
    )


def write_card(
    path: Path,
    bank: Bank,
    stages: list[TrainedStage],
    *,
    timing: TimingRules,
    machine: str,
    remarks: str,
) -> None:
    """Write DATA_CARD.md.

    Args:
        path: The file.
        bank: What the sound stages were trained on.
        stages: The stages that were trained, not taken as they are.
        timing: The rules for words' timing, for how well they judge categories that they were
            not fitted to.
        machine: What they were trained on, in words.
        remarks: Whatever a reader must know besides, as Markdown.
    """
    stage_texts = "\n".join(_stage_text(stage) for stage in stages)
    path.write_text(
        f"# Data card of lumiphone-base\n\nExported at commit {commit()}. Trained on {machine}.\n\n"
        "## Sound\n\n"
        f"{_bank_text(bank)}\nEvery file with its origin, licence and authors: ATTRIBUTION.md.\n\n"
        "## Pictures\n\nThe motion encoder was trained on scenes rendered by this project, with "
        "exact contact times; no filmed footage was used. Their textures include pictures from "
        "tuxpaint-stamps-default (GPL-2+) and minetest-data (CC-BY-SA-3.0).\n\n"
        "## Taken as they are\n\nText encoder: all-MiniLM-L6-v2 (Apache-2.0), int8. Scene encoder: "
        "EfficientNet-Lite0 (Apache-2.0), ImageNet labels. See LICENCES.md.\n\n"
        f"## Trained stages\n\n{stage_texts}\n"
        "### Words in time\n\nlasting.npy tells words for what sounds on and on (rain) from words "
        "for what happens (a door slams): a plane through the text space, fitted by logistic "
        f"regression to the bank's captions. Of categories left out of the fit it judges "
        f"{timing.accuracy:.0%} rightly, both kinds weighed alike. ringing.npy tells for how long "
        "what happens rings (an axe, a bell): ridge regression of the rings that were measured on "
        "the recordings trained on. Of categories left out it misses half the captions by more "
        f"than a factor of {timing.error:.2f}, one ring for all by {timing.error_of_one:.2f}.\n\n"
        f"## Remarks\n\n{remarks.strip()}\n",
        "utf-8",
    )

"""The prompts of the evaluation: their words, what must be heard, and real recordings of it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("prompts.toml")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to ask for.

    Attributes:
        words: The prompt.
        classes: AudioSet display names; one of them must be heard.
        recordings: "CATEGORY/subject" of the bank's recordings of it.
        every: Seconds between the cue events; None if it goes on by itself and takes no cues.
    """

    words: str
    classes: tuple[str, ...]
    recordings: tuple[str, ...]
    every: float | None = None


@dataclass(frozen=True, slots=True)
class PromptTable:
    """What ``prompts.toml`` holds.

    Attributes:
        prompts: In the order of the table.
        pairs: Two prompts that are asked for together, one of which is then refused; some are asked
            for nowhere else.
        score: Words to ask for music.
    """

    prompts: tuple[Prompt, ...]
    pairs: tuple[tuple[Prompt, Prompt], ...]
    score: tuple[str, ...]


def load_prompts() -> PromptTable:
    """Read the table that comes with this module."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    prompts = {row["words"]: _prompt(row) for row in table["prompt"]}
    paired = prompts | {row["words"]: _prompt(row) for row in table["aside"]}
    pairs = tuple((paired[first], paired[second]) for first, second in table["pairs"])
    return PromptTable(tuple(prompts.values()), pairs, tuple(table["score"]))


def _prompt(row: dict[str, Any]) -> Prompt:
    return Prompt(row["words"], tuple(row["classes"]), tuple(row["recordings"]), row.get("every"))

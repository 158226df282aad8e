"""The command line: as a program of its own, where exit codes, streams and signals count."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

ROOT = Path(__file__).parents[1]

# What the fixtures `lumiphone` and `generate` are: words in, the object of --json out.
Lumiphone: TypeAlias = Callable[..., dict[str, Any]]


class Outcome(NamedTuple):
    """How a run ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def result(self) -> dict[str, Any]:
        """The object on the last line of stdout."""
        data: dict[str, Any] = json.loads(self.stdout.splitlines()[-1])
        return data


def environment(packs: Path) -> dict[str, str]:
    """Variables with which a process finds the code under test and its packs."""
    return os.environ | {"PYTHONPATH": str(ROOT), "LUMIPHONE_PACKS": str(packs)}


def command(*words: str | Path) -> list[str]:
    """Arguments that start the program."""
    return [sys.executable, "-m", "engine", *map(str, words)]


def run(packs: Path, *words: str | Path, **settings: Any) -> Outcome:  # noqa: ANN401 - passed on
    """Run the program to its end."""
    done = subprocess.run(
        command(*words),
        env=environment(packs),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        **settings,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def facts_of(take: dict[str, Any]) -> dict[str, Any]:
    """What the sidecar of a take says."""
    facts: dict[str, Any] = json.loads(Path(take["sidecar"]).read_text("utf-8"))
    return facts

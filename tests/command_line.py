"""The command line as a program of its own, for tests of exit codes, streams and signals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]


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
        timeout=120,
        check=False,
        **settings,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)

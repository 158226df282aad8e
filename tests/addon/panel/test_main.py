from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from addon.link import Door
from tests.command_line import ROOT

PANEL = [sys.executable, "-m", "addon.panel"]


def run(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PANEL, *words],
        input=stdin,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.mark.parametrize("line", ["", "garbage\n", "{}\n", '{"address": 1, "secret": "zz"}\n'])
def test_without_an_invitation_it_ends_and_says_how_to_start_it(line: str) -> None:
    done = run("--headless", stdin=line)
    assert done.returncode == 3
    assert "lumiphone panel FOLDER" in done.stderr
    assert "Traceback" not in done.stderr


def test_with_a_wrong_secret_it_ends_and_says_so() -> None:
    door = Door(lambda _: None)
    try:
        wrong = replace(door.invitation, secret=b"guess")
        done = run("--headless", stdin=wrong.to_line())
    finally:
        door.close()
    assert done.returncode == 3
    assert "wrong secret" in done.stderr


def test_with_nobody_listening_it_ends_and_says_so() -> None:
    door = Door(lambda _: None)
    door.close()
    done = run("--headless", stdin=door.invitation.to_line())
    assert done.returncode == 3
    assert "cannot be reached" in done.stderr


def test_without_a_window_it_serves_an_editor_only() -> None:
    done = run("--headless", "clip.mov")
    assert done.returncode == 2
    assert "--headless" in done.stderr

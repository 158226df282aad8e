"""Ctrl-C, and what a terminal sees."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.command_line import Outcome, command, environment
from tests.flashes import flash_film

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

if sys.platform != "win32":
    import termios

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and terminals")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return flash_film(tmp_path / "films")


def interrupt_when(
    ready: Callable[[], bool], number: signal.Signals, packs: Path, *words: str | Path
) -> Outcome:
    """Start the program, wait until it is ``ready``, send it a signal, and see how it ends."""
    with subprocess.Popen(
        command(*words),
        env=environment(packs),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 120
        while not ready() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.1)
        process.send_signal(number)
        output = process.communicate(timeout=120)
    return Outcome(process.returncode, *output)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_in_the_first_take_leaves_nothing(
    film: Path, tiny_pack: Path, tmp_path: Path, number: signal.Signals
) -> None:
    takes = tmp_path / "takes"
    long = ("--steps", "1000", "--takes", "50", "--pack", "tiny", "--json")
    done = interrupt_when(
        (takes / "dog").is_dir, number, tiny_pack, "generate", film, "-o", takes, *long
    )
    assert done.code == 130
    assert done.result["error"]["code"] == "cancelled"
    assert done.stderr.startswith("lumiphone: Cancelled")
    assert len(done.stderr.splitlines()) == 1
    assert not takes.exists()


def test_an_interrupt_in_a_later_take_leaves_the_finished_ones(
    film: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "takes" / "dog"
    long = ("--steps", "300", "--takes", "50", "--pack", "tiny", "--stems", "effects")
    done = interrupt_when(
        (folder / "take-1.json").exists,
        signal.SIGINT,
        tiny_pack,
        *("generate", film, "-o", tmp_path / "takes"),
        *long,
    )
    assert done.code == 130
    names = {path.name for path in folder.iterdir()}
    assert {"cues.json", "take-1.json", "take-1.wav", "take-1.mp4"} <= names
    takes = {name.partition(".")[0] for name in names - {"cues.json"}}
    whole = {f"{take}.{suffix}" for take in takes for suffix in ("json", "wav", "mp4")}
    assert names == whole | {"cues.json"}


def test_a_terminal_sees_a_bar_and_a_file_does_not(
    film: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    words = command("cues", film, "--pack", "tiny", "--json")
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    with subprocess.Popen(
        words, env=environment(tiny_pack), stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        seen = b""
        try:
            while block := os.read(ours, 4096):
                seen += block
        except OSError:  # Linux says so when the other end closes
            pass
        os.close(ours)
        process.communicate()
    assert process.returncode == 0
    assert b"looking at the pictures" in seen
    assert b"100%" in seen
    quiet = subprocess.run(
        words, env=environment(tiny_pack), capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert quiet.stderr == ""

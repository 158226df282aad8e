"""The panel's engine: a real service, ended, killed and stopped in the middle of its work."""

from __future__ import annotations

import os
import queue
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from addon.panel.engine_process import GONE, EngineProcess
from engine.protocol import (
    Cancel,
    Cancelled,
    ClipRange,
    Cues,
    Done,
    Error,
    Generate,
    Packs,
    Progress,
    Queued,
    Quit,
    Ready,
    TakeDone,
    Wish,
)
from tests.command_line import ROOT, command
from tests.flashes import flash_film

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.protocol import Reply

T = TypeVar("T")
PATIENCE = 60.0
LONG = Wish(steps=1000, takes=50, pack="tiny")


class Listener:
    """What the panel hears."""

    def __init__(self) -> None:
        self.inbox: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self.heard: list[Reply] = []

    def next(self, kind: type[T]) -> T:
        """Wait for a reply of a kind."""
        deadline = time.monotonic() + PATIENCE
        while True:
            reply = self.inbox.get(timeout=max(0.0, deadline - time.monotonic()))
            self.heard.append(reply)
            if isinstance(reply, kind):
                return reply

    def wait_for_stage(self, part: str) -> None:
        """Wait until a job is at a stage whose name holds ``part``."""
        while part not in self.next(Progress).stage:
            pass


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return flash_film(tmp_path_factory.mktemp("films"))


@pytest.fixture
def clip(film: Path) -> ClipRange:
    return ClipRange(str(film))


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture(autouse=True)
def _environment(tiny_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tiny_pack))


@pytest.fixture
def engine(listener: Listener) -> Iterator[EngineProcess]:
    process = EngineProcess(command("serve"), listener.inbox.put)
    yield process
    process.close()


def pid_of(engine: EngineProcess) -> int:
    assert engine.process_id is not None
    return engine.process_id


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # One that nobody has buried yet is gone, too.
        return sys.platform == "linux" and ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return True


def test_nothing_runs_before_there_is_work(engine: EngineProcess, listener: Listener) -> None:
    assert engine.process_id is None
    engine.send(Cancel("nobody"))
    engine.send(Quit())
    assert engine.process_id is None
    engine.send(Packs("p"))
    assert listener.next(Ready).version == 1
    assert listener.next(Done).id == "p"


def test_one_process_does_all_jobs(
    engine: EngineProcess, listener: Listener, clip: ClipRange, tmp_path: Path
) -> None:
    engine.send(Cues("c", clip))
    first = pid_of(engine)
    engine.send(Generate("g", clip, Wish(steps=2), str(tmp_path)))
    assert [listener.next(Done).id for _ in range(2)] == ["c", "g"]
    assert pid_of(engine) == first
    assert sum(isinstance(reply, TakeDone) for reply in listener.heard) == 1
    assert sum(isinstance(reply, Ready) for reply in listener.heard) == 1


def test_a_job_is_cancelled_and_the_engine_stays(
    engine: EngineProcess, listener: Listener, clip: ClipRange, tmp_path: Path
) -> None:
    engine.send(Generate("g", clip, LONG, str(tmp_path)))
    listener.wait_for_stage("sampling")
    engine.send(Cancel("g"))
    assert listener.next(Cancelled).id == "g"
    engine.send(Packs("p"))
    assert listener.next(Done).id == "p"


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_a_killed_engine_is_an_error_for_each_open_job_and_the_next_job_starts_another(
    engine: EngineProcess, listener: Listener, clip: ClipRange, tmp_path: Path
) -> None:
    engine.send(Packs("done before"))
    listener.next(Done)
    engine.send(Generate("running", clip, LONG, str(tmp_path)))
    engine.send(Cues("waiting", clip))
    engine.send(Cancel("nobody"))
    listener.wait_for_stage("sampling")
    killed = pid_of(engine)
    os.kill(killed, signal.SIGKILL)
    errors = [listener.next(Error) for _ in range(2)]
    assert [(error.id, error.code) for error in errors] == [("running", GONE), ("waiting", GONE)]
    assert errors[0].what == "The engine ended unexpectedly (exit code -9)"
    assert errors[0].remedy.startswith("Try again")
    assert engine.process_id is None
    assert not (tmp_path / "dog" / "take-1.wav").exists()

    engine.send(Generate("again", clip, Wish(steps=2), str(tmp_path)))
    assert listener.next(Done).id == "again"
    assert pid_of(engine) != killed
    assert listener.inbox.empty()


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_an_engine_killed_again_and_again_loses_no_job(
    engine: EngineProcess, listener: Listener
) -> None:
    for attempt in range(5):
        engine.send(Packs(f"{attempt}"))
        pid = engine.process_id
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        end = listener.inbox.get(timeout=PATIENCE)
        while isinstance(end, Ready):
            end = listener.inbox.get(timeout=PATIENCE)
        assert isinstance(end, Done | Error)
        assert end.id == f"{attempt}"


def test_an_engine_that_fails_at_once_says_why(listener: Listener) -> None:
    words = "import sys; sys.exit('lumiphone: A library is missing or damaged. Install it again.')"
    engine = EngineProcess([sys.executable, "-c", words], listener.inbox.put)
    engine.send(Packs("p"))
    error = listener.next(Error)
    assert (error.id, error.code) == ("p", GONE)
    assert error.what.endswith("lumiphone: A library is missing or damaged. Install it again")
    engine.close()


def test_an_engine_that_is_not_there_is_an_error_and_not_an_exception(
    listener: Listener, tmp_path: Path
) -> None:
    engine = EngineProcess([str(tmp_path / "no such program")], listener.inbox.put)
    for job in ("a", "b"):
        engine.send(Packs(job))
        error = listener.next(Error)
        assert (error.id, error.code) == (job, GONE)
        assert "no such program" in error.what
    engine.close()


def test_what_is_no_reply_is_told_and_does_no_harm(listener: Listener) -> None:
    words = (
        "import sys\n"
        "print('garbage'); print('{\"type\":\"future\"}'); sys.stdout.flush()\n"
        "for line in sys.stdin:\n"
        '    if \'packs\' in line: print(\'{"type":"done","id":"p","result":{}}\', flush=True)'
    )
    engine = EngineProcess([sys.executable, "-c", words], listener.inbox.put)
    engine.send(Packs("p"))
    assert [listener.next(Error).code for _ in range(2)] == ["bad_message", "bad_message"]
    assert listener.next(Done).id == "p"
    engine.close()


@pytest.mark.skipif(sys.platform == "win32", reason="asks for a process by its id as POSIX does")
def test_closing_cancels_and_ends_the_engine_and_a_later_job_starts_another(
    engine: EngineProcess, listener: Listener, clip: ClipRange, tmp_path: Path
) -> None:
    engine.send(Generate("g", clip, LONG, str(tmp_path / "takes")))
    listener.wait_for_stage("sampling")
    pid = pid_of(engine)
    engine.close()
    assert is_gone(pid)
    assert not (tmp_path / "takes").exists()
    assert listener.next(Cancelled).id == "g"
    assert listener.inbox.empty()  # no word of an engine that is gone: it was sent away
    engine.close()
    engine.send(Packs("p"))
    assert listener.next(Done).id == "p"


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process as POSIX does")
def test_a_hung_engine_blocks_neither_sending_nor_for_long_closing(
    engine: EngineProcess, listener: Listener, clip: ClipRange, tmp_path: Path
) -> None:
    engine.send(Packs("p"))
    listener.next(Done)
    pid = pid_of(engine)
    os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    sheet = {"curves": {"energy": [0.5] * 100_000}}  # more than a pipe holds
    for k in range(5):
        engine.send(Generate(f"{k}", clip, Wish(cues=sheet), str(tmp_path)))
    assert time.monotonic() - begun < 5
    engine.close()
    assert is_gone(pid)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX process groups")
def test_an_interrupt_of_the_panels_group_does_not_reach_the_engine(
    engine: EngineProcess, listener: Listener
) -> None:
    engine.send(Packs("p"))
    listener.next(Done)
    assert os.getpgid(pid_of(engine)) != os.getpgid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="asks for a process by its id as POSIX does")
def test_a_panel_that_is_killed_takes_its_engine_with_it(tmp_path: Path, film: Path) -> None:
    import subprocess  # noqa: PLC0415 - here alone

    panel = (
        "import sys, time\n"
        "from addon.panel.engine_process import EngineProcess\n"
        "from engine.protocol import *\n"
        "def hear(reply):\n"
        "    print(process.process_id, getattr(reply, 'stage', ''), flush=True)\n"
        f"process = EngineProcess({command('serve')!r}, hear)\n"
        f"process.send(Generate('g', ClipRange({str(film)!r}), Wish(steps=1000, takes=50,"
        f" pack='tiny'), {str(tmp_path / 'takes')!r}))\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", panel], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "sampling" in line)
        process.kill()
    pid = int(line.split()[0])
    deadline = time.monotonic() + PATIENCE
    while not is_gone(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert is_gone(pid)
    assert not (tmp_path / "takes").exists()


def test_jobs_are_queued_in_the_order_in_which_they_were_sent(
    engine: EngineProcess, listener: Listener, clip: ClipRange
) -> None:
    jobs = [f"{k}" for k in range(6)]
    for job in jobs:
        engine.send(Cues(job, clip))
    assert [listener.next(Done).id for _ in jobs] == jobs
    assert [reply.id for reply in listener.heard if isinstance(reply, Queued)] == jobs

"""How jobs end before their time, and the service with them."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from engine.protocol import (
    Cancel,
    Cancelled,
    ClipRange,
    Cues,
    Generate,
    Packs,
    Progress,
    Quit,
    TakeDone,
    Wish,
)
from tests.service_client import LONG, PATIENCE, SAMPLING, Client


def test_a_cancelled_job_ends_within_a_moment_and_the_next_one_runs(
    client: Client, clip: ClipRange, tmp_path: Path
) -> None:
    client.send(
        Generate("long", clip, LONG, str(tmp_path / "long")),
        Generate("next", clip, Wish(steps=2), str(tmp_path / "next")),
    )
    client.until(lambda reply: isinstance(reply, Progress) and reply.stage == SAMPLING)
    asked = time.monotonic()
    client.send(Cancel("long"))
    assert client.end_of("long") == Cancelled("long")
    assert time.monotonic() - asked < 5  # of half a minute and more, on a busy machine
    client.result_of("next")
    assert not any(
        isinstance(reply, Progress) and reply.id == "long" for reply in client.replies[-3:]
    )
    assert not (tmp_path / "long").exists()


def test_takes_that_were_finished_before_a_cancel_stay(
    client: Client, clip: ClipRange, tmp_path: Path
) -> None:
    client.send(Generate("g", clip, Wish(steps=50, takes=100), str(tmp_path)))
    first = client.next(TakeDone).take
    client.send(Cancel("g"))
    assert client.end_of("g") == Cancelled("g")
    made = [reply.take for reply in client.replies if isinstance(reply, TakeDone)]
    assert made[0] == first
    paths = (path for take in made for path in (take.wav, take.sidecar, *take.stems.values()))
    wanted = {Path(path).name for path in paths}
    assert {path.name for path in (tmp_path / "dog").iterdir()} == wanted | {"cues.json"}


def test_a_waiting_job_is_cancelled_at_once_and_unknown_ones_are_nothing(
    client: Client, clip: ClipRange, tmp_path: Path
) -> None:
    client.send(Generate("long", clip, LONG, str(tmp_path)), Cues("waiting", clip))
    client.until(lambda reply: isinstance(reply, Progress))
    client.send(Cancel("waiting"), Cancel("waiting"), Cancel("nobody"))
    assert client.end_of("waiting") == Cancelled("waiting")
    client.send(Cancel("long"), Packs("p"))
    client.result_of("p")
    client.send(Cues("waiting", clip))
    client.result_of("waiting")
    cancelled = [reply.id for reply in client.replies if isinstance(reply, Cancelled)]
    assert cancelled == ["waiting", "long"]


@pytest.mark.parametrize("how", ["end of requests", "quit"])
def test_the_end_of_the_requests_cancels_all_and_ends_the_service(
    client: Client, clip: ClipRange, tmp_path: Path, how: str
) -> None:
    client.send(Generate("g", clip, LONG, str(tmp_path / "takes")), Cues("c", clip))
    client.until(lambda reply: isinstance(reply, Progress) and reply.stage == SAMPLING)
    if how == "quit":
        client.send(Quit())
    assert client.close() == 0
    ends = [reply for reply in client.replies if isinstance(reply, Cancelled)]
    assert {reply.id for reply in ends} == {"g", "c"}
    assert not (tmp_path / "takes").exists()
    assert client.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX process groups")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("state", ["busy", "idle"])
def test_a_signal_to_its_process_group_ends_it_cleanly(
    default_pack: Path, clip: ClipRange, tmp_path: Path, number: signal.Signals, state: str
) -> None:
    with Client(default_pack, start_new_session=True) as client:
        if state == "busy":
            client.send(Generate("g", clip, LONG, str(tmp_path / "takes")))
            client.until(lambda reply: isinstance(reply, Progress) and reply.stage == SAMPLING)
        os.killpg(client.process.pid, number)
        assert client.process.wait(PATIENCE) == 130
        client.close()
        ends = [reply for reply in client.replies if isinstance(reply, Cancelled)]
        assert ends == ([Cancelled("g")] if state == "busy" else [])
        assert not (tmp_path / "takes").exists()
        assert client.stderr.startswith("lumiphone: Cancelled")


def test_a_client_that_vanishes_takes_the_service_with_it(
    default_pack: Path, clip: ClipRange, tmp_path: Path
) -> None:
    with Client(default_pack) as client:
        client.send(Generate("g", clip, LONG, str(tmp_path / "takes")))
        client.next(Progress)
        assert client.process.stdin is not None
        client.process.stdin.close()
        assert client.process.wait(PATIENCE) == 0
        assert not (tmp_path / "takes").exists()

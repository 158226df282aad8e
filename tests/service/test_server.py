"""The service as a real process: greeting, packs, order, progress, and what its streams carry."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from engine.packs.registry import DEFAULT_PACK
from engine.protocol import (
    ClipRange,
    Cues,
    Done,
    Error,
    Generate,
    Hello,
    Packs,
    Progress,
    Ready,
    TakeDone,
    Wish,
)
from tests.command_line import command, environment
from tests.service_client import LONG, Client

if TYPE_CHECKING:
    from pathlib import Path


def test_a_greeting_is_answered_with_what_the_engine_is(default_pack: Path) -> None:
    with Client(default_pack, greet=False) as client:
        client.send(Hello(1))
        ready = client.next(Ready)
        assert (ready.version, ready.device, ready.commercial_use) == (1, "cpu", True)
        assert ready.pack == DEFAULT_PACK
        assert client.close() == 0
        assert client.stderr == ""


def test_another_version_is_refused_and_so_is_work_before_a_greeting(default_pack: Path) -> None:
    with Client(default_pack, greet=False) as client:
        client.send(Packs("p"))
        early = client.next(Error)
        assert (early.id, early.code) == ("p", "wrong_version")
        client.send(Hello(99), Packs("p"))
        refused = client.next(Error)
        assert (refused.id, refused.code) == (None, "wrong_version")
        assert "version 1 of its protocol, not 99" in refused.what
        assert refused.remedy.startswith("Update Lumiphone")
        assert client.next(Error).id == "p"
        client.send(Hello(1), Packs("p"))
        client.result_of("p")


def test_packs_are_listed_at_once_though_a_job_runs(
    client: Client, clip: ClipRange, tmp_path: Path
) -> None:
    client.send(Generate("g", clip, LONG, str(tmp_path)))
    client.next(Progress)
    client.send(Packs("p"))
    packs = client.result_of("p")["packs"]
    tiny = next(pack for pack in packs if pack["id"] == DEFAULT_PACK)
    assert tiny["title"] == "Tiny test pack"
    assert (tiny["licence"], tiny["commercial_use"], tiny["fault"]) == ("CC0-1.0", True, None)
    assert tiny["stems"] == ["effects", "ambience", "score"]
    assert tiny["usual_stems"] == ["effects", "ambience"]
    assert tiny["levels"] == {"effects": 0, "ambience": -12, "score": -9}
    assert tiny["guidance"] == {"text": 2.0, "cues": 1.5}
    assert tiny["bytes"] > 1000


def test_a_damaged_pack_is_listed_with_its_fault(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "pack.json").write_text("{}")
    with Client(tmp_path) as client:
        client.send(Packs("p"))
        faults = [pack["fault"] for pack in client.result_of("p")["packs"] if not pack["id"]]
    assert len(faults) == 1
    assert "broken" in faults[0]


def test_jobs_are_done_in_order(client: Client, clip: ClipRange, tmp_path: Path) -> None:
    jobs = [f"job {k}" for k in range(4)]
    client.send(*(Generate(job, clip, Wish(steps=2), str(tmp_path)) for job in jobs))
    client.end_of(jobs[-1])
    ends = [reply.id for reply in client.replies if isinstance(reply, Done)]
    assert ends == jobs
    takes = [reply.take.number for reply in client.replies if isinstance(reply, TakeDone)]
    assert takes == [1, 2, 3, 4]


def test_a_second_job_with_the_id_of_an_open_one_is_refused_and_the_first_goes_on(
    client: Client, clip: ClipRange, tmp_path: Path
) -> None:
    client.send(
        Generate("g", clip, Wish(steps=500), str(tmp_path)), Cues("g", clip), Cues("c", clip)
    )
    error = client.next(Error)
    assert error.id is None
    assert "'g'" in error.what
    client.result_of("g")
    client.result_of("c")


def test_the_model_is_loaded_once_for_jobs_that_need_the_same(
    client: Client, clip: ClipRange, tmp_path: Path
) -> None:
    client.send(
        Generate("a", clip, Wish(steps=2), str(tmp_path)),
        Cues("b", clip),
        Generate("c", clip, Wish(steps=2, device="cpu"), str(tmp_path)),
    )
    client.end_of("c")
    loads = [job for job in "abc" if "loading the model" in client.stages(job)]
    assert loads == ["a", "c"]  # another device is another engine


def test_an_idle_service_releases_the_model_and_loads_it_again(
    default_pack: Path, clip: ClipRange, tmp_path: Path
) -> None:
    wish = Wish(steps=2, pack=DEFAULT_PACK)
    with Client(default_pack, "--idle", "0") as client:
        loads = []
        for pause in (1, 2, 4, 8, 16):  # it looks every half second, if the machine lets it
            job = f"then {pause} s of nothing"
            client.send(Generate(job, clip, wish, str(tmp_path)))
            client.result_of(job)
            loads += [job] if "loading the model" in client.stages(job) else []
            if len(loads) == 2:
                break
            time.sleep(pause)
        assert len(loads) == 2
        assert client.close() == 0


def test_progress_tells_the_whole_job_and_after_a_first_job_the_seconds_left(
    client: Client, clip: ClipRange, tmp_path: Path
) -> None:
    wish = Wish(steps=600, takes=2)
    client.send(*(Generate(job, clip, wish, str(tmp_path)) for job in "ab"))
    client.end_of("b")
    for job in "ab":
        told = [reply for reply in client.of(job) if isinstance(reply, Progress)]
        fractions = [progress.fraction for progress in told]
        assert fractions == sorted(fractions)
        assert fractions[-1] > 0.5
    known = [progress.seconds_left for progress in told if progress.seconds_left is not None]
    assert len(known) > 2
    assert known[0] > known[-1]


NOISY = """\
import ctypes, os, sys
import engine.service.worker as worker

def loud(run):
    def run_loudly(*arguments):
        print("a library prints")
        os.write(1, b"a C library prints\\n")
        ctypes.CDLL(None).puts(b"another one, with a buffer")
        os.system("echo a child process prints")
        print("what it reads:", repr(sys.stdin.read()))
        return run(*arguments)
    return run_loudly

worker.Worker.run = loud(worker.Worker.run)
from engine.cli import main
sys.exit(main(["serve"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="calls the C library by its POSIX name")
def test_stdout_carries_the_protocol_and_nothing_else_whatever_libraries_print(
    default_pack: Path, clip: ClipRange
) -> None:
    with Client(default_pack, start=[sys.executable, "-c", NOISY]) as client:
        client.send(Cues("c", clip))
        client.result_of("c")  # or a line was no reply
        assert client.close() == 0
        for printed in ("a library", "a C library", "another one", "a child process"):
            assert printed in client.stderr
        assert "what it reads: ''" in client.stderr


def test_help_says_how_to_begin(default_pack: Path) -> None:
    done = subprocess.run(
        command("serve", "--help"),
        env=environment(default_pack),
        capture_output=True,
        text=True,
        check=True,
    )
    assert '{"type":"hello","version":1}' in done.stdout

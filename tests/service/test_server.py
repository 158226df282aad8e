"""The service as a real process, with a real pack, real films and real files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import soundfile

from engine.cues import CueSheet
from engine.packs.registry import DEFAULT_PACK
from engine.protocol import (
    Cancel,
    Cancelled,
    ClipRange,
    Cues,
    Done,
    Error,
    Generate,
    Hello,
    Packs,
    Progress,
    Queued,
    Quit,
    Ready,
    Suggest,
    TakeDone,
    Wish,
)
from engine.wire import MAX_LINE
from tests.command_line import command, environment
from tests.service_client import PATIENCE, Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.protocol import Reply

LONG = Wish(steps=1000, takes=50, pack=DEFAULT_PACK)  # half a minute or more
SAMPLING = "take 1 of 50, sampling"


@pytest.fixture
def clip(film: Path) -> ClipRange:
    return ClipRange(str(film))


@pytest.fixture
def client(default_pack: Path) -> Iterator[Client]:
    with Client(default_pack) as client:
        yield client


def of(job: str, replies: list[Reply]) -> list[Reply]:
    return [reply for reply in replies if getattr(reply, "id", None) == job]


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


def test_takes_are_told_as_they_come_and_lie_where_they_are_said_to(
    client: Client, clip: ClipRange, tmp_path: Path
) -> None:
    wish = Wish("a dog", "music", takes=2, seed=7, steps=5, guidance={"": 3.0}, stems=("ambience",))
    client.send(Generate("g", clip, wish, str(tmp_path / "takes"), video=True))
    result = client.result_of("g")
    takes = [reply.take for reply in client.replies if isinstance(reply, TakeDone)]
    assert [(take.number, take.seed) for take in takes] == [(1, 7), (2, 8)]
    for take in takes:
        assert soundfile.info(take.wav).frames == take.samples == 96_000
        assert take.video is not None
        assert Path(take.video).parent == Path(take.sidecar).parent == tmp_path / "takes" / "dog"
    assert result.keys() == {"cues", "suggested_prompt", "mood", "warnings"}
    assert result["suggested_prompt"] == "a dog barking"
    assert len(CueSheet.load(Path(result["cues"])).events) > 1
    assert takes[0].stems == {}, "what has one stem is that stem"
    sidecar = json.loads(Path(takes[0].sidecar).read_text("utf-8"))
    assert [*sidecar["stems"]] == ["ambience"]
    assert sidecar["guidance"]["text"] == 3
    first, *between, last = of("g", client.replies)
    assert first == Queued("g", 0)
    assert {type(reply) for reply in between} == {Progress, TakeDone}
    assert isinstance(last, Done)


def test_a_take_has_as_many_stems_as_are_wished_for_each_with_its_words_and_level(
    client: Client, clip: ClipRange, tmp_path: Path
) -> None:
    wish = Wish(
        "a dog",
        stems=("effects", "ambience", "score"),
        prompts={"ambience": "rain", "score": ""},
        negatives={"ambience": "thunder"},
        levels={"ambience": -20.0},
    )
    client.send(Generate("g", clip, wish, str(tmp_path / "takes")))
    result = client.result_of("g")
    (take,) = (reply.take for reply in client.replies if isinstance(reply, TakeDone))
    assert [*take.stems] == ["effects", "ambience", "score"]
    for stem, wav in take.stems.items():
        assert Path(wav).name == f"take-1.{stem}.wav"
        assert soundfile.info(wav).frames == take.samples
    told = json.loads(Path(take.sidecar).read_text("utf-8"))["stems"]
    assert [stem["heard"] for stem in told.values()] == ["a dog", "rain", result["mood"]]
    assert told["ambience"]["negative"] == "thunder"
    assert told["ambience"]["level"] == -20


def test_a_stretch_is_sounded_to_the_sample_and_named_as_the_timeline_does(
    client: Client, film: Path, tmp_path: Path
) -> None:
    clip = ClipRange(
        str(film), Fraction(1, 2), 17, Fraction(24000, 1001), speed=Fraction(3, 2), name="Dog: one"
    )
    client.send(Generate("g", clip, Wish(steps=2), str(tmp_path)))
    take = client.next(TakeDone).take
    assert take.samples == round(17 * 1001 / 24000 * 48000)
    assert Path(take.wav) == tmp_path / "Dog_ one" / "take-1.wav"


def test_cues_and_suggestions_come_from_one_look(client: Client, clip: ClipRange) -> None:
    client.send(Cues("c", clip), Suggest("s", clip))
    cues = client.result_of("c")
    events = CueSheet.from_json(cues["cues"], "reply").events
    assert [event.kind for event in events if event.strength > 0.5][:2] == ["impact", "step"]
    assert any("very small" in warning for warning in cues["warnings"])
    suggestion = client.result_of("s")
    assert suggestion["suggested_prompt"] == "a dog barking"
    assert suggestion["mood"].endswith(" music")
    assert suggestion["labels"][0]["label"] == "dog"
    looks = [
        [r.fraction for r in of(job, client.replies) if isinstance(r, Progress) and r.fraction]
        for job in ("c", "s")
    ]
    assert looks[0][0] < 1  # it looked
    assert looks[1] == [1.0]  # it remembered


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


def test_progress_tells_the_whole_job_and_after_a_first_job_the_seconds_left(
    client: Client, clip: ClipRange, tmp_path: Path
) -> None:
    wish = Wish(steps=600, takes=2)
    client.send(*(Generate(job, clip, wish, str(tmp_path)) for job in "ab"))
    client.end_of("b")
    for job in "ab":
        told = [reply for reply in of(job, client.replies) if isinstance(reply, Progress)]
        fractions = [progress.fraction for progress in told]
        assert fractions == sorted(fractions)
        assert fractions[-1] > 0.5
    known = [progress.seconds_left for progress in told if progress.seconds_left is not None]
    assert len(known) > 2
    assert known[0] > known[-1]


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


class Mistake(NamedTuple):
    """Something wrong in a clip or a wish, and what must be said of it."""

    said: str
    code: str = "bad_input"
    clip: dict[str, Any] = {}  # noqa: RUF012 - never changed
    wish: dict[str, Any] = {}  # noqa: RUF012 - never changed


MISTAKES = [
    Mistake("dog.mp4", "bad_media", clip={"media": "/nowhere/dog.mp4"}),
    Mistake("is no path", clip={"media": "dog\0.mp4"}),
    Mistake("is no path", clip={"media": "\ud800"}),
    Mistake("empty", clip={"frames": 0}),
    Mistake("at most 600 s", clip={"frames": 2**53}),
    Mistake("starts before", clip={"media_start": Fraction(-1)}),
    Mistake("lasts 2.00 s", clip={"media_start": Fraction(9)}),
    Mistake("pictures a second", clip={"rate": Fraction(0)}),
    Mistake("times its speed", clip={"speed": Fraction(0)}),
    Mistake("times its speed", clip={"speed": Fraction(-1)}),
    Mistake(f"'{DEFAULT_PACK}' makes no dialogue", wish={"stems": ("effects", "dialogue")}),
    Mistake("score, which is not asked for", wish={"prompts": {"score": "a waltz"}}),
    Mistake("hum, which is not asked for", wish={"levels": {"hum": -3.0}}),
    Mistake("99 dB for the stem ambience", wish={"levels": {"ambience": 99.0}}),
    Mistake("'nothing'", "pack_not_found", wish={"pack": "nothing"}),
    Mistake("'abacus'", wish={"device": "abacus"}),
    Mistake("0 takes", wish={"takes": 0}),
    Mistake("-1 seed", wish={"seed": -1}),
    Mistake("0 steps", wish={"steps": 0}),
    Mistake("mood", wish={"guidance": {"mood": 1.0}}),
    Mistake("cue sheet", "bad_cues", wish={"cues": {"events": "none"}}),
    Mistake("'rate'", "bad_cues", wish={"cues": {"rate": "1e999999999"}}),
    Mistake("'seconds'", "bad_cues", wish={"cues": {"events": [{"seconds": 10**400}]}}),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.said)
def test_what_cannot_be_done_is_said_with_a_remedy(
    shared: Client, film: Path, tmp_path: Path, mistake: Mistake
) -> None:
    clip = ClipRange(**({"media": str(film)} | mistake.clip))
    wish = Wish(**({"pack": DEFAULT_PACK} | mistake.wish))
    shared.send(Generate("bad", clip, wish, str(tmp_path / "takes")))
    error = shared.end_of("bad")
    assert isinstance(error, Error)
    assert (error.code, mistake.said in error.what) == (mistake.code, True), error
    assert len(error.remedy) > 5
    assert not (tmp_path / "takes").exists()


@pytest.fixture(scope="module")
def shared(default_pack: Path) -> Iterator[Client]:
    """One service for tests whose jobs all fail: none of them may harm the next."""
    with Client(default_pack) as client:
        yield client
        assert client.close() == 0
        assert client.stderr == ""


def test_a_folder_that_cannot_be_written_is_named(
    shared: Client, clip: ClipRange, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder, code in ((str(tmp_path / "file"), "bad_output"), ("a\0b", "bad_input")):
        shared.send(Generate("g", clip, Wish(pack=DEFAULT_PACK), folder))
        error = shared.end_of("g")
        assert isinstance(error, Error)
        assert error.code == code


def test_retimed_pictures_cannot_be_copied_which_is_said_before_the_work(
    shared: Client, film: Path, tmp_path: Path
) -> None:
    clip = ClipRange(str(film), speed=Fraction(2))
    shared.send(Generate("g", clip, Wish(pack=DEFAULT_PACK), str(tmp_path), video=True))
    error = shared.end_of("g")
    assert isinstance(error, Error)
    assert "2 times its speed" in error.what
    assert not any(stage.startswith("take") for stage in shared.stages("g"))


def test_a_line_beyond_all_size_is_refused_and_the_next_is_read(shared: Client) -> None:
    shared.write(b'{"type":"packs","id":"' + b"x" * (MAX_LINE + 1000) + b'"}\n')
    error = shared.next(Error)
    assert (error.id, error.code) == (None, "bad_message")
    shared.send(Packs("p"))
    shared.result_of("p")


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


def test_an_idle_service_releases_the_model_and_loads_it_again(
    default_pack: Path, clip: ClipRange, tmp_path: Path
) -> None:
    with Client(default_pack, "--idle", "0") as client:
        for job in ("a", "b"):
            client.send(Generate(job, clip, Wish(steps=2, pack=DEFAULT_PACK), str(tmp_path)))
            client.result_of(job)
            assert "loading the model" in client.stages(job)
            time.sleep(1.5)  # it looks every half second
        assert client.close() == 0


def test_help_says_how_to_begin(default_pack: Path) -> None:
    done = subprocess.run(
        command("serve", "--help"),
        env=environment(default_pack),
        capture_output=True,
        text=True,
        check=True,
    )
    assert '{"type":"hello","version":1}' in done.stdout

"""Whatever comes in, the service answers in its protocol, ends every job once, and goes on."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.errors import LumiphoneError
from engine.protocol import (
    Cancel,
    Cancelled,
    ClipRange,
    Cues,
    Done,
    Error,
    Generate,
    Hello,
    Job,
    Packs,
    Queued,
    Ready,
    Reply,
    Request,
    Suggest,
    Wish,
)
from engine.service.server import Service
from engine.service.worker import Worker
from engine.wire import ProtocolError, lines, reply_of, request_of, to_line
from tests.service_client import Client

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("packs")

NOWHERE = ClipRange("/nowhere/dog.mp4")
MESSAGES: list[Request] = [
    Generate("a", NOWHERE, Wish(cues={"events": []}, guidance={"": 1.0}), "/nowhere/takes"),
    Cues("a", NOWHERE),
    Suggest("b", NOWHERE),
    Packs("b"),
    Cancel("a"),
]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
garbage = st.binary(max_size=200).map(lambda data: data.replace(b"\n", b"") or b"?")


@st.composite
def spoiled(draw: st.DrawFn, requests: Sequence[Request]) -> bytes:
    """A good message with one value, anywhere but in a path, replaced."""
    message: dict[str, Any] = json.loads(to_line(draw(st.sampled_from(requests))))
    target = message
    if isinstance(inner := message.get(draw(st.sampled_from(["clip", "wish", "id"]))), dict):
        target = inner
    key = draw(st.sampled_from(sorted(set(target) - {"media", "folder"}) or ["name"]))
    target[key] = draw(json_values | st.sampled_from([0, -1, 2**53, 1e300, "1/7", "0", "-1", ""]))
    return json.dumps(message).encode()


good = st.sampled_from(MESSAGES).map(lambda message: to_line(message).strip())
conversations = st.lists(garbage | spoiled(MESSAGES) | good, max_size=12)


def answers(conversation: list[bytes]) -> list[Reply]:
    """What a service says to lines that come all at once."""
    replies = io.BytesIO()
    Service(io.BytesIO(b"\n".join(conversation) + b"\n"), replies).serve()
    return [reply_of(line) for line in lines(io.BytesIO(replies.getvalue()))]


def is_message(line: bytes) -> bool:
    try:
        request_of(line)
    except ProtocolError:
        return False
    return True


@given(conversation=conversations)
def test_every_job_that_was_queued_ends_exactly_once(conversation: list[bytes]) -> None:
    replies = answers([to_line(Hello(1)).strip(), *conversation])
    assert isinstance(replies[0], Ready)
    queued = Counter(reply.id for reply in replies if isinstance(reply, Queued))
    packs = Counter(
        reply.id for reply in replies if isinstance(reply, Done) and "packs" in reply.result
    )
    ended = Counter(
        reply.id
        for reply in replies
        if isinstance(reply, Done | Cancelled | Error)
        and not (isinstance(reply, Error) and reply.code == "bad_message")
        and reply.id is not None
    )
    assert ended == queued + packs
    assert not any(isinstance(reply, Error) and reply.code == "engine_failed" for reply in replies)


@given(conversation=st.lists(garbage | spoiled(MESSAGES), max_size=12))
def test_every_line_that_is_no_message_gets_one_error(conversation: list[bytes]) -> None:
    replies = answers(conversation)
    wrong = [line for line in conversation if line.strip() and not is_message(line)]
    told = [reply for reply in replies if isinstance(reply, Error) and reply.code == "bad_message"]
    assert len(told) == len(wrong)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("takes")


@pytest.fixture(scope="module")
def worker() -> Worker:
    return Worker()


# Much of what is spoiled is no message any more; that is another test's.
@settings(max_examples=80, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_a_job_with_something_wrong_in_it_is_done_or_refused_in_our_words(
    film: Path, place: Path, worker: Worker, data: st.DataObject
) -> None:
    clip = ClipRange(str(film), Fraction(1, 2), 5, Fraction(25), Fraction(1), "Dog")
    wish = Wish("dog", "cat", 1, 1, 2, {"": 1.0}, ("effects",), {"events": []}, "tiny", "cpu")
    jobs: list[Request] = [
        Generate("a", clip, wish, str(place)),
        Cues("b", clip),
        Suggest("c", clip),
    ]
    line = data.draw(spoiled(jobs))
    assume(is_message(line))
    request = request_of(line)
    assert isinstance(request, Job)
    patience = itertools.count()
    with contextlib.suppress(LumiphoneError):
        worker.run(request, lambda _reply: None, lambda: next(patience) > 300)


@settings(max_examples=15)
@given(data=st.binary(max_size=2000))
def test_a_real_service_outlives_any_bytes(tiny_pack: Path, data: bytes) -> None:
    with Client(tiny_pack, greet=False) as client:
        client.write(data + b"\n")
        client.send(Hello(1), Packs("p"))
        client.result_of("p")
        assert client.close() == 0
        assert client.stderr == ""

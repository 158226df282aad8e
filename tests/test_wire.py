from __future__ import annotations

import io
import json
from fractions import Fraction
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import protocol
from engine.protocol import (
    Cancel,
    ClipRange,
    Cues,
    Done,
    Error,
    Generate,
    Hello,
    Packs,
    Progress,
    Quit,
    Ready,
    Reply,
    Request,
    Suggest,
    TakeDone,
    TakeFile,
    Wish,
)
from engine.wire import MAX_LINE, ProtocolError, lines, reply_of, request_of, to_line

NTSC = Fraction(24000, 1001)
CLIP = ClipRange("/films/dog.mp4", Fraction(1, 3), 48, NTSC, Fraction(1, 2), "Dog")
WISH = Wish(
    prompt="",
    negative="music",
    takes=3,
    seed=2**53 - 1,
    steps=8,
    guidance={"": 4.5, "cues": 2.0},
    stems=("effects",),
    cues={"rate": "25", "events": [{"seconds": 0.5}]},
    pack="tiny",
    device="cpu",
)
REQUESTS: list[Request] = [
    Hello(1),
    Generate("a", CLIP, WISH, "/takes", video=True),
    Cues("b", ClipRange("dog.mp4")),
    Suggest("c", CLIP, pack="tiny", device="cpu"),
    Packs("d"),
    Cancel("e"),
    Quit(),
]
TAKE = TakeFile(1, 7, "/takes/1.wav", None, "/takes/1.json", 96096, 48000)
REPLIES: list[Reply] = [
    Ready(1, "0.1.0", None, "cpu", commercial_use=False),
    protocol.Queued("a", 2),
    Progress("a", "writing", 0.5, None),
    TakeDone("a", TAKE),
    Done("a", {"cues": "/takes/cues.json", "warnings": []}),
    protocol.Cancelled("a"),
    Error(None, "bad_input", "It is bad", "Make it good"),
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def test_there_is_an_example_of_every_message() -> None:
    assert {type(message) for message in REQUESTS} == set(get_args(Request))
    assert {type(message) for message in REPLIES} == set(get_args(Reply))


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda message: type(message).__name__)
def test_a_request_written_and_read_is_the_same(request_: Request) -> None:
    line = to_line(request_)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert request_of(line) == request_


@pytest.mark.parametrize("reply", REPLIES, ids=lambda message: type(message).__name__)
def test_a_reply_written_and_read_is_the_same(reply: Reply) -> None:
    assert reply_of(to_line(reply)) == reply


def test_a_line_holds_what_the_protocol_promises() -> None:
    data = json.loads(to_line(REQUESTS[1]))
    assert data["type"] == "generate"
    assert data["clip"]["rate"] == "24000/1001"
    assert data["wish"]["stems"] == ["effects"]
    assert json.loads(to_line(TakeDone("a", TAKE)))["type"] == "take"
    assert json.loads(to_line(Hello(1))) == {"type": "hello", "version": 1}


@given(text=st.text())
def test_any_text_survives(text: str) -> None:
    wish = Wish(prompt=text)
    message = Generate("a", CLIP, wish, "/takes")
    assert request_of(to_line(message)) == message


def test_a_path_that_is_no_text_survives() -> None:
    message = Cues("a", ClipRange("/films/\udcff.mp4"))
    assert request_of(to_line(message)) == message


@given(extra=json_values)
def test_keys_of_a_newer_version_are_passed_over(extra: object) -> None:
    data = json.loads(to_line(REQUESTS[1]))
    data["new"] = data["clip"]["new"] = data["wish"]["new"] = extra
    line = json.dumps(data)
    if "NaN" not in line and "Infinity" not in line:
        assert request_of(line.encode()) == REQUESTS[1]


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        b"\xff\xfe{}",
        b"5",
        b'"hello"',
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"type":7}',
        b'{"type":["hello"]}',
        b'{"type":"ready","version":1}',
        b'{"type":"hello"}',
        b'{"type":"hello","version":NaN}',
        b'{"type":"hello","version":1e400}',
        b'{"type":"hello","version":' + b"9" * 5000 + b"}",
        b'{"type":"hello","version":true}',
        b'{"type":"hello","version":"1"}',
        b'{"type":"packs","id":""}',
        b'{"type":"packs","id":5}',
        b'{"type":"packs","id":"' + b"x" * 201 + b'"}',
        b'{"type":"cues","id":"a"}',
        b'{"type":"cues","id":"a","clip":"dog.mp4"}',
        b'{"type":"cues","id":"a","clip":{"media":"dog.mp4","rate":"1e999999999"}}',
        b'{"type":"cues","id":"a","clip":{"media":"dog.mp4","rate":"1/0"}}',
        b'{"type":"cues","id":"a","clip":{"media":"dog.mp4","rate":25.5}}',
        b'{"type":"cues","id":"a","clip":{"media":"dog.mp4","frames":1.5}}',
        b'{"type":"cues","id":"a","clip":{"media":"dog.mp4","frames":1e300}}',
    ],
    ids=lambda line: repr(line[:60]),
)
def test_what_is_no_request_is_refused(line: bytes) -> None:
    with pytest.raises(ProtocolError) as error:
        request_of(line)
    assert error.value.code == "bad_message"
    assert len(str(error.value)) < 1000


def test_a_refusal_names_the_job_and_the_field() -> None:
    with pytest.raises(ProtocolError, match=r"'clip\.frames' is 'many'") as error:
        request_of(b'{"type":"cues","id":"a","clip":{"media":"dog.mp4","frames":"many"}}')
    assert error.value.id == "a"


@given(line=st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_garbage_is_refused_and_nothing_else_happens(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        request_of(line)


@given(data=st.data())
def test_a_message_with_something_wrong_in_it_is_read_or_refused(data: st.DataObject) -> None:
    message = json.loads(to_line(data.draw(st.sampled_from(REQUESTS))))
    target: dict[str, Any] = message
    while True:
        key = data.draw(st.sampled_from(sorted(target)))
        if not isinstance(target[key], dict) or not target[key] or data.draw(st.booleans()):
            break
        target = target[key]
    target[key] = data.draw(json_values)
    try:
        again = request_of(json.dumps(message).encode())
    except ProtocolError:
        return
    assert request_of(to_line(again)) == again


def test_lines_end_with_the_stream_and_blank_ones_are_nothing() -> None:
    assert list(lines(io.BytesIO(b"one\n\n  \r\ntwo\r\nthree"))) == [b"one\n", b"two\r\n", b"three"]


def test_a_line_that_is_too_long_is_refused_without_being_kept() -> None:
    stream = io.BytesIO(b'{"x":"' + b"x" * (2 * MAX_LINE) + b'"}\n' + to_line(Quit()))
    first, second = lines(stream)
    assert len(first) == MAX_LINE + 1
    with pytest.raises(ProtocolError, match="longer than 16 MiB"):
        request_of(first)
    assert request_of(second) == Quit()


def test_a_line_of_just_the_limit_is_read() -> None:
    line = b'{"type":"quit","x":"' + b"x" * (MAX_LINE - 23) + b'"}\n'
    assert len(line) == MAX_LINE
    assert [request_of(entry) for entry in lines(io.BytesIO(line + line))] == [Quit(), Quit()]

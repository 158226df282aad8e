"""The protocol's messages as lines of JSON, and back; whatever comes in, nothing but an error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, get_args

from engine.codec import FieldError, decode, encode
from engine.errors import InputError
from engine.protocol import MAX_ID, Reply, Request, TakeDone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_LINE = 1 << 24  # bytes; a ten-minute cue sheet takes a fiftieth of it
_LONGEST_PROBLEM = 300
T = TypeVar("T")

_REQUESTS: dict[str, type[Request]] = {kind.__name__.lower(): kind for kind in get_args(Request)}
_REPLIES: dict[str, type[Reply]] = {
    "take" if kind is TakeDone else kind.__name__.lower(): kind for kind in get_args(Reply)
}
_NAMES = {kind: name for name, kind in (_REQUESTS | _REPLIES).items()}


class ProtocolError(InputError):
    """A line that is no message of this protocol.

    Attributes:
        id: The job that it speaks of, if that much can be read.
    """

    code = "bad_message"

    def __init__(self, problem: str, job: str | None = None) -> None:
        if len(problem) > _LONGEST_PROBLEM:
            problem = problem[:_LONGEST_PROBLEM] + "..."
        super().__init__(
            f"A message to or from the engine cannot be understood: {problem}",
            "Update Lumiphone on both sides; if it stays, report this message",
        )
        self.id = job


def to_line(message: Request | Reply) -> bytes:
    """Return a message as its line, the line's end included.

    Text that is no Unicode (an odd file name's) survives, since JSON is written in ASCII.
    """
    data = {"type": _NAMES[type(message)], **encode(message)}
    return json.dumps(data, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"


def request_of(line: bytes) -> Request:
    """Read a client's line.

    Raises:
        ProtocolError: It is none.
    """
    return _message(line, _REQUESTS)


def reply_of(line: bytes) -> Reply:
    """Read a service's line.

    Raises:
        ProtocolError: It is none.
    """
    return _message(line, _REPLIES)


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a stream that say something, until its end.

    Of a line longer than ``MAX_LINE`` only so much is kept that it is seen to be too long.
    """
    while line := stream.readline(MAX_LINE + 1):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE)
        if line.strip():
            yield line


def _message(line: bytes, kinds: Mapping[str, type[T]]) -> T:
    data = _parsed(line)
    job = data.get("id")
    if not (isinstance(job, str) and 1 <= len(job) <= MAX_ID):
        job = None
    kind = data.pop("type", None)
    if not isinstance(kind, str) or kind not in kinds:
        raise ProtocolError(f"its 'type' is {str(kind)[:80]!r}", job)
    try:
        return decode(kinds[kind], data)
    except FieldError as error:
        raise ProtocolError(f"{kind}: {error}", job) from error


def _parsed(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise ProtocolError(f"it is longer than {MAX_LINE >> 20} MiB")
    try:
        data = json.loads(line.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"it is no JSON ({type(error).__name__}: {error})") from error
    if not isinstance(data, dict):
        raise ProtocolError("it is no JSON object")
    return data


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")

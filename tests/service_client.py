"""A client of ``lumiphone serve``: a real process, its requests, and its replies as they come."""

from __future__ import annotations

import queue
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any, Self, TypeVar

from engine.packs.registry import DEFAULT_PACK
from engine.protocol import VERSION, Cancelled, Done, Error, Hello, Progress, Ready, Wish
from engine.wire import reply_of, to_line
from tests.command_line import command, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engine.protocol import Reply, Request

LONG = Wish(steps=1000, takes=50, pack=DEFAULT_PACK)  # half a minute or more
SAMPLING = "take 1 of 50, sampling"  # its progress when it is well under way
PATIENCE = 60.0  # seconds; a busy machine is no fault of the code
T = TypeVar("T")


class Client:
    """A service of its own, and what it said.

    Args:
        packs: Folder of packs.
        words: Further arguments of ``serve``.
        greet: Whether to say hello first.
        start: What starts it, instead of the command line with ``words``.

    Attributes:
        process: The service.
        replies: All that it said so far.
    """

    def __init__(
        self,
        packs: Path,
        *words: str,
        greet: bool = True,
        start: Sequence[str] | None = None,
        **settings: Any,  # noqa: ANN401 - passed on to the process
    ) -> None:
        self.replies: list[Reply] = []
        self._inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.process = subprocess.Popen(
            start or command("serve", *words),
            env=environment(packs),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **settings,
        )
        self._errors: list[bytes] = []
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._read, self._log)
        ]
        for thread in self._threads:
            thread.start()
        if greet:
            self.send(Hello(VERSION))
            self.next(Ready)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self._gone()

    def send(self, *requests: Request) -> None:
        """Send messages."""
        self.write(b"".join(map(to_line, requests)))

    def write(self, data: bytes) -> None:
        """Send bytes."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def until(self, wanted: Callable[[Reply], bool]) -> Reply:
        """Take replies until one is ``wanted``, and return that."""
        deadline = time.monotonic() + PATIENCE
        while True:
            line = self._inbox.get(timeout=max(0.0, deadline - time.monotonic()))
            assert line, f"the service ended; it said {self.replies[-3:]} and {self.stderr}"
            reply = reply_of(line)
            self.replies.append(reply)
            if wanted(reply):
                return reply

    def next(self, kind: type[T]) -> T:
        """Take replies until one of a kind, and return that."""
        reply = self.until(lambda reply: isinstance(reply, kind))
        assert isinstance(reply, kind)
        return reply

    def end_of(self, job: str) -> Reply:
        """Take replies until a job has ended, and return the one that says so."""
        return self.until(
            lambda reply: isinstance(reply, Done | Cancelled | Error) and reply.id == job
        )

    def result_of(self, job: str) -> dict[str, Any]:
        """Take replies until a job is done, and return its result."""
        end = self.end_of(job)
        assert isinstance(end, Done), end
        return dict(end.result)

    def of(self, job: str) -> list[Reply]:
        """The replies so far that belong to a job."""
        return [reply for reply in self.replies if getattr(reply, "id", None) == job]

    def stages(self, job: str) -> list[str]:
        """The stages that progress of a job named so far, each once."""
        told = (reply for reply in self.of(job) if isinstance(reply, Progress))
        return list(dict.fromkeys(progress.stage for progress in told))

    def close(self) -> int:
        """End the requests, take what is still said, and return the exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self._gone()

    @property
    def stderr(self) -> str:
        """What it said to the log."""
        return b"".join(self._errors).decode()

    def _gone(self) -> int:
        code = self.process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        while line := self._inbox.get():
            self.replies.append(reply_of(line))
        self._inbox.put(b"")
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._inbox.put(line)
        self._inbox.put(b"")

    def _log(self) -> None:
        assert self.process.stderr is not None
        self._errors += self.process.stderr
